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
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ port, ...(host === undefined ? {} : { host }) }, () => {
      server.off('error', reject);
      resolve();
    });
  });
  let closing: Promise<void> | undefined;

  async function close() {
    const ended = new Promise<void>((resolve) => server.close(() => resolve()));
    server.closeIdleConnections();
    const timer = setTimeout(() => server.closeAllConnections(), drainMs);
    // Requests end first, so that none finds a closed database; upgraded sockets don't count among them.
    await Promise.race([ended, new Promise((resolve) => setTimeout(resolve, drainMs))]);
    clearTimeout(timer);
    await relay.close();
    endSockets();
  }
  return {
    port: (server.address() as AddressInfo).port,
    close: () => (closing ??= close()),
  };
}
