// The real relay on a loopback port, with an ear on everything: each byte of each connection both ways, each frame after
// its masking is off, each line of the log, and all files of its data folder.
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { listen } from '../../../sync-server/listen.ts';
import { createRelay, type Relay } from '../../../sync-server/relay/createRelay.ts';
import { jsonLines } from '../../../sync-server/relay/logSink.ts';
import type { Hay } from './search.ts';

export interface TappedRelay {
  readonly origin: string;
  /** What the one-time link carries. */
  readonly administratorToken: string;
  /** From now on nothing that the relay says arrives; `release` lets all of it through. */
  hold(): void;
  release(): void;
  /** All that it sent and received so far. */
  wire(): readonly Hay[];
  /** The data folder as it is now, and the log. */
  disk(): readonly Hay[];
  /** Stops; its files stay until `remove`. */
  close(): Promise<void>;
  remove(): void;
}

export async function startTappedRelay(pagesFolder: string): Promise<TappedRelay> {
  const dataDir = mkdtempSync(join(tmpdir(), 'convo-leak-relay-'));
  const heard = new Map<string, Uint8Array[]>();
  const lines: string[] = [];
  const held: (() => void)[] = [];
  let isHeld = false;
  let connections = 0;

  const hear = (place: string, bytes: Uint8Array) => {
    const pieces = heard.get(place) ?? [];
    pieces.push(new Uint8Array(bytes));
    heard.set(place, pieces);
  };
  const sayLater = (say: () => void) => void (isHeld ? held.push(say) : say());

  const outside = createServer((client) => {
    const name = `connection ${++connections}`;
    const inside = connect(insidePort, 'localhost');
    const end = () => {
      client.destroy();
      inside.destroy();
    };
    client.on('data', (bytes) => {
      hear(`${name} received`, bytes);
      inside.write(bytes);
    });
    inside.on('data', (bytes) => {
      hear(`${name} sent`, bytes);
      sayLater(() => client.write(bytes));
    });
    for (const socket of [client, inside] satisfies Socket[]) socket.on('close', end).on('error', end);
  });
  await new Promise<void>((resolve) => outside.listen(0, resolve));
  const origin = `http://localhost:${(outside.address() as AddressInfo).port}`;
  const relay = createRelay({
    dataDir,
    registration: 'invite',
    publicOrigin: origin,
    pagesFolder,
    rateFactor: 1000,
    logSink: jsonLines((line) => lines.push(line)),
  });
  const listening = await listen(withEars(relay, hear), 0, 'localhost');
  const insidePort = listening.port;

  return {
    origin,
    administratorToken: new URL(relay.administratorLink() ?? '').hash.replace('#admin=', ''),
    hold() {
      isHeld = true;
    },
    release() {
      isHeld = false;
      for (const say of held.splice(0)) say();
    },
    wire: () => [...heard].map(([place, pieces]) => ({ place, bytes: Buffer.concat(pieces) })),
    disk: () => [
      ...filesOf(dataDir).map(({ place, bytes }) => ({ place: `relay's ${place}`, bytes })),
      { place: "relay's log", bytes: Buffer.from(lines.join('')) },
    ],
    async close() {
      const closed = new Promise((resolve) => outside.close(resolve));
      await listening.close();
      await closed;
    },
    remove: () => rmSync(dataDir, { recursive: true, force: true }),
  };
}

/** The relay, with every socket message heard as the relay reads or writes it. */
function withEars(relay: Relay, hear: (place: string, bytes: Uint8Array) => void): Relay {
  let sockets = 0;
  return {
    ...relay,
    connect(socket) {
      const name = `socket ${++sockets}`;
      const connection = relay.connect({
        send(bytes) {
          hear(`${name} sent`, bytes);
          socket.send(bytes);
        },
        close: (code, reason) => socket.close(code, reason),
        get bufferedAmount() {
          return socket.bufferedAmount;
        },
      });
      return {
        receive(bytes) {
          hear(`${name} received`, bytes);
          connection.receive(bytes);
        },
        receivedTooLarge: () => connection.receivedTooLarge(),
        closed: () => connection.closed(),
        drained: () => connection.drained(),
        dismiss: (reason, retryAfterMs) => connection.dismiss(reason, retryAfterMs),
        get family() {
          return connection.family;
        },
      };
    },
  };
}

/** All files below a folder, by their path in it. */
export function filesOf(folder: string): readonly Hay[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .map((file) => ({ place: relative(folder, file), bytes: readFileSync(file) }));
}
