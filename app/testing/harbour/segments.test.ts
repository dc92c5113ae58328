// Stories of a chat that outgrows its segments: what is full is sealed and kept, what comes late goes on in the next, and
// what is deleted is nowhere any more.
import 'fake-indexeddb/auto';
import { afterEach, beforeEach, expect, onTestFinished, test } from 'vitest';
import { entryKinds, parseEntry } from '../../../shared/protocol/entry.ts';
import { parseDown } from '../../../shared/protocol/frames/down.ts';
import { parseUp, type UpFrame } from '../../../shared/protocol/frames/up.ts';
import { idToText } from '../../../shared/protocol/ids.ts';
import { openChatAccess } from '../../account/chatAccess.ts';
import { openUpdate } from '../../doc/entrySeal.ts';
import { segmentDatabase } from '../../doc/lostDocuments.ts';
import { readRecord } from '../../doc/record.ts';
import { itemsOfState } from '../../doc/segmentState.ts';
import { openSnapshot } from '../../doc/snapshot.ts';
import { createSnapshotParts } from '../../sync/snapshotParts.ts';
import type { Harbour } from './createHarbour.ts';
import type { Member } from './member.ts';
import { createTrio, type Trio } from './trio.ts';

let harbour: Harbour;
let ada: Member;
let ben: Member;
let cleo: Member;
let talk: Trio['talk'];
beforeEach(async () => {
  ({ harbour, ada, ben, cleo, talk } = await createTrio('segments'));
});
afterEach(() => harbour.close());

const segmentsOf = async (member: Member) => (await member.headless().storage.chat(harbour.group))?.segments;
test('[D12] full segments are sealed and kept, and everyone goes on in the same next one', async () => {
  await talk(70);
  expect(await harbour.calm()).toEqual([]);
  // A last snapshot is looked at before its segment is left.
  await harbour.pass(60_000);
  for (const member of harbour.people) {
    const place = await segmentsOf(member);
    expect(place?.open).toBeGreaterThanOrEqual(4);
    expect(place?.unsealed).toBe(place?.open);
    const kept = await member
      .headless()
      .storage.database.segments.where('chat')
      .equals(harbour.group)
      .count()
      .catch(() => -1);
    expect(kept).toBe(place?.unsealed);
  }
});

/** What the app ends at: it has kept a segment that it goes on from, and not yet cleared what that was written in. */
function endsAsItLeaves(member: Member) {
  const { name } = member.headless().storage;
  const { put } = IDBObjectStore.prototype;
  let isEnded = false;
  function noticing(this: IDBObjectStore, ...row: Parameters<typeof put>) {
    if (this.name === 'segments' && this.transaction.db.name === name && !isEnded) {
      isEnded = true;
      this.transaction.addEventListener('complete', () => {
        harbour.crashed();
        member.crashes();
      });
    }
    return put.apply(this, row);
  }
  const restore = () => {
    IDBObjectStore.prototype.put = put;
  };
  onTestFinished(restore);
  IDBObjectStore.prototype.put = noticing;
  return { restore, isEnded: () => isEnded };
}

test('[D14] a segment that was left leaves no database behind, also where the app ends before it is cleared', async () => {
  const end = endsAsItLeaves(ben);
  await talk(30, [ada]);
  await harbour.pass(60_000);
  end.restore();
  expect(end.isEnded()).toBe(true);
  await ben.open();
  expect(await harbour.calm()).toEqual([]);
  const { storage, engine } = ben.headless();
  const chat = await storage.chat(harbour.group);
  const identity = engine.member()?.identity;
  if (!chat?.segments || !identity) throw new Error('expected the group');
  const { documents } = openChatAccess(chat, identity);
  const names = new Set((await indexedDB.databases()).map(({ name }) => name));
  const numbers = Array.from({ length: chat.segments.unsealed }, (_, n) => n);
  expect(numbers.length).toBeGreaterThan(0);
  expect(numbers.filter((n) => names.has(segmentDatabase(storage, documents.segment(n), 0)))).toEqual([]);
});

test('[D12] what was written offline into a segment that is sealed meanwhile goes on in the next, once', async () => {
  cleo.setOffline(true);
  const { done } = cleo.says(harbour.group, harbour.marked('from far away'));
  await done;
  await talk(40, [ada, ben]);
  await harbour.pass(30_000);
  expect((await segmentsOf(ada))?.unsealed).toBeGreaterThan(0);
  expect(await harbour.calm()).toEqual([]);
});

test('[D13] a fresh device has all of it, from snapshots and what follows them', async () => {
  await talk(40);
  expect(await harbour.calm()).toEqual([]);
  const before = await ben.timeline(harbour.group);
  await ben.becomesFresh();
  expect(await harbour.calm()).toEqual([]);
  const after = await ben.timeline(harbour.group);
  expect(after.map(({ messageId, body }) => [messageId, body])).toEqual(
    before.map(({ messageId, body }) => [messageId, body]),
  );
});

type Append = Extract<UpFrame, { type: 'append' }>;
const isSegmentEntry = (frame: UpFrame | undefined): frame is Append =>
  frame?.type === 'append' && parseEntry(frame.entry)?.header.kind === entryKinds.segment;

/** Bodies of a record in all that the relay has sent since `from`, opened with every key that the member has. */
async function servedBodies(member: Member, id: string, from: number) {
  const { storage, engine } = member.headless();
  const chat = await storage.chat(harbour.group);
  const identity = engine.member()?.identity;
  if (!chat || !identity) throw new Error('expected a member of the group');
  const { context, documents } = openChatAccess(chat, identity);
  const updates: Uint8Array[] = [];
  const parts = new Map<number, ReturnType<typeof createSnapshotParts>>();
  for (const bytes of harbour.network.seen().slice(from)) {
    const frame = parseDown(bytes);
    if (frame?.type === 'entries') updates.push(...frame.entries);
    if (frame?.type !== 'snapshot') continue;
    const mine = parts.get(frame.channel) ?? createSnapshotParts();
    parts.set(frame.channel, mine);
    const whole = mine.add(frame);
    if (whole) updates.push(whole.bytes);
  }
  let bodies = 0;
  for (let n = 0; n <= (chat.segments?.open ?? 0); n++) {
    for (const bytes of updates) {
      const document = documents.segment(n);
      const entry = await openUpdate(context, document, entryKinds.segment, bytes);
      const snapshot = await openSnapshot(context, document, entryKinds.segmentSnapshot, bytes);
      const state = entry.ok ? entry.value.update : snapshot.ok ? snapshot.value.update : undefined;
      for (const { header, body } of state ? itemsOfState(state) : []) {
        const record = readRecord(context, header);
        if (!record || idToText(record.header.id) !== id) continue;
        if (body) bodies++;
      }
    }
  }
  return bodies;
}

test('[D14] a deleted message is in no file of the relay, and nobody can rebuild it from what the relay serves', async () => {
  const ids = await talk(40);
  expect(await harbour.calm()).toEqual([]);
  const early = ids[0] ?? '';
  const from = harbour.network.seen().length;
  const late = ada.says(harbour.group, harbour.marked('gone soon'));
  await late.done;
  await harbour.pass(2000);
  const sent = harbour.network.seen().slice(from).map(parseUp);
  const needles = sent.flatMap((frame) =>
    isSegmentEntry(frame) ? [Buffer.from(frame.entry.slice(-64))] : [],
  );
  const isStored = () =>
    needles.map((needle) => harbour.relay.files().some((file) => Buffer.from(file).includes(needle)));
  expect(isStored()).toContain(true);
  await ada.deletes(harbour.group, early);
  await ada.deletes(harbour.group, late.id);
  expect(await harbour.calm()).toEqual([]);
  await harbour.pass(120_000);
  expect(isStored().filter(Boolean)).toEqual([]);
  for (const member of harbour.people) {
    const { storage } = member.headless();
    expect(await storage.database.erasures.toArray()).toEqual([]);
  }
  const fresh = harbour.network.seen().length;
  await ben.becomesFresh();
  expect(await harbour.calm()).toEqual([]);
  expect(await servedBodies(ben, ids[1] ?? '', fresh)).toBeGreaterThan(0);
  expect(await servedBodies(ben, early, fresh)).toBe(0);
  expect(await servedBodies(ben, late.id, fresh)).toBe(0);
});
