// Following a document from a cursor: the past first, then what comes, each entry once and in order.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Bytes } from '../../shared/codec/bytes.ts';
import { startCursor } from '../../shared/protocol/frames/cursor.ts';
import { upNumberByType as to } from '../../shared/protocol/frames/up.ts';
import type { LogHash } from '../../shared/protocol/ids.ts';
import { maxBatchBytes, maxBatchEntries, maxChannels, maxEntryBytes } from '../../shared/protocol/limits.ts';
import { newDocumentId, newTestSession, type TestChat } from '../testing/testChat.ts';
import { createChat, follow, newMember, prove, signInSocket, twoInAChat } from '../testing/testMember.ts';
import { openTestRelay, settled, type TestRelay } from '../testing/testRelay.ts';
import type { TestSocket } from '../testing/testSocket.ts';
import { behindBufferBytes, pacedAgainMs, pacedBufferBytes } from './bounds.ts';

/** What a reader has put together from entries and acknowledgements; throws at a gap or a repeat. */
function readLog(
  socket: TestSocket,
  own: ReadonlyMap<number, Bytes> = new Map(),
  from = 0,
): (Bytes | undefined)[] {
  const log: (Bytes | undefined)[] = [];
  let seq = from;
  for (const frame of socket.frames) {
    if (frame.type === 'entries') {
      expect(frame.firstSeq).toBe(seq + 1);
      log.push(...frame.entries);
      seq += frame.entries.length;
    } else if (frame.type === 'ack' && frame.cursor.seq > seq) {
      expect(frame.cursor.seq).toBe(seq + 1);
      log.push(own.get(frame.sequence));
      seq += 1;
    } else if (frame.type === 'live') {
      expect(frame.cursor.seq).toBe(seq);
    }
  }
  return log;
}

async function writtenLog(relay: TestRelay, count: number, size = 40) {
  const ann = await newMember(relay, 'ann');
  const chat = await createChat(relay, ann);
  const document = newDocumentId();
  const writer = await follow(relay, ann, chat, document);
  const session = newTestSession(document);
  const written: Bytes[] = [];
  for (let i = 0; i < count; i++) {
    const entry = session.next(1, size);
    written.push(entry);
    writer.send({ type: 'append', channel: 1, entry });
    if (i % 200 === 199) await settled(1);
  }
  await settled();
  return { ann, chat, document, writer, session, written };
}

test('[R4] all that follows the cursor comes in batches, then live', async () => {
  const relay = openTestRelay();
  const { ann, chat, document, writer, written } = await writtenLog(relay, 600);
  const fromStart = await follow(relay, ann, chat, document);
  expect(readLog(fromStart)).toEqual(written);
  const frames = fromStart.all('entries');
  expect(frames.every(({ entries }) => entries.length <= maxBatchEntries)).toBe(true);
  expect(frames.length).toBeGreaterThan(2);
  expect(fromStart.last('live').cursor).toEqual(writer.last('ack').cursor);

  const at = writer.all('ack')[149]?.cursor;
  const fromMiddle = await follow(relay, ann, chat, document, at);
  expect(readLog(fromMiddle, new Map(), 150)).toEqual(written.slice(150));
});

test('[R4] a batch stays within its bytes, unless one entry alone is larger', async () => {
  const relay = openTestRelay();
  const { ann, chat, document, writer, session } = await writtenLog(relay, 8, 30_000);
  writer.send({ type: 'append', channel: 1, entry: session.next(1, maxEntryBytes - 200) });
  await settled();
  const reader = await follow(relay, ann, chat, document);
  const sizes = reader.all('entries').map(({ entries }) => entries.map(({ length }) => length));
  for (const lengths of sizes) {
    const sum = lengths.reduce((a, b) => a + b, 0);
    expect(sum <= maxBatchBytes || lengths.length === 1).toBe(true);
  }
  expect(sizes.flat()).toHaveLength(9);
});

test('[R4] nothing is skipped or doubled between the catch-up and what comes, whatever the timing', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.constantFrom('write', 'own', 'turn', 'follow', 'stall', 'drain'), {
        minLength: 5,
        maxLength: 60,
      }),
      async (steps) => {
        const relay = openTestRelay();
        const { ann, chat, document, writer, session, written } = await writtenLog(relay, 300, 2000);
        const reader = signInSocket(relay, ann);
        prove(reader, chat);
        const ownSession = newTestSession(document);
        const own = new Map<number, Bytes>();
        let isFollowing = false;
        for (const step of [...steps, 'follow', 'write', 'own', 'drain']) {
          if (step === 'turn') await settled(1);
          if (step === 'write') {
            const entry = session.next();
            written.push(entry);
            writer.send({ type: 'append', channel: 1, entry });
          }
          if (step === 'own' && isFollowing) {
            const entry = ownSession.next();
            own.set(ownSession.sequence, entry);
            reader.send({ type: 'append', channel: 5, entry });
          }
          if (step === 'follow' && !isFollowing) {
            isFollowing = true;
            reader.send({ type: 'subscribe', channel: 5, chat: chat.chatId, document, cursor: startCursor });
          }
          if (step === 'stall') reader.bufferedAmount = pacedBufferBytes + 1;
          if (step === 'drain') {
            reader.bufferedAmount = 0;
            relay.clock.advance(pacedAgainMs);
          }
        }
        await settled(20);
        const log = readLog(reader, own);
        const check = await follow(relay, ann, chat, document);
        expect(log).toEqual(readLog(check));
        expect(log).toHaveLength(written.length + own.size);
        expect(reader.all('ack').map(({ sequence }) => sequence)).toEqual([...own.keys()]);
        expect(reader.all('live')).toHaveLength(1);
      },
    ),
    { numRuns: 25 },
  );
});

test('[R4] a catch-up waits while the socket is full, and goes on by itself', async () => {
  const relay = openTestRelay();
  const { ann, chat, document, written } = await writtenLog(relay, 300, 3000);
  const reader = signInSocket(relay, ann);
  prove(reader, chat);
  reader.bufferedAmount = pacedBufferBytes + 1;
  reader.send({ type: 'subscribe', channel: 1, chat: chat.chatId, document, cursor: startCursor });
  await settled(20);
  expect(reader.all('entries')).toEqual([]);
  reader.bufferedAmount = 0;
  relay.clock.advance(pacedAgainMs);
  await settled(20);
  expect(readLog(reader)).toEqual(written);
});

test('[R5] a cursor that is not in this log is answered with diverged', async () => {
  const relay = openTestRelay();
  const { ann, chat, document, writer } = await writtenLog(relay, 3);
  const { cursor } = writer.last('ack');
  const reader = signInSocket(relay, ann);
  prove(reader, chat);
  const other = new Uint8Array(16).fill(7) as Bytes as LogHash;
  const wrong = [
    { seq: 3, hash: other },
    { seq: 2, hash: cursor.hash },
    { seq: 4, hash: cursor.hash },
    { seq: 0, hash: other },
  ];
  for (const [channel, bad] of wrong.entries()) {
    reader.send({ type: 'subscribe', channel, chat: chat.chatId, document, cursor: bad });
    expect(reader.last('refused')).toMatchObject({ to: to.subscribe, subject: channel, code: 'diverged' });
  }
  reader.send({ type: 'subscribe', channel: 9, chat: chat.chatId, document: newDocumentId(), cursor });
  expect(reader.last('refused')).toMatchObject({ subject: 9, code: 'diverged' });
});

test('[R11] a slow reader is told that it is behind, and resumes from its cursor', async () => {
  const { annSocket, bobSocket, session, ...rest } = await twoInAChat(openTestRelay());
  annSocket.send({ type: 'append', channel: 1, entry: session.next() });
  await settled();
  bobSocket.bufferedAmount = behindBufferBytes + 1;
  annSocket.send({ type: 'append', channel: 1, entry: session.next() });
  annSocket.send({ type: 'append', channel: 1, entry: session.next() });
  await settled();
  expect(bobSocket.all('behind')).toEqual([{ type: 'behind', channel: 1 }]);
  expect(bobSocket.all('entries')).toHaveLength(1);
  bobSocket.bufferedAmount = 0;
  const [first] = annSocket.all('ack');
  if (!first) throw new Error('no ack');
  bobSocket.clear();
  const { chat, document } = rest;
  bobSocket.send({ type: 'subscribe', channel: 1, chat: chat.chatId, document, cursor: first.cursor });
  await settled();
  expect(readLog(bobSocket, new Map(), 1)).toHaveLength(2);
});

test('[R12] a channel number is used once at a time, and there is a bound to them', async () => {
  const relay = openTestRelay();
  const ann = await newMember(relay, 'ann');
  const chat: TestChat = await createChat(relay, ann);
  const socket = await follow(relay, ann, chat, newDocumentId());
  const open = (channel: number) =>
    socket.send({
      type: 'subscribe',
      channel,
      chat: chat.chatId,
      document: newDocumentId(),
      cursor: startCursor,
    });
  open(1);
  expect(socket.last('refused')).toMatchObject({ to: to.subscribe, subject: 1, code: 'conflict' });
  socket.send({ type: 'unsubscribe', channel: 1 });
  for (let channel = 1; channel <= maxChannels; channel++) open(channel);
  expect(socket.all('refused')).toHaveLength(1);
  open(maxChannels + 1);
  expect(socket.last('refused')).toMatchObject({ subject: maxChannels + 1, code: 'too-many' });
  await settled(200);
  expect(socket.all('live')).toHaveLength(maxChannels + 1);
});
