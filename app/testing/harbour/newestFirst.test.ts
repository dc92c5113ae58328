// Stories of whoever has much to read: the newest messages are there first, what is older comes after them, from the newest
// back, and nothing is told to be missing meanwhile.
import 'fake-indexeddb/auto';
import { afterEach, beforeEach, expect, test } from 'vitest';
import * as Y from 'yjs';
import { entryKinds } from '../../../shared/protocol/entry.ts';
import { noSnapshot, type LogHash } from '../../../shared/protocol/ids.ts';
import { openChatAccess } from '../../account/chatAccess.ts';
import type { ChatView } from '../../chat/views.ts';
import { segmentDatabase } from '../../doc/lostDocuments.ts';
import { encodeSegmentState } from '../../doc/segmentState.ts';
import { clientOf } from '../../doc/segmentUpdate.ts';
import { sealSnapshot } from '../../doc/snapshot.ts';
import type { Harbour } from './createHarbour.ts';
import { createForger } from './forger.ts';
import type { Member } from './member.ts';
import { createTrio, type Trio } from './trio.ts';

let harbour: Harbour;
let ada: Member;
let ben: Member;
let cleo: Member;
let trio: Trio;
/** What the chat told of itself while it was watched. */
let views: (ChatView | undefined)[];
beforeEach(async () => {
  views = [];
  trio = await createTrio('newest first');
  ({ harbour, ada, ben, cleo } = trio);
});
afterEach(() => harbour.close());

const placeOf = async (member: Member) =>
  (await member.headless().storage.chat(harbour.group))?.segments ?? { open: 0, unsealed: 0 };
const chatView = (member: Member) => member.headless().queries.read({ query: 'chat', chatId: harbour.group });

/** What of these the member has, each time that it is more. */
async function watch(member: Member, ids: readonly string[], withinMs: number) {
  const seen: number[][] = [];
  for (let passed = 0; passed < withinMs && (seen.at(-1)?.length ?? 0) < ids.length; passed += 20) {
    await harbour.pass(20);
    views.push(await chatView(member));
    const here = new Set(await trio.idsOf(member));
    const now = ids.flatMap((id, index) => (here.has(id) ? [index] : []));
    if (now.length > (seen.at(-1)?.length ?? 0)) seen.push(now);
  }
  return seen;
}

/** Until the newest are here, and all before this segment are not. */
async function untilComing(member: Member, below: number) {
  for (let passed = 0; passed < 60_000; passed += 20) {
    await harbour.pass(20);
    const { coming } = await placeOf(member);
    if (coming && coming.below <= below) return;
  }
  throw new Error(`${member.name} has not read back to segment ${below}`);
}

test('[S14] a fresh device has the newest messages first, then all others from the newest back, and no gap is told', async () => {
  const ids = await trio.talk(150);
  expect(await harbour.calm()).toEqual([]);
  const before = await trio.bodiesOf(ben);
  await ben.becomesFresh();
  const seen = await watch(ben, ids, 120_000);
  const begun = seen.findIndex((here) => here.includes(149));
  const first = new Set(seen[begun]);
  // The oldest was there before it was known how many there are.
  expect(first.size).toBeLessThanOrEqual(3 * 16);
  for (const [index, here] of seen.entries()) {
    const added = here.filter((n) => !first.has(n) && !seen[index - 1]?.includes(n));
    const missing = ids.map((_, n) => n).filter((n) => !here.includes(n));
    if (index > begun && missing.length > 0) expect(Math.min(...added)).toBeGreaterThan(Math.max(...missing));
  }
  expect(seen.at(-1)).toHaveLength(ids.length);
  expect(views.filter((view) => view?.isCatchingUp).map((view) => view?.trouble)).toContain(undefined);
  expect(views.filter((view) => view?.trouble)).toEqual([]);
  expect(await harbour.calm()).toEqual([]);
  expect(await trio.bodiesOf(ben)).toEqual(before);
  expect(await chatView(ben)).toMatchObject({ isCatchingUp: false });
});

test('[S14] who was away for long says something at once, after the newest of the others, and reads the rest later', async () => {
  await trio.talk(6);
  cleo.setOffline(true);
  const away = cleo.says(harbour.group, harbour.marked('from far away'));
  await away.done;
  const ids = await trio.talk(130, [ada, ben]);
  expect((await placeOf(ada)).open).toBeGreaterThan(6);
  await harbour.pass(60_000);
  cleo.setOffline(false);
  const seen = await watch(cleo, ids, 120_000);
  const [first = []] = seen.filter((here) => here.includes(129));
  expect(first.length).toBeLessThanOrEqual(3 * 16);
  expect(await harbour.calm()).toEqual([]);
  expect(await trio.idsOf(ada)).toContain(away.id);
});

test('[S14] a crash in the middle goes on where it was, the newest first', async () => {
  const ids = await trio.talk(130);
  expect(await harbour.calm()).toEqual([]);
  await ben.becomesFresh();
  await untilComing(ben, 6);
  ben.crashes();
  harbour.crashed();
  await ben.open();
  expect((await placeOf(ben)).coming?.below).toBeLessThanOrEqual(6);
  expect(await harbour.calm()).toEqual([]);
  expect((await trio.idsOf(ben)).filter((id) => ids.includes(id))).toHaveLength(ids.length);
});

test('[S14] what is deleted, edited or answered before its message is here counts once that comes', async () => {
  const ids = await trio.talk(130);
  const [early = '', answered = '', edited = ''] = ids.slice(20);
  await ada.reacts(harbour.group, answered, '🎉');
  const author = (id: string) => [ada, ben, cleo][ids.indexOf(id) % 3] ?? ada;
  await author(edited).edits(harbour.group, edited, harbour.marked('said better'));
  await author(early).deletes(harbour.group, early);
  expect(await harbour.calm()).toEqual([]);
  await ben.becomesFresh();
  expect(await harbour.calm()).toEqual([]);
  expect(await trio.bodiesOf(ben)).toEqual(await trio.bodiesOf(ada));
});

test('[S7] a relay that is wiped while older messages are still coming has all again, and so has whoever read', async () => {
  const ids = await trio.talk(130);
  expect(await harbour.calm()).toEqual([]);
  await ben.becomesFresh();
  await untilComing(ben, 6);
  await harbour.relay.wipe();
  harbour.relay.start();
  expect(await harbour.calm()).toEqual([]);
  expect((await trio.idsOf(ben)).filter((id) => ids.includes(id))).toHaveLength(ids.length);
});

test('[S7] what is kept before and behind what is still coming is put back, though nobody else is there', async () => {
  await trio.talk(40);
  expect(await harbour.calm()).toEqual([]);
  cleo.setOffline(true);
  await trio.talk(130, [ada, ben]);
  await harbour.pass(60_000);
  cleo.setOffline(false);
  await untilComing(cleo, 6);
  expect((await placeOf(cleo)).coming?.from).toBeGreaterThan(0);
  for (const other of [ada, ben]) other.setOffline(true);
  await harbour.relay.wipe();
  const { id: own } = cleo.says(harbour.group, harbour.marked('where the relay forgot all else'));
  harbour.relay.start();
  await harbour.pass(180_000);
  const place = await placeOf(cleo);
  expect(place.coming).toBeDefined();
  expect([place.lost, place.unchecked]).toEqual([undefined, 0]);
  expect(await harbour.calm()).toEqual([]);
  expect(await trio.idsOf(ada)).toContain(own);
});

test('[S14] a member who begins segments ahead, none of them full, keeps nobody from what was said, or is said, before', async () => {
  const ids = await trio.talk(28);
  expect(await harbour.calm()).toEqual([]);
  cleo.setOffline(true);
  const away = cleo.says(harbour.group, harbour.marked('from far away'));
  await away.done;
  for (const n of [6, 5, 4, 3, 2]) {
    const forger = await createForger(harbour, ada, 'segment', n);
    await forger.appendsRecords([
      await forger.record({ kind: 'message', text: harbour.marked(`ahead ${n}`) }),
    ]);
    forger.close();
  }
  await harbour.pass(60_000);
  cleo.setOffline(false);
  await ben.becomesFresh();
  await harbour.pass(5 * 60_000);
  for (const member of [ada, ben, cleo]) expect(await placeOf(member)).not.toHaveProperty('coming');
  const wanted = [...ids, away.id];
  expect((await trio.idsOf(ben)).filter((id) => wanted.includes(id))).toHaveLength(wanted.length);
});

test('[S14] a member who seals the next segment with nothing in it keeps nobody from what was said', async () => {
  const ids = await trio.talk(6);
  expect(await harbour.calm()).toEqual([]);
  const forger = await createForger(harbour, ada, 'segment', 1);
  const session = forger.newSession();
  const noise = new Y.Doc();
  noise.clientID = clientOf(session);
  noise.getArray<Uint8Array>('elsewhere').push([new Uint8Array(3), new Uint8Array(3)]);
  await forger.appends(Y.encodeStateAsUpdate(noise), session);
  const update = encodeSegmentState(new Y.Doc(), new Map());
  const bytes = await sealSnapshot(
    forger.context,
    forger.document,
    entryKinds.segmentSnapshot,
    { session, cursor: forger.end(), sessions: [], update },
    harbour.chance.bytes,
  );
  forger.channel.publish({ bytes, previous: noSnapshot, isSeal: true, purged: [] });
  await harbour.pass(60_000);
  forger.close();
  await ben.becomesFresh();
  await harbour.pass(5 * 60_000);
  expect(await placeOf(ben)).not.toHaveProperty('coming');
  expect((await trio.idsOf(ben)).filter((id) => ids.includes(id))).toHaveLength(ids.length);
});

test('[L9] who is removed while older messages are coming is not told for ever that they are on their way', async () => {
  await trio.talk(130);
  expect(await harbour.calm()).toEqual([]);
  await ben.becomesFresh();
  await untilComing(ben, 6);
  expect(await ada.changes(harbour.group, 'remove', ben)).toBe(true);
  await harbour.pass(2 * 60_000);
  expect((await ben.chat(harbour.group))?.isRemoved).toBe(true);
  expect(await chatView(ben)).toMatchObject({ isCatchingUp: false });
});

test('[D14] a crash in the middle of a leap leaves no document on the disk that nobody clears', async () => {
  await trio.talk(130);
  expect(await harbour.calm()).toEqual([]);
  await ben.becomesFresh();
  const { storage } = ben.headless();
  const { batch } = storage;
  const crash = { isOver: false };
  Object.assign(storage, {
    batch() {
      const made = batch.call(storage);
      const { putSegment } = made;
      return Object.assign(made, {
        putSegment(row: Parameters<typeof putSegment>[0]) {
          // Just before what is left is written.
          if (!crash.isOver) ben.crashes();
          crash.isOver = true;
          harbour.crashed();
          return putSegment.call(made, row);
        },
      });
    },
  });
  for (let passed = 0; passed < 60_000 && !crash.isOver; passed += 20) await harbour.pass(20);
  expect(crash.isOver).toBe(true);
  await trio.talk(70, [ada, cleo]);
  expect(await harbour.calm()).toEqual([]);
  const chat = await ben.headless().storage.chat(harbour.group);
  const identity = ben.headless().engine.member()?.identity;
  if (!chat?.segments || !identity) throw new Error('expected the group');
  const { documents } = openChatAccess(chat, identity);
  const names = new Set((await indexedDB.databases()).map(({ name }) => name));
  const left = Array.from({ length: chat.segments.unsealed }, (_, n) => n).filter((n) =>
    names.has(segmentDatabase(ben.headless().storage, documents.segment(n), 0)),
  );
  expect(left).toEqual([]);
});

test('[S14] who is told that there is more than there is goes on where all others are', async () => {
  const ids = await trio.talk(40);
  expect(await harbour.calm()).toEqual([]);
  await ben.becomesFresh();
  const far = { seq: 7, hash: new Uint8Array(16) as LogHash };
  ben.isLiedTo({ down: (frame) => [frame.type === 'looked' ? { ...frame, end: far } : frame] });
  await watch(ben, ids, 60_000);
  const own = await trio.says(ben, 'here');
  expect(await trio.idsOf(ada)).toContain(own);
  expect((await placeOf(ben)).open).toBe((await placeOf(ada)).open);
  await trio.goesOn();
});
