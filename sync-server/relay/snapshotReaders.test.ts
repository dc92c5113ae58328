// Reading where a snapshot stands for the beginning of a log: who gets it, when, and in what order with all else.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Bytes } from '../../shared/codec/bytes.ts';
import { startCursor, type Cursor } from '../../shared/protocol/frames/cursor.ts';
import { upNumberByType as to } from '../../shared/protocol/frames/up.ts';
import { noSnapshot, type LogHash } from '../../shared/protocol/ids.ts';
import { maxSnapshotPartBytes } from '../../shared/protocol/limits.ts';
import { randomBytes } from '../testing/signer.ts';
import { newDocumentId, newTestSession, proofOf } from '../testing/testChat.ts';
import { follow, newMember, prove, signedInAgain, signInSocket, twoInAChat } from '../testing/testMember.ts';
import { openTestRelay, settled } from '../testing/testRelay.ts';
import { newSnapshot, publish, snapshotsOn } from '../testing/testSnapshot.ts';
import type { TestSocket } from '../testing/testSocket.ts';
import { pacedAgainMs, pacedBufferBytes } from './bounds.ts';

/** A document of ten entries, of which a confirmed snapshot stands for the first six. */
async function freed(size = 500) {
  const relay = openTestRelay();
  const scene = await twoInAChat(relay);
  const { annSocket, bobSocket, document, session } = scene;
  const entries: Bytes[] = [];
  for (let i = 0; i < 10; i++) {
    entries.push(session.next());
    annSocket.send({ type: 'append', channel: 1, entry: entries[i] ?? randomBytes(0) });
  }
  await settled();
  const cursors = [startCursor, ...annSocket.all('ack').map(({ cursor }) => cursor)];
  const at = (seq: number): Cursor => cursors[seq] ?? startCursor;
  const snapshot = newSnapshot(document, at(6), size);
  publish(annSocket, snapshot);
  bobSocket.send({ type: 'countersign', channel: 1, snapshot: snapshot.id });
  return { relay, ...scene, entries, at, snapshot };
}
const shapeOf = (socket: TestSocket) =>
  socket.frames.flatMap((frame) => {
    if (frame.type === 'snapshot') return [`part ${frame.index}`];
    if (frame.type === 'entries') return [`entries ${frame.firstSeq}+${frame.entries.length}`];
    return frame.type === 'live' || frame.type === 'behind' || frame.type === 'published' ? [frame.type] : [];
  });

test('[R35] from the start, and from before what is kept, first the snapshot, then all after it', async () => {
  const { relay, bob, chat, document, at, snapshot } = await freed(2 * maxSnapshotPartBytes);
  const served = ['part 0', 'part 1', 'part 2', 'entries 7+4', 'live'];
  // Of a place that is gone the hash can't be told from another.
  const forged = { seq: 3, hash: randomBytes(16) as Bytes as LogHash };
  for (const cursor of [startCursor, at(1), at(5), forged]) {
    const socket = await follow(relay, bob, chat, document, cursor);
    expect(shapeOf(socket)).toEqual(served);
    expect(snapshotsOn(socket)).toEqual([snapshot]);
  }
  for (const [seq, rest] of [
    [6, ['entries 7+4', 'published', 'live']],
    [8, ['entries 9+2', 'published', 'live']],
    [10, ['published', 'live']],
  ] as const)
    expect(shapeOf(await follow(relay, bob, chat, document, at(seq)))).toEqual(rest);
  const wrong = await follow(relay, bob, chat, document, { seq: 6, hash: forged.hash });
  expect(wrong.last('refused')).toMatchObject({ to: to.subscribe, code: 'diverged' });
});

test('[R35] an unconfirmed snapshot is for who begins; everyone else still gets the entries', async () => {
  const { relay, bob, chat, document, annSocket, at, snapshot } = await freed();
  const next = newSnapshot(document, at(9));
  publish(annSocket, next, { previous: snapshot.id });
  expect(shapeOf(await follow(relay, bob, chat, document))).toEqual(['part 0', 'entries 10+1', 'live']);
  expect(shapeOf(await follow(relay, bob, chat, document, at(7)))).toEqual([
    'entries 8+3',
    'published',
    'live',
  ]);
});

test('[R35] a repeat of an entry that went is acknowledged with the snapshot’s cursor, to its device only', async () => {
  const { relay, ann, chat, document, annSocket, bobSocket, entries, at, snapshot, session } = await freed();
  const [first = randomBytes(0)] = entries;
  annSocket.clear();
  annSocket.send({ type: 'append', channel: 1, entry: first });
  expect(annSocket.all('ack')).toMatchObject([{ sequence: 1, cursor: snapshot.cursor }]);
  bobSocket.send({ type: 'append', channel: 1, entry: first });
  expect(bobSocket.last('refused')).toMatchObject({ code: 'session-taken' });

  // Also by a later run of the relay, where all entries of the session went; and the session goes on.
  const all = newSnapshot(document, at(10));
  publish(annSocket, all, { previous: snapshot.id, purged: [session.session] });
  await settled();
  await relay.restart();
  const again = signInSocket(relay, await signedInAgain(relay, ann));
  prove(again, chat);
  again.send({ type: 'subscribe', channel: 1, chat: chat.chatId, document, cursor: startCursor });
  again.send({ type: 'append', channel: 1, entry: first });
  again.send({ type: 'append', channel: 1, entry: session.next() });
  await settled();
  const order = again.frames.flatMap(({ type }) =>
    ['snapshot', 'ack', 'live'].includes(type) ? [type] : [],
  );
  expect(order).toEqual(['snapshot', 'ack', 'live', 'ack']);
  expect(again.all('ack').map(({ sequence, cursor }) => [sequence, cursor.seq])).toEqual([
    [1, 10],
    [11, 11],
  ]);
});

test('[R35] a session whose entries all went says where it stands', async () => {
  const { annSocket, document, session, at, snapshot } = await freed();
  publish(annSocket, newSnapshot(document, at(10)), { previous: snapshot.id, purged: [session.session] });
  await settled();
  const other = newTestSession(document, session.session);
  for (let i = 0; i < 11; i++) other.next();
  annSocket.send({ type: 'append', channel: 1, entry: other.next() });
  expect(annSocket.last('refused')).toMatchObject({ code: 'out-of-order' });
  expect(annSocket.last('refused').detail).toEqual(Uint8Array.of(10, ...session.previous));
});

test('[R35] fetchSnapshot gives the current one between what the channel sends, or not-found', async () => {
  const { relay, bob, chat, annSocket, bobSocket, snapshot } = await freed(3 * maxSnapshotPartBytes);
  bobSocket.clear();
  bobSocket.send({ type: 'fetchSnapshot', channel: 1 });
  await settled();
  expect(snapshotsOn(bobSocket)).toEqual([snapshot]);
  expect(bobSocket.all('live')).toEqual([]);
  annSocket.send({
    type: 'subscribe',
    channel: 2,
    chat: chat.chatId,
    document: newDocumentId(),
    cursor: startCursor,
  });
  annSocket.send({ type: 'fetchSnapshot', channel: 2 });
  annSocket.send({ type: 'fetchSnapshot', channel: 7 });
  expect(annSocket.all('refused').map(({ subject, code }) => [subject, code])).toEqual([
    [2, 'not-found'],
    [7, 'forbidden'],
  ]);
  expect((await newMember(relay, 'carl')).token).not.toBe(bob.token);
});

test('[R35] whatever is slow, written, fetched and replaced meanwhile: snapshots whole, entries once and in order', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.constantFrom('write', 'own', 'turn', 'fetch', 'stall', 'drain', 'replace', 'confirm'), {
        minLength: 5,
        maxLength: 40,
      }),
      fc.constantFrom(0, 3, 8),
      async (steps, from) => {
        const scene = await freed(3 * maxSnapshotPartBytes);
        const { relay, bob, chat, document, annSocket, bobSocket, session, entries, at } = scene;
        let current = scene.snapshot;
        const reader = signInSocket(relay, bob);
        prove(reader, chat);
        reader.bufferedAmount = pacedBufferBytes + 1;
        reader.send({ type: 'subscribe', channel: 5, chat: chat.chatId, document, cursor: at(from) });
        const ownSession = newTestSession(document);
        const own = new Map<number, Bytes>();
        for (const step of [...steps, 'write', 'own', 'drain']) {
          if (step === 'turn') await settled(1);
          if (step === 'write') annSocket.send({ type: 'append', channel: 1, entry: session.next() });
          if (step === 'own') {
            const entry = ownSession.next();
            own.set(ownSession.sequence, entry);
            reader.send({ type: 'append', channel: 5, entry });
          }
          if (step === 'fetch') reader.send({ type: 'fetchSnapshot', channel: 5 });
          if (step === 'stall') reader.bufferedAmount = pacedBufferBytes + 1;
          if (step === 'drain') {
            reader.bufferedAmount = 0;
            relay.clock.advance(pacedAgainMs);
          }
          if (step === 'replace') {
            await settled(1);
            const end = annSocket.last('ack').cursor;
            const next = newSnapshot(document, end, 2 * maxSnapshotPartBytes);
            publish(annSocket, next, { previous: current.id });
            if (annSocket.last('published').snapshot.every((byte, i) => byte === next.id[i])) current = next;
          }
          if (step === 'confirm') bobSocket.send({ type: 'countersign', channel: 1, snapshot: current.id });
        }
        reader.bufferedAmount = 0;
        relay.clock.advance(pacedAgainMs);
        await settled(12);
        // As a client reads: a whole snapshot before `live` is a leap, after it an answer.
        let [seq, isLive, parts]: [number, boolean, number] = [from, false, 0];
        for (const frame of reader.frames) {
          if (frame.type === 'snapshot') {
            parts = frame.index === 0 ? 1 : parts + 1;
            expect(parts).toBe(frame.index + 1);
            if (parts === frame.count && !isLive) seq = frame.cursor.seq;
          } else if (frame.type === 'entries') {
            expect(frame.firstSeq).toBe(seq + 1);
            seq += frame.entries.length;
          } else if (frame.type === 'ack' && frame.cursor.seq > seq) {
            expect(frame.cursor.seq).toBe(seq + 1);
            seq += 1;
          } else if (frame.type === 'live') {
            expect(frame.cursor.seq).toBe(seq);
            isLive = true;
          }
        }
        expect(isLive).toBe(true);
        expect(
          reader
            .all('ack')
            .map(({ sequence }) => sequence)
            .sort((a, b) => a - b),
        ).toEqual([...own.keys()]);
        const end = await follow(relay, bob, chat, document);
        expect(seq).toBe(end.last('live').cursor.seq);
        expect(entries).toHaveLength(10);
        expect(relay.events.filter(({ event }) => event === 'bug')).toEqual([]);
        await relay.relay.close();
      },
    ),
    { numRuns: 12 },
  );
});

test('[R36] look says how far a document goes, without following it', async () => {
  const { relay, bob, chat, document, annSocket, at, snapshot } = await freed();
  const socket = signInSocket(relay, bob);
  const look = (of = document) => {
    socket.send({ type: 'look', request: 4, chat: chat.chatId, document: of });
    return socket.frames.at(-1);
  };
  expect(look()).toMatchObject({ type: 'refused', to: to.look, subject: 4, code: 'forbidden' });
  socket.send({ ...proofOf(chat.chatId, chat.epoch, socket.challenge), readProof: new Uint8Array(0) });
  expect(look()).toMatchObject({ type: 'refused', code: 'forbidden' });
  prove(socket, chat);
  const looked = { type: 'looked', request: 4 };
  expect(look()).toEqual({ ...looked, end: at(10), snapshot: snapshot.id, isSealed: false });
  expect(look(newDocumentId())).toEqual({
    ...looked,
    end: startCursor,
    snapshot: noSnapshot,
    isSealed: false,
  });
  const seal = newSnapshot(document, at(10));
  publish(annSocket, seal, { previous: snapshot.id, isSeal: true });
  await relay.restart();
  const again = signInSocket(relay, await signedInAgain(relay, bob));
  prove(again, chat);
  again.send({ type: 'look', request: 5, chat: chat.chatId, document });
  expect(again.last('looked')).toMatchObject({ end: at(10), snapshot: seal.id, isSealed: true });
});
