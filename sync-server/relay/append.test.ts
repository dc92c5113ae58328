// Appending through the real relay: what is acknowledged, what is refused, and what the others see.
import { expect, test } from 'vitest';
import { decode, struct, varint } from '../../shared/codec/codec.ts';
import { extendLogHash, hashEntry } from '../../shared/protocol/entry.ts';
import { startCursor } from '../../shared/protocol/frames/cursor.ts';
import { emptyLogHash, entryHash } from '../../shared/protocol/ids.ts';
import { encodeUp, upNumberByType as to } from '../../shared/protocol/frames/up.ts';
import { maxInFlight } from '../../shared/protocol/limits.ts';
import { sha256 } from '../auth/sha256.ts';
import { newDocumentId, newTestSession, proofOf } from '../testing/testChat.ts';
import {
  createChat,
  follow,
  newMember,
  prove,
  signedInAgain,
  signInSocket,
  twoInAChat,
} from '../testing/testMember.ts';
import { openTestRelay, settled } from '../testing/testRelay.ts';
import { newSnapshot, publish } from '../testing/testSnapshot.ts';
import { fullSegmentBytes, fullSegmentRetryMs, fullSegmentSessions } from './bounds.ts';

test('[R3] an entry is acknowledged with the cursor after it, and reaches the others', async () => {
  const { annSocket, bobSocket, document, session } = await twoInAChat(openTestRelay());
  const entry = session.next();
  annSocket.send({ type: 'append', channel: 1, entry });
  expect(annSocket.all('ack')).toEqual([]);
  await settled();
  const hash = extendLogHash(sha256, emptyLogHash, hashEntry(sha256, document, entry));
  expect(annSocket.all('ack')).toEqual([
    { type: 'ack', channel: 1, session: session.session, sequence: 1, cursor: { seq: 1, hash } },
  ]);
  expect(bobSocket.all('entries')).toEqual([{ type: 'entries', channel: 1, firstSeq: 1, entries: [entry] }]);
  expect(annSocket.all('entries')).toEqual([]);
});

test('[R3] entries of one turn keep their order, for their authors and for the others', async () => {
  const relay = openTestRelay();
  const { bob, chat, document, annSocket, bobSocket, session } = await twoInAChat(relay);
  const reader = await follow(relay, bob, chat, document);
  const other = newTestSession(document);
  const sent = [session.next(), session.next(), other.next(), session.next()];
  const [a1, a2, b1, a3] = sent;
  if (!a1 || !a2 || !b1 || !a3) throw new Error('four entries');
  annSocket.send({ type: 'append', channel: 1, entry: a1 });
  annSocket.send({ type: 'append', channel: 1, entry: a2 });
  bobSocket.send({ type: 'append', channel: 1, entry: b1 });
  annSocket.send({ type: 'append', channel: 1, entry: a3 });
  await settled();
  expect(reader.all('entries').flatMap(({ entries }) => entries)).toEqual(sent);
  expect(reader.all('entries').map(({ firstSeq }) => firstSeq)).toEqual([1, 3, 4]);
  const order = annSocket.frames.flatMap((frame) => {
    if (frame.type === 'ack') return [frame.cursor.seq];
    return frame.type === 'entries' ? [frame.firstSeq] : [];
  });
  expect(order).toEqual([1, 2, 3, 4]);
});

test.each([15, 16, 17, 40])('[R3] of %i entries of one turn each is stored', async (count) => {
  const relay = openTestRelay();
  const { bob, chat, document, annSocket, session } = await twoInAChat(relay);
  const sent = Array.from({ length: count }, () => session.next());
  for (const entry of sent) annSocket.send({ type: 'append', channel: 1, entry });
  await settled();
  const reader = await follow(relay, bob, chat, document);
  expect(reader.all('entries').flatMap(({ entries }) => entries)).toEqual(sent);
});

test('[R41] an entry that came with much else waits without it', async () => {
  const { annSocket, bobSocket, session } = await twoInAChat(openTestRelay());
  const entry = session.next();
  const frame = encodeUp({ type: 'append', channel: 1, entry });
  const chunk = new Uint8Array(64 * 1024);
  chunk.set(frame);
  annSocket.sendRaw(chunk.subarray(0, frame.length));
  chunk.fill(0);
  await settled();
  expect(bobSocket.last('entries').entries).toEqual([entry]);
});

test('[R6] a session belongs to the device that first used it', async () => {
  const { annSocket, bobSocket, session } = await twoInAChat(openTestRelay());
  annSocket.send({ type: 'append', channel: 1, entry: session.next() });
  // Also while the first entry still waits for its commit.
  bobSocket.send({ type: 'append', channel: 1, entry: session.next() });
  expect(bobSocket.last('refused')).toMatchObject({ to: to.append, subject: 1, code: 'session-taken' });
  await settled();
  bobSocket.clear();
  bobSocket.send({ type: 'append', channel: 1, entry: session.next() });
  expect(bobSocket.last('refused')).toMatchObject({ code: 'session-taken' });
});

test('[R6] the device of a session is known after a restart', async () => {
  const relay = openTestRelay();
  const { ann, bob, chat, document, annSocket, session } = await twoInAChat(relay);
  annSocket.send({ type: 'append', channel: 1, entry: session.next() });
  await settled();
  await relay.restart();
  const second = session.next();
  const bobToken = await signedInAgain(relay, bob);
  const bobAgain = await follow(relay, bobToken, chat, document);
  bobAgain.send({ type: 'append', channel: 1, entry: second });
  expect(bobAgain.last('refused')).toMatchObject({ code: 'session-taken' });
  const annAgain = await follow(relay, await signedInAgain(relay, ann), chat, document);
  annAgain.send({ type: 'append', channel: 1, entry: second });
  await settled();
  expect(annAgain.last('ack')).toMatchObject({ sequence: 2, cursor: { seq: 2 } });
});

test('[R7] a repeat is acknowledged again with its own cursor, and stored once', async () => {
  const { annSocket, bobSocket, session } = await twoInAChat(openTestRelay());
  const [first, second] = [session.next(), session.next()];
  annSocket.send({ type: 'append', channel: 1, entry: first });
  annSocket.send({ type: 'append', channel: 1, entry: second });
  await settled();
  const acks = annSocket.all('ack');
  annSocket.clear();
  annSocket.send({ type: 'append', channel: 1, entry: first });
  annSocket.send({ type: 'append', channel: 1, entry: second });
  await settled();
  expect(annSocket.all('ack')).toEqual(acks);
  expect(bobSocket.all('entries').flatMap(({ entries }) => entries)).toHaveLength(2);
});

test('[R7] a repeat in the same turn is not acknowledged before its commit', async () => {
  const relay = openTestRelay();
  const { ann, chat, document, annSocket, bobSocket, session } = await twoInAChat(relay);
  const second = await follow(relay, ann, chat, document);
  const entry = session.next();
  annSocket.send({ type: 'append', channel: 1, entry });
  second.send({ type: 'append', channel: 1, entry });
  await settled();
  for (const socket of [annSocket, second]) expect(socket.last('ack').cursor.seq).toBe(1);
  expect(bobSocket.all('entries').flatMap(({ entries }) => entries)).toEqual([entry]);
});

test('[R7] an accepted sequence number with other bytes is a conflict', async () => {
  const { annSocket, document, session } = await twoInAChat(openTestRelay());
  const imposter = newTestSession(document, session.session);
  annSocket.send({ type: 'append', channel: 1, entry: session.next() });
  annSocket.send({ type: 'append', channel: 1, entry: imposter.next() });
  await settled();
  expect(annSocket.last('refused')).toMatchObject({ to: to.append, subject: 1, code: 'conflict' });
  annSocket.clear();
  annSocket.send({ type: 'append', channel: 1, entry: newTestSession(document, session.session).next() });
  await settled();
  expect(annSocket.last('refused')).toMatchObject({ code: 'conflict' });
  expect(annSocket.all('ack')).toEqual([]);
});

const lastAccepted = struct({ sequence: varint, hash: entryHash });

test('[R8] a gap is refused with the last accepted entry, and so is all that follows a refused entry', async () => {
  const { annSocket, bobSocket, document, session } = await twoInAChat(openTestRelay());
  annSocket.send({ type: 'append', channel: 1, entry: session.next() });
  await settled();
  const { sequence, previous } = session;
  session.next();
  annSocket.send({ type: 'append', channel: 1, entry: session.next() });
  annSocket.send({ type: 'append', channel: 1, entry: session.next() });
  const refusals = annSocket.all('refused');
  expect(refusals.map(({ code }) => code)).toEqual(['out-of-order', 'out-of-order']);
  for (const { detail } of refusals)
    expect(decode(lastAccepted, detail)).toEqual({ sequence, hash: previous });
  // Number 2, but on top of something else.
  const wrong = newTestSession(document, session.session);
  wrong.goOnAfter(1, wrong.previous);
  annSocket.send({ type: 'append', channel: 1, entry: wrong.next() });
  expect(annSocket.all('refused')).toHaveLength(3);
  session.goOnAfter(sequence, previous);
  annSocket.send({ type: 'append', channel: 1, entry: session.next() });
  await settled();
  expect(annSocket.last('ack')).toMatchObject({ sequence: 2 });
  expect(bobSocket.all('entries')).toHaveLength(2);
});

test('[R8] a session begins with number 1 on nothing; number 0 is malformed', async () => {
  const { annSocket, document } = await twoInAChat(openTestRelay());
  const late = newTestSession(document);
  late.next();
  annSocket.send({ type: 'append', channel: 1, entry: late.next() });
  expect(annSocket.last('refused')).toMatchObject({ code: 'out-of-order' });
  expect(decode(lastAccepted, annSocket.last('refused').detail)).toEqual({
    sequence: 0,
    hash: new Uint8Array(16),
  });
  const zero = newTestSession(document);
  zero.goOnAfter(-1, zero.previous);
  annSocket.send({ type: 'append', channel: 1, entry: zero.next() });
  expect(annSocket.last('refused')).toMatchObject({ code: 'malformed' });
  annSocket.send({ type: 'append', channel: 1, entry: new Uint8Array(20) });
  expect(annSocket.all('refused').map(({ code }) => code)).toEqual([
    'out-of-order',
    'malformed',
    'malformed',
  ]);
});

test('[R10] posting needs the post capability, reading the read capability, both of this chat', async () => {
  const relay = openTestRelay();
  const ann = await newMember(relay, 'ann');
  const [chat, other] = [await createChat(relay, ann), await createChat(relay, ann)];
  const document = newDocumentId();
  const subscribeTo = (channel: number, chatId = chat.chatId) =>
    ({ type: 'subscribe', channel, chat: chatId, document, cursor: startCursor }) as const;

  const reader = signInSocket(relay, ann);
  const { challenge } = reader;
  reader.send(subscribeTo(1));
  expect(reader.last('refused')).toMatchObject({ to: to.subscribe, subject: 1, code: 'forbidden' });
  reader.send({ ...proofOf(chat.chatId, chat.epoch, challenge), postProof: new Uint8Array(0) });
  reader.send(subscribeTo(2, other.chatId));
  expect(reader.last('refused')).toMatchObject({ subject: 2, code: 'forbidden' });
  reader.send(subscribeTo(3));
  await settled();
  expect(reader.last('live')).toMatchObject({ channel: 3 });
  reader.send({ type: 'append', channel: 3, entry: newTestSession(document).next() });
  expect(reader.last('refused')).toMatchObject({ to: to.append, subject: 3, code: 'forbidden' });
  reader.send({ type: 'append', channel: 9, entry: newTestSession(document).next() });
  expect(reader.last('refused')).toMatchObject({ to: to.append, subject: 9, code: 'forbidden' });

  const poster = signInSocket(relay, ann);
  poster.send({
    ...proofOf(chat.chatId, chat.epoch, poster.challenge),
    readProof: new Uint8Array(0),
  });
  poster.send(subscribeTo(1));
  expect(poster.last('refused')).toMatchObject({ to: to.subscribe, code: 'forbidden' });
});

test('[R12] no more than a number of entries wait for their answer on one socket', async () => {
  const { annSocket, session } = await twoInAChat(openTestRelay());
  for (let i = 0; i <= maxInFlight; i++)
    annSocket.send({ type: 'append', channel: 1, entry: session.next() });
  expect(annSocket.all('refused').map(({ code }) => code)).toEqual(['too-many']);
  await settled();
  expect(annSocket.all('ack')).toHaveLength(maxInFlight);
  // Answered ones make room.
  session.goOnAfter(maxInFlight, session.previous);
  annSocket.clear();
  annSocket.send({ type: 'append', channel: 1, entry: session.next() });
  expect(annSocket.last('refused')).toMatchObject({ code: 'out-of-order' });
});

test('[R3] the same document id in another chat is another document', async () => {
  const relay = openTestRelay();
  const { ann, document, annSocket, session } = await twoInAChat(relay);
  annSocket.send({ type: 'append', channel: 1, entry: session.next() });
  await settled();
  const other = await createChat(relay, ann);
  prove(annSocket, other);
  annSocket.send({ type: 'subscribe', channel: 2, chat: other.chatId, document, cursor: startCursor });
  await settled();
  expect(annSocket.last('live')).toMatchObject({ channel: 2, cursor: { seq: 0 } });
});

/** A segment that has as much as it takes, in entries of Ann's. */
async function fullOf(size: number, count: number) {
  const relay = openTestRelay();
  const scene = await twoInAChat(relay);
  const session = size > 1000 ? scene.session : undefined;
  for (let i = 0; i < count; i++) {
    const entry = (session ?? newTestSession(scene.document)).next(1, size);
    scene.annSocket.send({ type: 'append', channel: 1, entry });
    if (i % 256 === 255) await settled();
  }
  await settled();
  return { relay, ...scene };
}
test.each([
  { of: 'bytes', size: 100_000, least: fullSegmentBytes / 100_200, most: fullSegmentBytes / 100_000 + 1 },
  { of: 'sessions', size: 64, least: fullSegmentSessions, most: fullSegmentSessions },
])(
  '[R47] a segment takes no more $of than a snapshot holds, also after a restart, until it is sealed',
  async ({ size, least, most }) => {
    const count = Math.ceil(most) + 5;
    const { relay, bob, chat, document, annSocket, bobSocket } = await fullOf(size, count);
    const acks = annSocket.all('ack');
    expect(acks.length).toBeGreaterThanOrEqual(Math.floor(least));
    expect(acks.length).toBeLessThanOrEqual(Math.ceil(most));
    // Those in flight behind it, too: nobody takes it for a loss.
    const refused = annSocket.all('refused').map(({ code, retryAfterMs }) => ({ code, retryAfterMs }));
    expect(refused).toEqual(
      Array.from({ length: count - acks.length }, () => ({ code: 'busy', retryAfterMs: fullSegmentRetryMs })),
    );
    const { cursor } = annSocket.last('ack');
    await relay.restart();
    const again = await follow(relay, await signedInAgain(relay, bob), chat, document, cursor);
    const late = newTestSession(document).next();
    again.send({ type: 'append', channel: 1, entry: late });
    await settled();
    expect(again.last('refused')).toMatchObject({ to: to.append, code: 'busy' });
    publish(again, newSnapshot(document, cursor), { isSeal: true });
    await settled();
    again.send({ type: 'append', channel: 1, entry: late });
    await settled();
    expect(again.last('refused')).toMatchObject({ to: to.append, code: 'sealed' });
    expect(bobSocket.all('refused')).toEqual([]);
  },
);

test('[R47] what a confirmed snapshot stands for counts no more, but a snapshot does', async () => {
  const { annSocket, bobSocket, document } = await fullOf(100_000, 32);
  const { cursor } = annSocket.last('ack');
  const refusedOf = () => bobSocket.all('refused').filter((frame) => frame.to === to.append).length;
  const append = async () => {
    bobSocket.send({ type: 'append', channel: 1, entry: newTestSession(document).next() });
    await settled();
  };
  await append();
  expect(refusedOf()).toBe(1);
  const small = newSnapshot(document, cursor);
  publish(annSocket, small);
  await settled();
  // Whoever publishes less than there is makes no room by that alone.
  await append();
  expect(refusedOf()).toBe(2);
  bobSocket.send({ type: 'countersign', channel: 1, snapshot: small.id });
  await settled();
  await append();
  expect(refusedOf()).toBe(2);
  publish(annSocket, newSnapshot(document, cursor, fullSegmentBytes), { previous: small.id });
  await settled();
  await append();
  expect(refusedOf()).toBe(3);
});
