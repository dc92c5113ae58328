import 'fake-indexeddb/auto';
import { expect, test } from 'vitest';
import * as v from 'valibot';
import { reasonOf } from './quarantine.ts';
import { messageRow, openTestStorage } from '../testing/testRows.ts';

type Opened = Awaited<ReturnType<typeof openTestStorage>>;
/** Three messages, of which two are damaged. */
async function damage(storage: Opened) {
  for (const id of ['a', 'b', 'c']) await storage.batch().putMessage(messageRow(id)).commit();
  for (const id of ['a', 'b']) await storage.database.messages.update(id, { sealed: new Uint8Array(40) });
}
const counts = async (storage: Opened) =>
  (await storage.setAside()).map(({ chat, reason, count }) => ({ chat, reason, count }));

test('[X6] a row that cannot be opened counts once, however often it is read, and stays where it is', async () => {
  const storage = await openTestStorage('quarantined');
  await damage(storage);
  for (let i = 0; i < 3; i++) {
    expect((await storage.messages.before('chat', undefined, 5)).map(({ id }) => id)).toEqual(['c']);
    await storage.messages.get('a');
  }
  const expected = [{ chat: '', reason: reasonOf('messages'), count: 2 }];
  expect(await counts(storage)).toEqual(expected);
  storage.close();
  const again = await openTestStorage('quarantined');
  await again.messages.before('chat', undefined, 5);
  expect(await counts(again)).toEqual(expected);
  expect(await again.database.messages.count()).toBe(3);
  expect((await again.database.messages.get('a'))?.sealed).toEqual(new Uint8Array(40));
});

test('[X6] each table has its count, also where a row is not what its schema says', async () => {
  const storage = await openTestStorage();
  await damage(storage);
  await storage.messages.get('b');
  await storage.batch().putSetting('s', { n: 'one' }).addUpdate('d', new Uint8Array(3)).commit();
  const [update] = await storage.database.updates.toArray();
  await storage.database.updates.put({ ...update, document: 'd', sealed: new Uint8Array(50) });
  expect(await storage.setting('s', v.object({ n: v.number() }))).toBeUndefined();
  expect(await storage.updates('d')).toEqual({ updates: [], isWhole: false });
  expect(await storage.updates('d')).toEqual({ updates: [], isWhole: false });
  expect(await counts(storage)).toEqual([
    { chat: '', reason: reasonOf('messages'), count: 1 },
    { chat: '', reason: reasonOf('settings'), count: 1 },
    { chat: '', reason: reasonOf('updates'), count: 1 },
  ]);
});

test('[X6] a setting is kept even when its place is written again', async () => {
  const storage = await openTestStorage();
  await storage.batch().putSetting('s', { n: 'one' }).commit();
  const before = await storage.database.settings.get('s');
  await storage.setting('s', v.object({ n: v.number() }));
  await storage.setAside();
  await storage.batch().putSetting('s', { n: 1 }).commit();
  expect((await storage.database.quarantine.get(['settings', 's']))?.sealed).toEqual(before?.sealed);
});

test('[X8] the check opens every row of every table and counts those that do not open', async () => {
  const storage = await openTestStorage();
  await damage(storage);
  const batch = storage.batch();
  for (let i = 0; i < 1100; i++) batch.putMessage(messageRow(`more ${i}`));
  batch.putSetting('s', 1).putTask('t', 1, { a: 1 }).addUpdate('d', new Uint8Array(3));
  batch.putCursor('d', { seq: 1, hash: '', sessions: {} });
  batch.putChange({ id: 'c', chat: 'chat', target: 'm', author: 'u', at: 1, change: { kind: 'deletion' } });
  await batch.commit();
  expect(await storage.checkRows()).toEqual({ messages: 1103, unreadable: 2 });
  const damaged = { sealed: new Uint8Array(40) };
  const { database } = storage;
  await database.messages.update('more 999', damaged);
  await database.settings.update('s', damaged);
  await database.tasks.update('t', damaged);
  await database.cursors.update('d', damaged);
  await database.changes.update('c', damaged);
  await database.updates.toCollection().modify(damaged);
  expect(await storage.checkRows()).toEqual({ messages: 1103, unreadable: 8 });
  expect((await storage.setAside()).reduce((sum, { count }) => sum + count, 0)).toBe(8);
});
