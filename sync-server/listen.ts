// Puts a relay on a port: HTTP, and sockets beside it.
import { createAdaptorServer } from '@hono/node-server';
import { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Relay } from './relay/createRelay.ts';
import { serveSockets } from './webSockets.ts';

export interface Listening {
  readonly port: number;
  /** Takes no more, lets the relay store and say goodbye, and ends. */
  close(): Promise<void>;
}

/** How long requests that have begun may take to end. */
const drainMs = 3000;

/** Port 0 takes any free one. Rejects with what listening throws. */
export async function listen(relay: Relay, port: number, host?: string): Promise<Listening> {
  const created = createAdaptorServer({ fetch: relay.app.fetch });
  if (!(created instanceof Server)) throw new TypeError('expected an HTTP/1 server');
  const server: Server = created;
  const endSockets = serveSockets(server, relay);
  let running = 0;
  let onQuiet = () => {};
  server.on('request', (_request, response) => {
    running++;
    response.once('close', () => {
      running--;
      if (running === 0) onQuiet();
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ port, ...(host === undefined ? {} : { host }) }, () => {
      server.off('error', reject);
      resolve();
    });
  });
  relay.reportStarted();
  let closing: Promise<void> | undefined;

  async function close() {
    server.close();
    // Requests end first, so that none finds a closed database.
    if (running > 0) {
      await new Promise<void>((resolve) => {
        onQuiet = resolve;
        setTimeout(resolve, drainMs).unref();
      });
    }
    await relay.close();
    endSockets();
    server.closeAllConnections();
  }
  return {
    port: (server.address() as AddressInfo).port,
    close: () => (closing ??= close()),
  };
}
