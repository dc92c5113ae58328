// Stories of a device with more chats than it keeps in memory: the others stand by, and nobody notices.
import { afterEach, beforeEach, expect, test } from 'vitest';
import { idToText } from '../../../shared/protocol/ids.ts';
import { createHarbour, type Harbour } from './createHarbour.ts';
import type { Member } from './member.ts';

/** As many as a member of the harbour keeps in memory. */
const most = 2;
const chatCount = 8;
let harbour: Harbour;
let ada: Member;
let ben: Member;
let chats: readonly string[];
beforeEach(async () => {
  harbour = await createHarbour({ seed: 'many chats', members: 2 });
  const [a, b] = harbour.people;
  if (!a || !b) throw new Error('expected two people');
  [ada, ben] = [a, b];
  for (let i = 1; i < chatCount; i++) await ada.startsGroup([ben], harbour.marked(`group ${i}`));
  expect(await harbour.calm()).toEqual([]);
  chats = await ben.chats();
  expect(chats).toHaveLength(chatCount);
});
afterEach(() => harbour.close());

/** Lets time pass, and sees at each step how many documents this device has open on its disk: one a chat, while all are short. */
async function passWatching(
  member: Member,
  ms: number,
  isDone: () => Promise<boolean> = async () => false,
  stepMs = 20,
) {
  let highest = 0;
  for (let passed = 0; passed < ms && !(await isDone()); passed += stepMs) {
    await harbour.pass(stepMs);
    highest = Math.max(
      highest,
      harbour.disk.openCount(`${harbour.seed}/${member.name.split(' ')[1]}/segment/`),
    );
  }
  return highest;
}
const unreadOf = async (member: Member) =>
  (await Promise.all(chats.map((chat) => member.chat(chat)))).map((chat) => chat?.unread);
const restingOf = async (member: Member) =>
  (await Promise.all(chats.map((chat) => member.chat(chat)))).filter((chat) => chat?.rest).length;
const deliveryOf = async (member: Member, chat: string) => (await member.timeline(chat, 1)).at(-1)?.delivery;

test('[S9] more chats than fit into memory: each hears what is said in it, and its author sees the tick', async () => {
  for (const chat of chats) void ada.says(chat, harbour.marked('to all'));
  const isThere = async () => (await unreadOf(ben)).every((unread) => unread === 1);
  expect(await passWatching(ben, 60_000, isThere)).toBe(most);
  expect(await unreadOf(ben)).toEqual(chats.map(() => 1));
  await passWatching(ada, 20_000);
  for (const chat of chats) expect(await deliveryOf(ada, chat)).toBe('delivered');
  expect(await harbour.calm()).toEqual([]);
});

test('[S9] a chat that stands by is opened for one message, also after a start, and no other is', async () => {
  await passWatching(ben, 30_000);
  expect(await restingOf(ben)).toBeGreaterThanOrEqual(chatCount - most);
  await ben.closes();
  await ben.open();
  expect(await restingOf(ben)).toBe(chatCount);
  expect(await passWatching(ben, 30_000)).toBe(0);
  const [chat = ''] = chats;
  await ada.says(chat, harbour.marked('are you there')).done;
  expect(await passWatching(ben, 5_000)).toBe(1);
  expect((await ben.chat(chat))?.unread).toBe(1);
  expect((await ben.chat(chat))?.last?.id).toBe((await ben.timeline(chat, 1)).at(-1)?.messageId);
  expect(await deliveryOf(ada, chat)).toBe('delivered');
});

test('[S9] who writes stays heard in a chat that stands by, and is answered there that somebody is here', async () => {
  await ben.closes();
  await ben.open();
  await harbour.pass(5_000);
  const [chat = '', other = ''] = chats;
  await ben.looksAt(other);
  await ada.looksAt(chat);
  await harbour.pass(2_000);
  await ada.types(chat, true);
  await harbour.pass(1_000);
  expect(await passWatching(ben, 100)).toBe(1);
  expect(ben.headless().ephemeral.get().presence[chat]?.typing).toEqual([ada.userId()]);
  expect(ada.headless().ephemeral.get().presence[chat]?.online).toEqual([ben.userId()]);
});

test('[S9] what was said without a network in more chats than fit, and closed before it was sent, arrives later', async () => {
  ben.setOffline(true);
  await harbour.pass(60_000);
  for (const chat of chats) await ben.says(chat, harbour.marked('later')).done;
  expect(await passWatching(ben, 2_000)).toBe(most);
  // Sealed where it was closed, so that opening it again doesn't say it again.
  expect(await ben.headless().storage.database.outbox.count()).toBe(most);
  harbour.crashed();
  ben.crashes();
  await ben.open();
  expect(await passWatching(ben, 90_000)).toBe(most);
  ben.setOffline(false);
  expect(await passWatching(ben, 60_000)).toBe(most);
  for (const chat of chats) expect(await ada.timeline(chat)).toHaveLength(1);
  expect(await harbour.calm()).toEqual([]);
});

test('[S9] chats that stand by follow their members and epochs', async () => {
  const groups: string[] = [];
  for (const chat of chats) if ((await ada.chat(chat))?.kind === 'group') groups.push(chat);
  const [turned = '', left = ''] = groups;
  expect(await ada.changes(turned, 'turn')).toBe(true);
  expect(await ada.changes(left, 'remove', ben)).toBe(true);
  expect(await passWatching(ben, 20_000)).toBeLessThanOrEqual(most);
  expect((await ben.chat(turned))?.epoch).toBe(2);
  expect((await ben.chat(left))?.isRemoved).toBe(true);
  await ada.says(turned, harbour.marked('a new epoch')).done;
  expect(await harbour.calm()).toEqual([]);
  expect(await ben.timeline(turned)).toHaveLength(1);
});

test('[S9] after a long absence each chat is heard before snapshots are looked at', async () => {
  // What follows comes as entries, and the snapshot beside them.
  for (const chat of chats) await ada.says(chat, harbour.marked('before')).done;
  await passWatching(ben, 30_000, undefined, 1000);
  await ben.closes();
  for (const chat of chats) {
    for (let i = 0; i < 11; i++) {
      await ada.says(chat, harbour.marked(`${i}`)).done;
      await harbour.pass(300);
    }
  }
  await passWatching(ada, 120_000, undefined, 1000);
  const from = harbour.clock.now();
  await ben.open();
  const isThere = async () => (await unreadOf(ben)).every((unread) => unread === 12);
  expect(await passWatching(ben, 60_000, isThere)).toBe(most);
  // Four of them one after another, while a look at a snapshot may wait for fifteen seconds.
  expect(harbour.clock.now() - from).toBeLessThan(12_000);
  expect(await harbour.calm()).toEqual([]);
});

test('[S9] a relay that has forgotten all gets it back from chats that stand by', async () => {
  for (const chat of chats) await ada.says(chat, harbour.marked('kept')).done;
  expect(await harbour.calm()).toEqual([]);
  await harbour.relay.wipe();
  harbour.relay.start();
  const isBack = async () =>
    (await Promise.all(chats.map((chat) => ben.chat(chat)))).every(
      (chat) => chat?.segments?.generation === 1 && !chat.segments.lost?.length,
    );
  // Beside each the former life of its documents may be open, to be read.
  expect(await passWatching(ben, 10 * 60_000, isBack, 250)).toBeLessThanOrEqual(2 * most);
  expect(await isBack()).toBe(true);
  expect(await harbour.calm()).toEqual([]);
  await ben.becomesFresh();
  expect(await harbour.calm()).toEqual([]);
  for (const chat of chats) expect(await ben.timeline(chat)).toHaveLength(1);
});

test('[S9] how often a chat was closed and opened leaves no trace in its documents', async () => {
  const { storage, engine } = ada.headless();
  const [chat = '', ...others] = chats;
  const access = engine.member()?.rooms.seat(chat)?.access;
  if (!access) throw new Error('expected a chat');
  const sessions = async () =>
    Object.keys((await storage.cursor(idToText(access.documents.meta)))?.sessions ?? {});
  const before = (await sessions()).length;
  for (let i = 0; i < 4; i++) {
    await ada.says(chat, harbour.marked('again')).done;
    for (const other of others.slice(0, 4)) await ada.says(other, harbour.marked('elsewhere')).done;
    await harbour.pass(10_000);
  }
  // One of each device at most: what they said before this was said in the same run.
  expect((await sessions()).length).toBeLessThanOrEqual(Math.max(before, 2));
  expect(await harbour.calm()).toEqual([]);
});

test('[S9] chats that a relay has opened for nothing are opened ever more seldom', async () => {
  const member = ben.headless().engine.member();
  const openedAt = new Map<string, Set<number>>(chats.map((chat) => [chat, new Set()]));
  for (let second = 0; second < 300; second++) {
    for (const seat of member?.rooms.all() ?? []) {
      // What news does, and here there is none.
      if (!seat.life) member?.rooms.want(seat);
      else openedAt.get(seat.id)?.add(seat.life.openedAt);
    }
    await harbour.pass(1000);
  }
  // After 10 s, 20 s, 40 s and so on.
  for (const times of openedAt.values()) expect(times.size).toBeLessThanOrEqual(7);
  await ada.says(chats[0] ?? '', harbour.marked('real news')).done;
  expect(await harbour.calm()).toEqual([]);
});

test('[D9] what a device has verified once it does not verify again, whenever a chat is opened', async () => {
  for (const chat of chats) {
    await ada.says(chat, harbour.marked('verified')).done;
    await ben.says(chat, harbour.marked('as well')).done;
  }
  expect(await harbour.calm()).toEqual([]);
  const before = harbour.verified();
  await ben.closes();
  await ben.open();
  await harbour.pass(10_000);
  const { rooms } = ben.headless().engine.member() ?? {};
  for (const chat of chats)
    await harbour.clock.until(rooms?.inRoom(chat, async () => {}) ?? Promise.resolve());
  await harbour.pass(10_000);
  expect(harbour.verified() - before).toBe(0);
  await ada.says(chats[0] ?? '', harbour.marked('new')).done;
  await harbour.pass(10_000);
  expect(harbour.verified()).toBeGreaterThan(before);
});
