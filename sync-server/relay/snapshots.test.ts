// Publishing and confirming snapshots: which may take whose place, what goes because of it, and what does not.
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { Bytes } from '../../shared/codec/bytes.ts';
import { startCursor, type Cursor } from '../../shared/protocol/frames/cursor.ts';
import { upNumberByType as to } from '../../shared/protocol/frames/up.ts';
import { noSnapshot, type LogHash } from '../../shared/protocol/ids.ts';
import { maxSnapshotBytes, maxSnapshotPartBytes } from '../../shared/protocol/limits.ts';
import { countFound } from '../testing/findPieces.ts';
import { randomBytes } from '../testing/signer.ts';
import {
  ledgerBody,
  ledgerEntry,
  newDocumentId,
  newEpoch,
  newTestSession,
  proofOf,
} from '../testing/testChat.ts';
import { follow, newMember, prove, signedInAgain, signInSocket, twoInAChat } from '../testing/testMember.ts';
import { openTestRelay, settled, type TestRelay } from '../testing/testRelay.ts';
import { newSnapshot, partsOf, publish, snapshotsOn } from '../testing/testSnapshot.ts';
import type { TestSocket } from '../testing/testSocket.ts';
import { ask } from '../testing/testUser.ts';
import { confirmAfterMs, maxHeldPartBytes, partWithinMs, upkeepEveryMs } from './bounds.ts';

/** Two people in a chat, whose document has entries of Ann's. */
async function written(count = 6, options: Parameters<typeof openTestRelay>[0] = {}) {
  const relay = openTestRelay(options);
  const scene = await twoInAChat(relay);
  const entries: Bytes[] = [];
  const append = async (socket = scene.annSocket, session = scene.session) => {
    const entry = session.next();
    entries.push(entry);
    socket.send({ type: 'append', channel: 1, entry });
    await settled();
    return socket.last('ack').cursor;
  };
  const cursors: Cursor[] = [startCursor];
  for (let i = 0; i < count; i++) cursors.push(await append());
  const at = (seq: number): Cursor => {
    const cursor = cursors[seq];
    if (!cursor) throw new Error('a cursor');
    return cursor;
  };
  const from = async (seq: number) =>
    follow(relay, await signedInAgain(relay, scene.bob), scene.chat, scene.document, at(seq));
  return { relay, ...scene, entries, append, cursors, at, from, end: () => at(cursors.length - 1) };
}
const entriesOn = (socket: TestSocket) => socket.all('entries').flatMap(({ entries }) => entries);
const bugsOf = (relay: TestRelay) => relay.events.filter(({ event }) => event === 'bug');

test('[R31] a snapshot is durable, then everyone who follows the document hears of it', async () => {
  const { relay, ann, bob, chat, document, annSocket, bobSocket, at } = await written();
  const snapshot = newSnapshot(document, at(4), 3 * maxSnapshotPartBytes);
  for (const part of partsOf(snapshot)) {
    expect(annSocket.all('published')).toEqual([]);
    annSocket.send(part);
  }
  await settled();
  const said = { type: 'published', channel: 1, snapshot: snapshot.id, cursor: at(4), isSeal: false };
  expect(annSocket.all('published')).toEqual([said]);
  expect(bobSocket.all('published')).toEqual([said]);
  await relay.restart();
  const later = await follow(relay, await signedInAgain(relay, bob), chat, document);
  expect(snapshotsOn(later)).toEqual([snapshot]);
  // Who was away hears of it before `live`, its publisher too.
  const away = await follow(relay, await signedInAgain(relay, bob), chat, document, at(5));
  expect(away.frames.slice(-3).map(({ type }) => type)).toEqual(['entries', 'published', 'live']);
  const own = await follow(relay, await signedInAgain(relay, ann), chat, document, at(5));
  expect(own.all('published')).toEqual([said]);
});

test('[R30] of two who race one is current, and the other learns which', async () => {
  const { annSocket, bobSocket, document, at } = await written();
  const [first, second] = [newSnapshot(document, at(6)), newSnapshot(document, at(6))];
  const [a, b] = [partsOf(first), partsOf(second)];
  for (const [i, part] of a.entries()) {
    annSocket.send(part);
    const other = b[i];
    if (other) bobSocket.send(other);
  }
  await settled();
  expect(annSocket.last('published')).toMatchObject({ snapshot: first.id });
  expect(bobSocket.last('refused')).toMatchObject({
    to: to.publish,
    subject: 1,
    code: 'snapshot-moved',
    detail: first.id,
  });
  publish(bobSocket, second, { previous: first.id });
  expect(annSocket.last('published')).toMatchObject({ snapshot: second.id });
});

test('[R30] its cursor is in the log, not before the current one’s, and its epoch is current', async () => {
  const { relay, chat, ann, annSocket, document, at } = await written();
  const refused = () => annSocket.last('refused').code;
  publish(annSocket, newSnapshot(document, { seq: 6, hash: randomBytes(16) as Bytes as LogHash }));
  expect(refused()).toBe('snapshot-moved');
  publish(annSocket, newSnapshot(document, { seq: 7, hash: at(6).hash }));
  expect(refused()).toBe('snapshot-moved');
  const current = newSnapshot(document, at(5));
  publish(annSocket, current);
  publish(annSocket, newSnapshot(document, at(4)), { previous: current.id });
  expect(annSocket.last('refused')).toMatchObject({ code: 'snapshot-moved', detail: current.id });
  publish(annSocket, newSnapshot(document, at(6), 100, 2), { previous: current.id });
  expect(annSocket.last('refused')).toMatchObject({ code: 'stale-epoch', detail: chat.genesis.hash });
  const body = ledgerBody(newEpoch(2), { parent: chat.genesis.hash });
  const { entry } = ledgerEntry(body, chat.epoch.admin);
  await ask(relay.by, 'POST', ledgerPath(chat.chatId), { entry, boxes: [] }, ann.token);
  publish(annSocket, newSnapshot(document, at(6)), { previous: current.id });
  expect(refused()).toBe('stale-epoch');
  expect(annSocket.all('published')).toHaveLength(1);
});
const ledgerPath = (chatId: Uint8Array) =>
  `/api/ledgers/${Buffer.from(chatId).toString('base64url')}/entries`;

test('[R30] parts come in order and within bounds; whose snapshot is refused hears of it once', async () => {
  const { annSocket, document, at } = await written();
  const large = partsOf(newSnapshot(document, at(6), 4 * maxSnapshotPartBytes));
  const [p0, p1, p2] = large;
  if (!p0 || !p1 || !p2) throw new Error('three parts');
  const codesOf = (...parts: (typeof large)[number][]) => {
    annSocket.clear();
    for (const part of parts) annSocket.send(part);
    return annSocket.all('refused').map(({ code }) => code);
  };
  expect(codesOf(p0, p2, p1)).toEqual(['out-of-order']);
  expect(codesOf(p1, p2)).toEqual([]);
  expect(codesOf(p0, p0, p1, p1)).toEqual(['out-of-order']);
  expect(codesOf(p0, { ...p1, isSeal: true }, p2)).toEqual(['malformed']);
  expect(codesOf({ ...p0, count: 0 })).toEqual(['malformed']);
  const tooMany = maxSnapshotBytes / maxSnapshotPartBytes + 1;
  expect(codesOf({ ...p0, count: tooMany }, { ...p1, count: tooMany })).toEqual(['too-large']);
  expect(codesOf({ ...p0, count: 1, part: randomBytes(200).fill(0, 0, 1) })).toEqual(['malformed']);
  expect(codesOf({ ...p0, channel: 9 }, { ...p1, channel: 9 })).toEqual(['forbidden']);
  expect(codesOf(...large)).toEqual([]);
  expect(annSocket.all('published')).toHaveLength(1);
});

test('[R30] one snapshot of a socket at a time, and all sockets’ parts within bounds', async () => {
  const { relay, chat, ann, annSocket, document, at } = await written();
  const other = newDocumentId();
  annSocket.send({ type: 'subscribe', channel: 2, chat: chat.chatId, document: other, cursor: startCursor });
  await settled();
  const [first, ...rest] = partsOf(newSnapshot(document, at(6), 2 * maxSnapshotPartBytes));
  if (!first) throw new Error('a part');
  annSocket.send(first);
  publish(annSocket, newSnapshot(other, startCursor, 2 * maxSnapshotPartBytes), { channel: 2 });
  expect(annSocket.all('refused').map(({ subject, code }) => [subject, code])).toEqual([[2, 'too-many']]);
  for (const part of rest) annSocket.send(part);
  expect(annSocket.all('published')).toHaveLength(1);

  // Sockets that begin and do not go on.
  const begin = async () => {
    const socket = await follow(relay, ann, chat, document, at(6));
    const previous = annSocket.last('published').snapshot;
    const parts = partsOf(newSnapshot(document, at(6), maxSnapshotBytes - 500), { previous });
    for (const part of parts.slice(0, -1)) socket.send(part);
    return { socket, last: parts.at(-1) };
  };
  const stalled: Awaited<ReturnType<typeof begin>>[] = [];
  // A device has eight sockets; each of these is of a device of its own in effect, as long as it stays open.
  const most = Math.floor(maxHeldPartBytes / (maxSnapshotBytes - maxSnapshotPartBytes));
  const members = [ann];
  for (let i = 0; i < Math.ceil(most / 8); i++) members.push(await newMember(relay, `member${i}`));
  for (let i = 0; i <= most; i++) {
    const member = members[Math.floor(i / 7)] ?? ann;
    const socket = await follow(relay, member, chat, document, at(6));
    const previous = annSocket.last('published').snapshot;
    const parts = partsOf(newSnapshot(document, at(6), maxSnapshotBytes - 500), { previous });
    for (const part of parts.slice(0, -1)) socket.send(part);
    stalled.push({ socket, last: parts.at(-1) });
  }
  expect(stalled.flatMap(({ socket }) => socket.all('refused').map(({ code }) => code))).toEqual([
    'too-many',
  ]);
  // Whoever does not go on makes room for the next.
  relay.clock.advance(partWithinMs + 1);
  const next = await begin();
  const before = next.socket.all('published').length;
  if (next.last) next.socket.send(next.last);
  expect(next.socket.all('published')).toHaveLength(before + 1);
});

test('[R30] publishing takes a proven right to post, and has a rate', async () => {
  const { relay, bob, chat, document, annSocket, at } = await written(1, { rateFactor: 1 });
  const reader = signInSocket(relay, bob);
  reader.send({ ...proofOf(chat.chatId, chat.epoch, reader.challenge), postProof: new Uint8Array(0) });
  reader.send({ type: 'subscribe', channel: 1, chat: chat.chatId, document, cursor: startCursor });
  publish(reader, newSnapshot(document, at(1)));
  expect(reader.last('refused')).toMatchObject({ to: to.publish, code: 'forbidden' });
  let previous = noSnapshot;
  for (let i = 0; i < 200; i++) {
    const snapshot = newSnapshot(document, at(1), 10);
    publish(annSocket, snapshot, { previous });
    if (annSocket.all('refused').length > 0) break;
    previous = snapshot.id;
  }
  expect(annSocket.last('refused')).toMatchObject({ to: to.publish, code: 'busy' });
  expect(annSocket.last('refused').retryAfterMs).toBeGreaterThan(0);
});

test('[R32] a seal is at the log’s end; an append that was there before it wins', async () => {
  const { annSocket, bobSocket, document, session, at } = await written();
  const seal = newSnapshot(document, at(6));
  const late = newTestSession(document);
  bobSocket.send({ type: 'append', channel: 1, entry: late.next() });
  publish(annSocket, seal, { isSeal: true });
  expect(annSocket.last('refused')).toMatchObject({
    to: to.publish,
    code: 'snapshot-moved',
    detail: noSnapshot,
  });
  await settled();
  const end = bobSocket.last('ack').cursor;
  const again = newSnapshot(document, end);
  publish(annSocket, again, { isSeal: true });
  bobSocket.send({ type: 'append', channel: 1, entry: late.next() });
  await settled();
  expect(annSocket.last('published')).toMatchObject({ snapshot: again.id, isSeal: true });
  expect(bobSocket.last('published')).toMatchObject({ isSeal: true });
  expect(bobSocket.last('refused')).toMatchObject({ to: to.append, code: 'sealed' });
  expect(session.sequence).toBe(6);
});

test('[R32] a sealed document acknowledges repeats, takes another snapshot, and stays sealed', async () => {
  const { relay, bob, chat, document, annSocket, entries, at, end } = await written();
  const seal = newSnapshot(document, end());
  publish(annSocket, seal, { isSeal: true });
  const [first] = entries;
  if (!first) throw new Error('an entry');
  annSocket.send({ type: 'append', channel: 1, entry: first });
  expect(annSocket.last('ack')).toMatchObject({ sequence: 1, cursor: at(1) });
  const better = newSnapshot(document, end());
  publish(annSocket, better, { previous: seal.id });
  expect(annSocket.last('published')).toMatchObject({ snapshot: better.id, isSeal: true });
  await relay.restart();
  const socket = await follow(relay, await signedInAgain(relay, bob), chat, document);
  expect(socket.all('snapshot').map(({ isSeal }) => isSeal)).toEqual([true]);
  socket.send({ type: 'append', channel: 1, entry: newTestSession(document).next() });
  expect(socket.last('refused')).toMatchObject({ code: 'sealed' });
});

test('[R33] the log and the snapshot before it stay until another user’s device has countersigned', async () => {
  const { relay, ann, bob, chat, document, annSocket, bobSocket, entries, at, from } = await written();
  const first = newSnapshot(document, at(2));
  publish(annSocket, first);
  annSocket.send({ type: 'countersign', channel: 1, snapshot: first.id });
  bobSocket.send({ type: 'countersign', channel: 1, snapshot: newSnapshot(document, at(2)).id });
  expect(bobSocket.last('refused')).toMatchObject({ to: to.countersign, subject: 1, code: 'snapshot-moved' });
  expect(entriesOn(await from(1))).toEqual(entries.slice(1));
  bobSocket.send({ type: 'countersign', channel: 1, snapshot: first.id });
  expect(countFound(relay.dataDir, entries)).toBe(6);
  const afterwards = await from(1);
  expect(snapshotsOn(afterwards)).toEqual([first]);
  expect(entriesOn(afterwards)).toEqual(entries.slice(2));

  // Two that follow one another unconfirmed: what was confirmed stays beside the current one.
  const second = newSnapshot(document, at(4));
  publish(bobSocket, second, { previous: first.id });
  const third = newSnapshot(document, at(6));
  publish(bobSocket, third, { previous: second.id });
  await relay.restart();
  const files = [first.bytes, second.bytes, third.bytes];
  expect(files.map((bytes) => countFound(relay.dataDir, [bytes]))).toEqual([1, 0, 1]);
  expect(entriesOn(await follow(relay, await signedInAgain(relay, ann), chat, document, at(2)))).toEqual(
    entries.slice(2),
  );
  const annAgain = await follow(relay, await signedInAgain(relay, ann), chat, document, at(6));
  annAgain.send({ type: 'countersign', channel: 1, snapshot: third.id });
  await relay.restart();
  expect(countFound(relay.dataDir, [...entries, first.bytes])).toBe(0);
  expect(snapshotsOn(await follow(relay, await signedInAgain(relay, bob), chat, document))).toEqual([third]);
});

test.each(['a reader comes', 'another is published', 'nobody does anything'])(
  '[R33] after 14 days a snapshot is confirmed: %s',
  async (how) => {
    const { relay, annSocket, bobSocket, document, entries, at, from } = await written();
    const snapshot = newSnapshot(document, at(3));
    publish(annSocket, snapshot);
    relay.clock.advance(confirmAfterMs - 2 * upkeepEveryMs);
    expect(entriesOn(await from(1))).toEqual(entries.slice(1));
    annSocket.cut();
    if (how === 'nobody does anything') bobSocket.cut();
    for (let i = 0; i < 4; i++) relay.clock.advance(upkeepEveryMs);
    if (how === 'another is published')
      publish(bobSocket, newSnapshot(document, at(6)), { previous: snapshot.id });
    await from(6);
    await relay.restart();
    expect(countFound(relay.dataDir, entries)).toBe(3);
    expect(bugsOf(relay)).toEqual([]);
  },
);

test('[R34] a purge erases what it replaces from every file before it is published', async () => {
  const { relay, annSocket, bobSocket, document, session, entries, at, append } = await written();
  const first = newSnapshot(document, at(3), 200_000);
  publish(annSocket, first);
  await append(bobSocket, newTestSession(document));
  const replaced = [...entries.slice(0, 6), first.bytes];
  expect(countFound(relay.dataDir, replaced)).toBe(7);
  const purge = newSnapshot(document, at(6));
  publish(annSocket, purge, { previous: first.id, purged: [session.session] });
  expect(annSocket.all('published')).toHaveLength(1);
  await settled();
  expect(annSocket.last('published')).toMatchObject({ snapshot: purge.id });
  expect(countFound(relay.dataDir, replaced)).toBe(0);
  expect(countFound(relay.dataDir, [purge.bytes, ...entries.slice(6)])).toBe(2);
});

test('[R30] [R34] a relay that is killed has all of a publication or nothing, and wipes when it starts', async () => {
  const { relay, bob, chat, document, session, annSocket, entries, at } = await written();
  const purge = newSnapshot(document, at(6), 2 * maxSnapshotPartBytes);
  const asKilledNow = async () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'convo-killed-'));
    cpSync(relay.dataDir, dataDir, { recursive: true });
    const before = countFound(dataDir, entries);
    const again = openTestRelay({ dataDir });
    const after = countFound(dataDir, entries);
    const reader = await follow(again, await signedInAgain(again, bob), chat, document);
    onTestFinished(() => rmSync(dataDir, { recursive: true, force: true }));
    return { before, after, snapshots: snapshotsOn(reader), entries: entriesOn(reader) };
  };
  const parts = partsOf(purge, { isSeal: true, purged: [session.session] });
  for (const part of parts.slice(0, -1)) annSocket.send(part);
  expect(await asKilledNow()).toEqual({ before: 6, after: 6, snapshots: [], entries });
  for (const part of parts.slice(-1)) annSocket.send(part);
  // Committed, and nobody told: the write-ahead log still has everything.
  expect(annSocket.all('published')).toEqual([]);
  expect(await asKilledNow()).toEqual({ before: 6, after: 0, snapshots: [purge], entries: [] });
});

test('[R34] one’s own sessions only, and only known ones', async () => {
  const { annSocket, bobSocket, document, session, entries, relay, at } = await written();
  publish(bobSocket, newSnapshot(document, at(6)), { purged: [session.session] });
  expect(bobSocket.last('refused')).toMatchObject({ to: to.publish, code: 'forbidden' });
  const unknown = newTestSession(document).session;
  publish(annSocket, newSnapshot(document, at(6)), { purged: [session.session, unknown] });
  expect(annSocket.last('refused')).toMatchObject({ to: to.publish, code: 'forbidden' });
  await settled();
  expect(countFound(relay.dataDir, entries)).toBe(6);
});

test('[R34] who has shown the admins’ key names whatever sessions there are', async () => {
  const { annSocket, bobSocket, chat, document, session, entries, relay, at } = await written();
  const { chatId, epoch } = chat;
  bobSocket.send(proofOf(chatId, epoch, bobSocket.challenge, epoch.admin));
  await settled();
  const purge = newSnapshot(document, at(6));
  publish(bobSocket, purge, { purged: [session.session] });
  await settled();
  expect(annSocket.last('published')).toMatchObject({ snapshot: purge.id });
  expect(countFound(relay.dataDir, entries)).toBe(0);
  // Shown again as a member, it is a member's.
  bobSocket.send(proofOf(chatId, epoch, bobSocket.challenge));
  await settled();
  publish(bobSocket, newSnapshot(document, at(6)), { previous: purge.id, purged: [session.session] });
  expect(bobSocket.last('refused')).toMatchObject({ to: to.publish, code: 'forbidden' });
});

test('[R15] [R30] on a full disk a snapshot is refused and changes nothing', async () => {
  const { relay, annSocket, document, session, entries, at, append } = await written();
  relay.relay.setMaxPageCount(1);
  const snapshot = newSnapshot(document, at(6), 400_000);
  publish(annSocket, snapshot, { isSeal: true, purged: [session.session] });
  await settled();
  expect(annSocket.last('refused')).toMatchObject({ to: to.publish, subject: 1, code: 'disk-full' });
  expect(countFound(relay.dataDir, entries)).toBe(6);
  relay.relay.setMaxPageCount(0);
  expect((await append()).seq).toBe(7);
  expect(annSocket.all('published')).toEqual([]);
  expect(bugsOf(relay)).toEqual([]);
});

test('[R30] a document that the relay has lost begins again with a snapshot of nothing, sealed or not', async () => {
  const { relay, bob, chat, annSocket } = await written(0);
  const document = newDocumentId();
  annSocket.send({ type: 'subscribe', channel: 2, chat: chat.chatId, document, cursor: startCursor });
  await settled();
  const snapshot = newSnapshot(document, startCursor);
  publish(annSocket, snapshot, { channel: 2, isSeal: true });
  expect(annSocket.last('published')).toMatchObject({ channel: 2, cursor: startCursor, isSeal: true });
  const reader = signInSocket(relay, bob);
  prove(reader, chat);
  reader.send({ type: 'subscribe', channel: 1, chat: chat.chatId, document, cursor: startCursor });
  await settled();
  expect(snapshotsOn(reader)).toEqual([snapshot]);
});
