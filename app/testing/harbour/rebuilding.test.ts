// Stories of an app whose rows come to say something else: they are made again from the documents, while people read on.
import { afterEach, beforeEach, expect, test } from 'vitest';
import * as v from 'valibot';
import { projectionVersion } from '../../chat/projection.ts';
import type { StoredMessage } from '../../storage/models.ts';
import { createHarbour, type Harbour } from './createHarbour.ts';
import type { Member } from './member.ts';

/** Rows that say something else than today's. */
const next = projectionVersion + 1;
let harbour: Harbour;
let ada: Member;
let ben: Member;
beforeEach(async () => {
  harbour = await createHarbour({ seed: 'rebuilding', members: 3 });
  const [a, b] = harbour.people;
  if (!a || !b) throw new Error('expected three people');
  [ada, ben] = [a, b];
  const ids = await liveALittle();
  expect(await harbour.calm()).toEqual([]);
  for (const messageId of [ids[10] ?? '', ids[39] ?? '']) {
    await ben.command({ command: 'deleteMessage', chatId: harbour.group, messageId, scope: 'me' });
  }
  await ada.says(harbour.group, harbour.marked('unread')).done;
  await harbour.pass(5_000);
});
afterEach(() => harbour.close());

/** Several segments, with all that can become of a message, also in a later segment. */
async function liveALittle() {
  const ids: string[] = [];
  for (let i = 0; i < 40; i++) {
    const { id, done } = [ada, ben][i % 2]?.says(harbour.group, harbour.marked(`word${i}`), ids[i - 3]) ?? {};
    await done;
    ids.push(id ?? '');
    await harbour.pass(200);
  }
  const at = (n: number) => ids[n] ?? '';
  await ada.edits(harbour.group, at(0), harbour.marked('edited'));
  await ben.reacts(harbour.group, at(0), '👍');
  await ada.reacts(harbour.group, at(21), '🎉');
  await ben.edits(harbour.group, at(39), harbour.marked('edited too'));
  await ben.edits(harbour.group, at(5), harbour.marked('never mind'));
  await harbour.pass(500);
  await ben.deletes(harbour.group, at(5));
  await ada.deletes(harbour.group, at(38));
  return ids;
}

const progress = v.object({
  version: v.number(),
  left: v.array(v.string()),
  below: v.optional(v.number()),
  part: v.optional(v.string()),
});
const progressOf = (member: Member) => member.headless().storage.setting('projection', progress);
const isRebuilt = async (member: Member) => {
  const { version, left } = (await progressOf(member)) ?? { version: projectionVersion, left: [''] };
  return version === next && left.length === 0;
};

/** All that this device's rows say. */
async function rowsOf(member: Member) {
  const { storage } = member.headless();
  const ids = await storage.database.messages.toCollection().primaryKeys();
  const messages = [...(await storage.messages.many(ids)).values()].toSorted((a, b) =>
    a.id < b.id ? -1 : 1,
  );
  const changes = await storage.changesOf(ids);
  const chats = (await storage.chats()).map(({ id, last, unread, chains }) => ({ id, last, unread, chains }));
  return { messages, changes: changes.toSorted((a, b) => (a.id < b.id ? -1 : 1)), chats };
}

/** Every kind of harm, to a third of the rows each; texts, search terms, changes and what the list shows. */
async function harm(member: Member) {
  const { storage } = member.headless();
  const { messages, changes } = await rowsOf(member);
  const batch = storage.batch();
  const gone: string[] = [];
  messages.forEach((message: StoredMessage, index) => {
    if (index % 3 === 0 && !message.isHidden) gone.push(message.id);
    const { edit: _, ...wrong } = { ...message, text: 'wrong', terms: [1, 2], reactions: {}, isUnread: true };
    if (index % 3 === 1) batch.putMessage(wrong);
  });
  changes.forEach((change, index) => {
    if (index % 2 === 0) batch.putChange({ ...change, change: { kind: 'edit', text: 'wrong' } });
  });
  for (const chat of await storage.chats())
    batch.putChat({ ...chat, unread: 77, last: { id: 'none', at: 1 } });
  await batch.commit();
  await storage.database.messages.bulkDelete(gone);
  return gone.length;
}

test('[X10] rows of an older version are made again from the documents, whatever had become of them', async () => {
  const before = await rowsOf(ben);
  expect(before.messages.filter(({ isHidden }) => isHidden)).toHaveLength(2);
  expect(await harm(ben)).toBeGreaterThan(5);
  expect((await rowsOf(ben)).messages).not.toEqual(before.messages);
  await ben.closes();
  await ben.open();
  await harbour.pass(20_000);
  // The same version leaves them as they are.
  expect((await rowsOf(ben)).messages).not.toEqual(before.messages);
  await ben.closes();
  ben.isUpdated(next);
  await ben.open();
  await harbour.pass(20_000);
  expect(await isRebuilt(ben)).toBe(true);
  expect(await rowsOf(ben)).toEqual(before);
  const text = 'word12';
  expect(await ben.headless().queries.read({ query: 'search', text })).toHaveLength(1);
});

test('[X10] meanwhile what is there is read, what is said is said, and a crash in the middle goes on', async () => {
  const before = await rowsOf(ben);
  expect(await harm(ben)).toBeGreaterThan(5);
  const { length } = await ben.timeline(harbour.group);
  await ben.closes();
  ben.isUpdated(next);
  await ben.open();
  const seen = new Set<string>();
  let said = 0;
  let crashes = 0;
  let last = '';
  for (let turn = 0; turn < 400 && !(await isRebuilt(ben)); turn++) {
    const now = await progressOf(ben);
    const place = JSON.stringify([now?.left.length, now?.part, now?.below]);
    // Never back.
    if (place !== last) expect([...seen]).not.toContain(place);
    if (now?.version === next && place !== last) {
      last = place;
      seen.add(place);
      harbour.crashed();
      ben.crashes();
      await ben.open();
      crashes++;
      const again = await progressOf(ben);
      expect(JSON.stringify([again?.left.length, again?.part, again?.below])).toBe(place);
      void ada.says(harbour.group, harbour.marked(`meanwhile ${said++}`));
    }
    await harbour.pass(20);
    expect((await ben.timeline(harbour.group)).length).toBeGreaterThanOrEqual(length);
  }
  expect(await isRebuilt(ben)).toBe(true);
  expect(crashes).toBeGreaterThan(6);
  await harbour.pass(5_000);
  const after = await rowsOf(ben);
  const known = new Set(before.messages.map(({ id }) => id));
  expect(after.messages.filter(({ id }) => known.has(id))).toEqual(before.messages);
  expect(after.messages).toHaveLength(before.messages.length + said);
});
