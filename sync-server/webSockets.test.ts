// The relay on a real port with real sockets: what only shows there.
import { protocolVersion } from '../shared/protocol/version.ts';
import { expect, onTestFinished, test } from 'vitest';
import { WebSocket } from 'ws';
import { startCursor } from '../shared/protocol/frames/cursor.ts';
import { parseDown, type DownFrame } from '../shared/protocol/frames/down.ts';
import { encodeUp, type UpFrame } from '../shared/protocol/frames/up.ts';
import { maxBatchBytes, maxEntryBytes, maxFrameBytes } from '../shared/protocol/limits.ts';
import { listen } from './listen.ts';
import { randomBytes } from './testing/signer.ts';
import { newDocumentId, newTestSession, proofOf } from './testing/testChat.ts';
import { createChat, newMember } from './testing/testMember.ts';
import { openTestRelay } from './testing/testRelay.ts';
import { framesOf } from './webSockets.ts';

async function onPort() {
  const relay = openTestRelay();
  const listening = await listen(relay.relay, 0, '127.0.0.1');
  onTestFinished(() => listening.close());
  const ann = await newMember(relay, 'ann');
  const chat = await createChat(relay, ann);
  return { relay, listening, ann, chat, url: `ws://127.0.0.1:${listening.port}/sync` };
}

/** Reads frames one after the other. */
async function openSocket(url: string) {
  const socket = new WebSocket(url, { perMessageDeflate: true });
  const frames: DownFrame[] = [];
  const waiting: (() => void)[] = [];
  const closed = new Promise<number>((resolve) => socket.on('close', (code) => resolve(code)));
  socket.on('error', () => waiting.splice(0).forEach((wake) => wake()));
  socket.on('message', (data: Buffer) => {
    const frame = parseDown(new Uint8Array(data));
    if (!frame) throw new Error('a frame that does not parse');
    frames.push(frame);
    waiting.splice(0).forEach((wake) => wake());
  });
  async function next<T extends DownFrame['type']>(type: T): Promise<Extract<DownFrame, { type: T }>> {
    for (;;) {
      const at = frames.findIndex((frame) => frame.type === type);
      const [frame] = at === -1 ? [] : frames.splice(at, 1);
      if (frame) return frame as Extract<DownFrame, { type: T }>;
      await new Promise<void>((resolve) => waiting.push(resolve));
    }
  }
  return { socket, next, closed, send: (frame: UpFrame) => socket.send(encodeUp(frame)) };
}

test('[R27] messages of every length arrive as they were sent, without compression', async () => {
  const { url, ann, chat } = await onPort();
  const [writer, reader] = [await openSocket(url), await openSocket(url)];
  const document = newDocumentId();
  for (const one of [writer, reader]) {
    const { challenge } = await one.next('challenge');
    one.send({ type: 'hello', version: protocolVersion, accessToken: ann.token });
    one.send(proofOf(chat.chatId, chat.epoch, challenge));
    one.send({ type: 'subscribe', channel: 1, chat: chat.chatId, document, cursor: startCursor });
    await one.next('live');
    expect(one.socket.extensions).toBe('');
  }
  const session = newTestSession(document);
  for (const size of [0, 1, 200, 65_000, 65_535, maxBatchBytes, maxEntryBytes - 300]) {
    const entry = session.next(1, size);
    writer.send({ type: 'append', channel: 1, entry });
    expect((await reader.next('entries')).entries).toEqual([entry]);
    expect((await writer.next('ack')).sequence).toBe(session.sequence);
  }
});

test('[R27] the bytes of a message are those of RFC 6455', () => {
  for (const length of [0, 1, 125, 126, 127, 65_535, 65_536, 300_000]) {
    const message = randomBytes(length);
    const header =
      length < 126
        ? [length]
        : length < 65_536
          ? [126, length >> 8, length & 255]
          : [127, 0, 0, 0, 0, 0, length >> 16, (length >> 8) & 255, length & 255];
    const twice = framesOf([message, message]);
    const one = Buffer.concat([Uint8Array.of(0x82, ...header), message]);
    expect(twice.equals(Buffer.concat([one, one]))).toBe(true);
  }
});

test('[R2] a message that is too long is refused as such, however long, and closes its socket alone', async () => {
  const { url } = await onPort();
  const fine = await openSocket(url);
  for (const length of [maxFrameBytes + 1, 2 * maxFrameBytes, 20_000_000]) {
    const large = await openSocket(url);
    await large.next('challenge');
    large.socket.send(new Uint8Array(length));
    expect(await large.next('refused')).toMatchObject({ to: 0, subject: 0, code: 'too-large' });
    expect(await large.closed).toBe(1008);
  }
  const parts = await openSocket(url);
  await parts.next('challenge');
  parts.socket.send(new Uint8Array(maxFrameBytes), { fin: false });
  parts.socket.send(new Uint8Array(1), { fin: true });
  expect(await parts.next('refused')).toMatchObject({ code: 'too-large' });
  expect(await parts.closed).toBe(1008);
  expect(fine.socket.readyState).toBe(fine.socket.OPEN);
});

test('[R2] text is none of ours', async () => {
  const { url } = await onPort();
  const text = await openSocket(url);
  await text.next('challenge');
  text.socket.send('hello');
  expect(await text.next('refused')).toMatchObject({ code: 'malformed' });
  expect(await text.closed).toBe(1008);
});

test('[R27] sockets are taken at /sync alone', async () => {
  const { url } = await onPort();
  const failed = new Promise((resolve) => new WebSocket(url.replace('/sync', '/other')).on('error', resolve));
  expect(String(await failed)).toContain('404');
});

test('[R24] stopping says goodbye on open sockets, and a second stop is the first', async () => {
  const { url, listening } = await onPort();
  const one = await openSocket(url);
  await one.next('challenge');
  const stopping = listening.close();
  expect(await one.next('bye')).toMatchObject({ reason: 'shutting down' });
  expect(await one.closed).toBe(1001);
  await stopping;
  expect(listening.close()).toBe(listening.close());
});

test('[R27] healthz answers over the network', async () => {
  const { listening } = await onPort();
  expect(await (await fetch(`http://127.0.0.1:${listening.port}/healthz`)).text()).toBe('ok\n');
});
