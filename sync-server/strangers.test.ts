// What anybody may do to the relay's sockets, an account or none: leave them half open, answer no goodbye, and open more
// than their share. Resets are in main.test.ts, because what nobody catches ends the process.
import { createServer } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { WebSocket } from 'ws';
import { entryKinds } from '../shared/protocol/entry.ts';
import { startCursor } from '../shared/protocol/frames/cursor.ts';
import { parseDown } from '../shared/protocol/frames/down.ts';
import { encodeUp } from '../shared/protocol/frames/up.ts';
import { protocolVersion } from '../shared/protocol/version.ts';
import { maxAnonymousOfAddress, maxAnonymousSockets } from './relay/bounds.ts';
import { proofOf } from './testing/testChat.ts';
import { twoInAChat } from './testing/testMember.ts';
import { openTestRelay, settled, type TestRelay } from './testing/testRelay.ts';
import { serveSockets } from './webSockets.ts';

const upgrade = (path: string, forwardedFor = '10.0.0.1') =>
  `GET ${path} HTTP/1.1\r\nHost: relay\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nX-Forwarded-For: ${forwardedFor}\r\n` +
  'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n';
/** A masked message of no bytes, which is no frame. */
const malformed = Buffer.of(0x82, 0x80, 0, 0, 0, 0);

const until = async (isSo: () => boolean) => {
  while (!isSo()) await new Promise((resolve) => setTimeout(resolve, 20));
};

async function onPort(relay: TestRelay) {
  const server = createServer();
  const endSockets = serveSockets(server, relay.relay);
  const streams: Socket[] = [];
  server.on('connection', (stream: Socket) => void streams.push(stream));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    endSockets();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return {
    port,
    /** Something has waited for a while because its reader takes nothing. */
    async stuck() {
      const waiting = () => streams.reduce((sum, { writableLength }) => sum + writableLength, 0);
      let [length, looks] = [0, 0];
      await until(() => {
        looks = waiting() === length ? looks + 1 : 0;
        length = waiting();
        return length > 0 && looks === 10;
      });
    },
    /** The relay holds no socket any more. */
    empty: () => until(() => streams.every(({ destroyed }) => destroyed)),
    /** A socket that stays half open: it takes what comes, and never closes. */
    open(request: string) {
      const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
      onTestFinished(() => void socket.destroy());
      socket.on('error', () => undefined);
      let heard = '';
      socket.on('data', (bytes: Buffer) => void (heard += bytes.toString('latin1')));
      const ended = new Promise<void>((resolve) => void socket.once('end', resolve));
      socket.write(request);
      return {
        socket,
        ended,
        heard: () => heard,
        hears: (text: string) => until(() => heard.includes(text)),
      };
    },
  };
}

test('[R44] an upgrade elsewhere is answered and let go of, also by who never closes', async () => {
  const { open, empty } = await onPort(openTestRelay());
  const sockets = Array.from({ length: 20 }, () => open(upgrade('/elsewhere')));
  for (const { hears } of sockets) await hears('404 Not Found');
  await empty();
}, 20_000);

test('[R44] who answers no goodbye is gone soon after it', async () => {
  const relay = openTestRelay();
  const { open, empty } = await onPort(relay);
  const { socket, hears } = open(upgrade('/sync'));
  await hears('101 Switching');
  socket.write(malformed);
  await hears('malformed');
  await empty();
  expect(relay.connect().all('challenge')).toHaveLength(1);
}, 20_000);

test('[R44] who sends no more and reads nothing is gone soon', async () => {
  const relay = openTestRelay();
  const { port, stuck, empty } = await onPort(relay);
  const { ann, chat, document, annSocket, session } = await twoInAChat(relay);
  for (let i = 0; i < 240; i++) {
    annSocket.send({ type: 'append', channel: 1, entry: session.next(1, 65_000, entryKinds.meta) });
    if (i % 16 === 15) await settled();
  }
  const reader = new WebSocket(`ws://127.0.0.1:${port}/sync`, { perMessageDeflate: false });
  await new Promise<void>((resolve) =>
    reader.on('message', (data: Buffer) => {
      const frame = parseDown(new Uint8Array(data));
      if (frame?.type === 'entries') return resolve();
      if (frame?.type !== 'challenge') return undefined;
      reader.send(encodeUp({ type: 'hello', version: protocolVersion, accessToken: ann.token }));
      reader.send(encodeUp(proofOf(chat.chatId, chat.epoch, frame.challenge)));
      const cursor = startCursor;
      reader.send(encodeUp({ type: 'subscribe', channel: 1, chat: chat.chatId, document, cursor }));
    }),
  );
  reader.pause();
  await stuck();
  const stream = Reflect.get(reader, '_socket') as { end(): void };
  stream.end();
  await empty();
}, 20_000);

test('[R12] a socket that was said goodbye counts until it is gone', () => {
  const relay = openTestRelay();
  const sockets = Array.from({ length: maxAnonymousSockets }, () => relay.connect());
  sockets[0]?.sendRaw(Uint8Array.of(99));
  expect(sockets[0]?.closing?.code).toBe(1008);
  expect(relay.connect().frames).toMatchObject([{ type: 'bye', reason: 'busy' }]);
  sockets[0]?.cut();
  sockets[0]?.cut();
  expect(relay.connect().all('challenge')).toHaveLength(1);
  expect(relay.connect().frames).toMatchObject([{ type: 'bye', reason: 'busy' }]);
});

test('[R45] one address has only a share of the sockets before hello, and the others have theirs', async () => {
  const relay = openTestRelay({ rateFactor: 1 });
  const from = (remoteAddress: string) => relay.connect({ remoteAddress, forwardedFor: '10.9.9.9' });
  const isLetIn = (address: string) => from(address).all('challenge').length === 1;
  for (const network of ['10.0.0.1', '2001:db8:1:2:']) {
    const isV6 = network.includes(':');
    const at = (i: number) => (isV6 ? `${network}:${i.toString(16)}` : network);
    const sockets = Array.from({ length: maxAnonymousOfAddress }, (_, i) => from(at(i)));
    expect(sockets.every((socket) => socket.closing === undefined)).toBe(true);
    const refused = from(at(maxAnonymousOfAddress));
    expect(refused.frames).toEqual([{ type: 'bye', reason: 'busy', retryAfterMs: 5000 }]);
    expect(refused.closing?.code).toBe(1013);
    expect(isLetIn(isV6 ? '2001:db8:1:3::1' : '10.0.0.2')).toBe(true);
    sockets[7]?.cut();
    expect([isLetIn(at(7)), isLetIn(at(7))]).toEqual([true, false]);
  }
});

test('[R45] whoever has signed in has left the share to others', async () => {
  const relay = openTestRelay({ rateFactor: 1 });
  const { ann } = await twoInAChat(relay);
  for (let i = 0; i < 2 * maxAnonymousOfAddress; i++) {
    const socket = relay.connect();
    expect(socket.closing).toBeUndefined();
    socket.send({ type: 'hello', version: protocolVersion, accessToken: ann.token });
  }
});

test('[R45] over the network: behind a proxy by the address that it forwards; who is not let in is told and let go of', async () => {
  for (const trustProxy of [true, false]) {
    const { open, empty } = await onPort(openTestRelay({ rateFactor: 1, trustProxy }));
    const sockets = Array.from({ length: maxAnonymousOfAddress }, () => open(upgrade('/sync')));
    for (const { hears } of sockets) await hears('101 Switching');
    const [dismissed] = sockets;
    dismissed?.socket.write(malformed);
    await dismissed?.hears('malformed');
    const refused = open(upgrade('/sync'));
    await refused.hears('busy');
    const other = open(upgrade('/sync', '10.0.0.2'));
    await until(() => /\r\n\r\n[^]/.test(other.heard()));
    expect(other.heard().includes('busy')).toBe(!trustProxy);
    // Who is not let in counts nowhere, so nobody waits for its answer.
    const gone: unknown[] = [];
    const ends = [dismissed, refused].map(async (one) => {
      await one?.ended;
      gone.push(one);
    });
    await Promise.all(ends);
    expect(gone[0]).toBe(refused);
    for (const { socket } of [...sockets, other]) socket.destroy();
    await empty();
  }
});
