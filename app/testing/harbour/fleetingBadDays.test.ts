// Messages that are to be gone, on bad days: forged times, full disks, clocks that were set, long absences (SPEC D19).
import 'fake-indexeddb/auto';
import { afterEach, beforeEach, expect, onTestFinished, test } from 'vitest';
import { projectionVersion } from '../../chat/projection.ts';
import { startCursor } from '../../../shared/protocol/frames/cursor.ts';
import type { RecordId } from '../../../shared/protocol/ids.ts';
import type { Body } from '../../doc/bodies.ts';
import { openStorage } from '../../storage/storage.ts';
import { sealRecord } from '../../doc/record.ts';
import { createForger } from './forger.ts';
import type { Member } from './member.ts';
import { fillDisk } from './rawDisk.ts';
import { createTrio, type Trio } from './trio.ts';

let trio: Trio;
beforeEach(async () => {
  trio = await createTrio('fleeting');
  await trio.talk(3);
});
afterEach(() => trio.harbour.close());

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;
const shows = async (member: Member, id: string) => (await trio.idsOf(member)).includes(id);
const rowOf = (member: Member, id: string) => member.headless().storage.messages.get(id);
const preview = async (member: Member) =>
  (await member.headless().queries.read({ query: 'chats' })).find(
    ({ chatId }) => chatId === trio.harbour.group,
  )?.preview;
const deletionsOf = async (member: Member, ids: readonly string[]) =>
  (await member.headless().storage.changesOf(ids)).filter(({ change }) => change.kind === 'deletion');

async function setsTimer(member: Member, seconds: number) {
  expect(await trio.harbour.clock.until(member.setsTimer(trio.harbour.group, seconds))).toMatchObject({
    ok: true,
  });
  await trio.harbour.pass(2000);
}
/** How often a row of this store is written from now on. */
function countsWrites(storeName: string) {
  const { put } = IDBObjectStore.prototype;
  const restore = () => void Object.assign(IDBObjectStore.prototype, { put });
  onTestFinished(restore);
  let count = 0;
  function counting(this: IDBObjectStore, ...row: Parameters<typeof put>) {
    if (this.name === storeName) count++;
    return put.apply(this, row);
  }
  Object.assign(IDBObjectStore.prototype, { put: counting });
  return () => count;
}
/** A liar's own app does nothing about what is to be gone. */
function deaf(member: Member) {
  Object.assign(member.headless().storage, {
    expiries: async () => ({ due: [], nextAt: undefined }),
  });
}
async function forges(liar: Member, bodies: readonly Body[], at: number): Promise<readonly string[]> {
  const { harbour } = trio;
  const forger = await createForger(harbour, liar);
  const ids: string[] = [];
  const sealed = [];
  for (const [index, body] of bodies.entries()) {
    const id = harbour.chance.bytes(16) as RecordId;
    ids.push(Buffer.from(id).toString('base64url'));
    const { sealed: one } = await sealRecord(
      forger.context,
      { id, body, sequence: 100 + index, previous: new Uint8Array(16), at, seen: startCursor },
      harbour.chance.bytes,
    );
    sealed.push(one);
  }
  await forger.appendsRecords(sealed);
  forger.close();
  return ids;
}
const nowHybrid = () => trio.harbour.clock.now() * 1024;

test('[D19] a message of no seconds keeps no device busy', async () => {
  const { harbour, ada, ben } = trio;
  deaf(ben);
  const ids = await forges(ben, [{ kind: 'fleeting', seconds: 0, text: harbour.marked('now') }], nowHybrid());
  await harbour.pass(120 * minuteMs - 5000);
  const writes = countsWrites('expiries');
  // Ten seconds, in small steps: each of them is full.
  for (let i = 0; i < 500 && writes() < 100; i++) await harbour.pass(20);
  expect(writes()).toBeLessThan(10);
  await harbour.pass(2 * hourMs);
  for (const id of ids) expect(await rowOf(ada, id)).toMatchObject({ kind: 'deleted' });
}, 60_000);

test('[D19] a disk that was full when it was over: gone once there is room', async () => {
  const { harbour, ada, ben, cleo, says } = trio;
  await setsTimer(ada, 600);
  const id = await says(ada, 'gone soon');
  await ada.closes();
  await cleo.closes();
  await harbour.pass(9 * minuteMs);
  expect(await shows(ben, id)).toBe(true);
  const free = fillDisk('row');
  await harbour.pass(3 * minuteMs);
  free();
  await harbour.pass(5 * hourMs);
  expect(await shows(ben, id)).toBe(false);
});

test('[D19] who was away for a month says no deletion that others have said long ago', async () => {
  const { harbour, ada, ben, says } = trio;
  await setsTimer(ada, 600);
  const ids: string[] = [];
  for (let i = 0; i < 12; i++) ids.push(await says(ada, `gone soon ${i}`));
  await ben.closes();
  await harbour.pass(3 * hourMs);
  expect(await deletionsOf(ada, ids)).toHaveLength(12);
  await harbour.pass(dayMs);
  await ben.open();
  await harbour.pass(2 * hourMs);
  expect(await deletionsOf(ada, ids)).toHaveLength(12);
});

test('[D19] what a liar says of long ago makes one deletion each, not one of every member', async () => {
  const { harbour, ada, ben, cleo } = trio;
  deaf(ben);
  const bodies = Array.from({ length: 12 }, (_, i): Body => ({
    kind: 'fleeting',
    seconds: 1,
    text: harbour.marked(`${i}`),
  }));
  const ids = await forges(ben, bodies, (harbour.clock.now() - 30 * dayMs) * 1024);
  await harbour.pass(3 * hourMs);
  expect((await deletionsOf(ada, ids)).length).toBeLessThan(18);
  expect((await deletionsOf(cleo, ids)).length).toBeLessThan(18);
});

test('[D19] at a start after its time it is nowhere to be seen', async () => {
  const { harbour, ada, ben, cleo, says } = trio;
  await setsTimer(ada, 600);
  const id = await says(ada, 'gone soon');
  await ben.closes();
  await ada.closes();
  await cleo.closes();
  await harbour.pass(dayMs);
  ben.setOffline(true);
  await ben.open();
  const hits = await ben.headless().queries.read({ query: 'search', text: 'soon' });
  const seen = { timeline: await shows(ben, id), list: (await preview(ben))?.text, hits: hits.length };
  expect(seen).toMatchObject({ timeline: false, hits: 0 });
  expect(seen.list ?? '').not.toContain('soon');
});

test('[D19] deleted for everyone before its time, the list shows what was said before it', async () => {
  const { harbour, ada, ben, cleo, says } = trio;
  const before = await says(cleo, 'staying');
  await setsTimer(ada, 0);
  await setsTimer(ada, 3600);
  const timerLine = (await trio.idsOf(ben)).at(-1);
  expect(timerLine).not.toBe(before);
  const id = await says(ada, 'gone soon');
  await ada.deletes(harbour.group, id);
  await harbour.pass(5000);
  for (const member of [ada, ben, cleo]) {
    expect(await shows(member, id)).toBe(false);
    expect(await preview(member)).toMatchObject({ kind: 'timer' });
  }
});

test('[D19] a device whose clock was set ahead while its app was closed deletes nothing for others, if it can hear the relay', async () => {
  const { harbour, ada, ben, says } = trio;
  await setsTimer(ada, 24 * 3600);
  const id = await says(ada, 'gone tomorrow');
  await ada.closes();
  ada.setsClock(2 * dayMs);
  await harbour.pass(minuteMs);
  await ada.open();
  await harbour.pass(10 * minuteMs);
  expect(await shows(ben, id)).toBe(true);
});

test('[D19] a device whose clock was set ahead without a network lets go early, and it alone', async () => {
  const { harbour, ada, ben, cleo, says } = trio;
  await setsTimer(ada, 24 * 3600);
  const id = await says(ada, 'gone tomorrow');
  await harbour.pass(minuteMs);
  await harbour.clock.until(cleo.says(harbour.group, harbour.marked('until then'), id).done);
  await harbour.pass(minuteMs);
  ben.setOffline(true);
  ben.setsClock(2 * dayMs);
  await harbour.pass(hourMs + minuteMs);
  expect((await rowOf(ben, id))?.isHidden).toBe(true);
  ben.setOffline(false);
  await harbour.pass(10 * minuteMs);
  for (const [member, isShown] of [
    [ada, true],
    [ben, false],
    [cleo, true],
  ] as const)
    expect(await shows(member, id), member.name).toBe(isShown);
  expect(await deletionsOf(ada, [id])).toEqual([]);
  expect(await harbour.calm()).toEqual([]);
  // Whose clock was never ahead has no excuse.
  await cleo
    .headless()
    .engine.member()
    ?.rooms.inRoom(harbour.group, (room) => room.hide(id));
  const whats = (await harbour.check()).map(({ what }) => what);
  expect(whats).toContain(`${cleo.name} lacks ${id}`);
});

test('[D19] what was put off by a clock that was ahead is deleted once that is right again', async () => {
  const { harbour, ada, ben, cleo, says } = trio;
  await setsTimer(ada, 60);
  const id = await says(ada, 'gone in a minute');
  await harbour.pass(20_000);
  for (const other of [ben, cleo]) await other.closes();
  await ada.closes();
  ada.setOffline(true);
  ada.setsClock(2 * dayMs);
  await ada.open();
  await harbour.pass(40_000);
  expect(await rowOf(ada, id)).toMatchObject({ kind: 'text', isHidden: true });
  ada.crashes();
  ada.setsClock(0);
  ada.setOffline(false);
  await ada.open();
  await harbour.pass(hourMs + 10 * minuteMs);
  expect(await deletionsOf(ada, [id])).toHaveLength(1);
});

test('[D19] the last to set the time is the same for all, also where a clock was ahead', async () => {
  const { harbour, ada, ben, cleo } = trio;
  await ben.closes();
  ben.setOffline(true);
  ben.setsClock(5 * dayMs);
  await ben.open();
  await setsTimer(ben, 60);
  await ben.closes();
  ben.setsClock(0);
  await cleo.closes();
  ben.setOffline(false);
  await ben.open();
  await harbour.pass(20 * minuteMs);
  await setsTimer(ada, 3600);
  await harbour.pass(dayMs);
  await cleo.open();
  await harbour.pass(10 * minuteMs);
  const times = await Promise.all(
    [ada, ben, cleo].map(async (one) => (await one.chat(harbour.group))?.timer?.seconds),
  );
  expect(times).toEqual([3600, 3600, 3600]);
});

test('[D19] an app that knew no times knows the chat’s after its update', async () => {
  const { harbour, ada, ben, says } = trio;
  await setsTimer(ada, 3600);
  await harbour.pass(5000);
  const { name } = ben.headless().storage;
  await ben.closes();
  // As an app left it that showed kind 6 as something to update for.
  const storage = await openStorage(name);
  const stored = await storage.chat(harbour.group);
  if (!stored) throw new Error('expected the chat');
  const { timer, ...chat } = stored;
  expect(timer?.seconds).toBe(3600);
  await storage.batch().putChat(chat).commit();
  storage.close();
  ben.isUpdated(projectionVersion + 1);
  await ben.open();
  await harbour.pass(minuteMs);
  expect((await ben.chat(harbour.group))?.timer?.seconds).toBe(3600);
  const id = await says(ben, 'gone soon');
  expect(await rowOf(ada, id)).toMatchObject({ seconds: 3600 });
});

test('[D19] what is due in many chats at once opens each of them once', async () => {
  const { harbour, ada, ben, says } = trio;
  const chats = [harbour.group];
  for (let i = 0; i < 4; i++) {
    const id = await ada.startsGroup([ben], harbour.marked(`group ${i}`));
    await harbour.pass(5000);
    if (id) chats.push(id);
  }
  await harbour.pass(minuteMs);
  expect(chats.length).toBe(5);
  for (const chat of chats) {
    await harbour.clock.until(ada.setsTimer(chat, 600));
    await harbour.pass(500);
  }
  for (let i = 0; i < 6; i++) for (const chat of chats) await says(ada, `gone soon ${i}`, chat);
  await harbour.pass(minuteMs);
  await ben.closes();
  await harbour.pass(20 * minuteMs);
  const { open } = indexedDB;
  let opened = 0;
  indexedDB.open = (of, version) => {
    if (of.includes('/segment/')) opened++;
    return open.call(indexedDB, of, version);
  };
  ben.setOffline(true);
  await ben.open();
  await harbour.pass(5 * minuteMs);
  indexedDB.open = open;
  expect(opened).toBeLessThan(15);
}, 60_000);

test('[D19] one chat that can not be opened keeps no other from letting go', async () => {
  const { harbour, ada, ben, says } = trio;
  const chats: string[] = [];
  for (let i = 0; i < 4; i++) {
    const id = await ada.startsGroup([ben], harbour.marked(`group ${i}`));
    await harbour.pass(5000);
    if (id) chats.push(id);
  }
  const [chat = '', ...others] = chats;
  await harbour.clock.until(ada.setsTimer(chat, 300));
  await setsTimer(ada, 600);
  await says(ada, 'first', chat);
  const id = await says(ada, 'gone soon');
  await harbour.pass(5000);
  const rooms = ben.headless().engine.member()?.rooms;
  for (let i = 0; i < 10 && rooms?.seat(chat)?.life; i++) {
    for (const other of others) await rooms.inRoom(other, async () => {});
    await harbour.pass(1000);
  }
  expect(rooms?.seat(chat)?.life).toBeUndefined();
  const { storage } = ben.headless();
  const real = storage.chat;
  Object.assign(storage, {
    chat: async (of: string) => {
      if (of === chat) throw new DOMException('it can not be read', 'UnknownError');
      return real(of);
    },
  });
  await ada.closes();
  await harbour.pass(50 * minuteMs);
  expect(await shows(ben, id)).toBe(false);
});

test('[D19] a chat whose messages go reads as few rows for its newest ones as any other', async () => {
  const { harbour, ada, ben, talk } = trio;
  await setsTimer(ada, 60);
  await talk(150, [ada]);
  await harbour.pass(10 * minuteMs);
  let rows = 0;
  const { getAll } = IDBObjectStore.prototype;
  const { getAll: byIndex } = IDBIndex.prototype;
  const counting = (real: (...of: never[]) => IDBRequest<unknown[]>) =>
    function (this: unknown, ...asked: never[]) {
      const request = Reflect.apply(real, this, asked) as IDBRequest<unknown[]>;
      request.addEventListener('success', () => (rows += request.result.length));
      return request;
    };
  const { continue: go } = IDBCursor.prototype;
  Object.assign(IDBObjectStore.prototype, { getAll: counting(getAll as never) });
  Object.assign(IDBIndex.prototype, { getAll: counting(byIndex as never) });
  Object.assign(IDBCursor.prototype, {
    continue(this: IDBCursor, ...asked: Parameters<typeof go>) {
      rows++;
      return go.apply(this, asked);
    },
  });
  const shown = await ben.timeline(harbour.group, 10);
  Object.assign(IDBObjectStore.prototype, { getAll });
  Object.assign(IDBIndex.prototype, { getAll: byIndex });
  Object.assign(IDBCursor.prototype, { continue: go });
  expect(shown.length).toBeLessThan(10);
  expect(rows).toBeLessThan(100);
});
