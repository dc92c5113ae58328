import 'fake-indexeddb/auto';
import { expect, test } from 'vitest';
import * as v from 'valibot';
import type { StoredMessage } from './models.ts';
import { messageRow, openTestStorage } from '../testing/testRows.ts';

test('[X1] rows come back as they went, also after the database was opened again', async () => {
  const first = await openTestStorage('opened twice');
  const message = messageRow('a', { replyTo: 'b', edit: { at: 2, id: 'e' } });
  await first.batch().putMessage(message).putSetting('s', { n: 1 }).commit();
  first.close();
  const again = await openTestStorage('opened twice');
  expect(await again.messages.get('a')).toEqual(message);
  expect(await again.setting('s', v.object({ n: v.number() }))).toEqual({ n: 1 });
});

test('[X14] a storage that the browser has closed is open all the same, until it is closed here', async () => {
  const storage = await openTestStorage();
  // As Dexie does when it hears of it.
  storage.database.close({ disableAutoOpen: false });
  expect(storage.isOpen()).toBe(true);
  expect(await storage.messages.get('a')).toBeUndefined();
  storage.close();
  expect(storage.isOpen()).toBe(false);
});

test("[X1] a row in another's place, and a damaged one, are skipped and nothing else", async () => {
  const storage = await openTestStorage();
  const { database } = storage;
  for (const id of ['a', 'b', 'c']) await storage.batch().putMessage(messageRow(id)).commit();
  const [a, b] = [await database.messages.get('a'), await database.messages.get('b')];
  if (!a || !b) throw new Error('expected rows');
  await database.messages.put({ ...a, sealed: b.sealed });
  const damaged = new Uint8Array(b.sealed);
  damaged[20] = (damaged[20] ?? 0) ^ 1;
  await database.messages.put({ ...b, sealed: damaged });
  expect(await storage.messages.get('a')).toBeUndefined();
  expect(await storage.messages.get('b')).toBeUndefined();
  const shown = await storage.messages.before('chat', undefined, 10);
  expect(shown.map((message) => message.id)).toEqual(['c']);
});

test('[X1] a row that is not what its schema says is skipped', async () => {
  const storage = await openTestStorage();
  await storage.batch().putSetting('s', { n: 'one' }).commit();
  expect(await storage.setting('s', v.object({ n: v.number() }))).toBeUndefined();
});

test('[X2] a batch that fails half-way leaves nothing behind', async () => {
  const storage = await openTestStorage();
  const row = { id: 'r', document: 'd', header: new Uint8Array(1), body: new Uint8Array(1) };
  const batch = storage.batch().putMessage(messageRow('a')).addOutbox(row);
  // A row that its table can't take: a key that is none.
  batch.putPending({
    document: 'd',
    session: 's',
    sequence: Number.NaN,
    order: 1,
    entry: row.header,
    records: [],
  });
  await expect(batch.commit()).rejects.toThrow();
  expect(await storage.messages.get('a')).toBeUndefined();
  expect(await storage.waitingCount()).toBe(0);
});

test('[X3] what people wrote lies in no table readably', async () => {
  const storage = await openTestStorage();
  await storage
    .batch()
    .putMessage(messageRow('a', { text: 'a text that is nobody else’s business' }))
    .putSetting('profile', { name: 'a text that is my name' })
    .putTask('t', 1, { mail: 'a text that waits' })
    .addUpdate('d', new TextEncoder().encode('a text in an update'))
    .commit();
  const rows = await Promise.all(storage.database.tables.map((table) => table.toArray()));
  const seen = rows
    .flat()
    .flatMap((row: object) => Object.values(row))
    .map((value: unknown) =>
      value instanceof Uint8Array ? Buffer.from(value).toString('latin1') : JSON.stringify(value),
    );
  expect(seen.length).toBeGreaterThan(10);
  expect(seen.filter((value) => value?.includes('a text'))).toEqual([]);
});

test('[X1] windows of a timeline: before, from, unread, hidden ones left out', async () => {
  const storage = await openTestStorage();
  const batch = storage.batch();
  for (let at = 1; at <= 9; at++)
    batch.putMessage(messageRow(`m${at}`, { at, isUnread: at > 6, isHidden: at === 5 }));
  await batch.commit();
  const ids = (messages: readonly StoredMessage[]) => messages.map((message) => message.id);
  const { messages } = storage;
  expect(ids(await messages.before('chat', undefined, 3))).toEqual(['m7', 'm8', 'm9']);
  expect(ids(await messages.before('chat', { at: 7, id: 'm7' }, 3))).toEqual(['m3', 'm4', 'm6']);
  expect(ids(await messages.from('chat', { at: 4, id: 'm4' }, 3))).toEqual(['m4', 'm6', 'm7']);
  expect(ids(await messages.unread('chat', 8))).toEqual(['m7', 'm8']);
  expect(await messages.unreadCount('chat')).toBe(3);
  expect(await messages.firstUnread('chat')).toBe('m7');
  expect(ids(await messages.before('another', undefined, 3))).toEqual([]);
});

test('[D18] what may be deleted is found among records without opening what has words', async () => {
  const storage = await openTestStorage();
  const change = (id: string, target: string) =>
    ({ id, chat: 'chat', target, author: 'user', at: 2, change: { kind: 'edit', text: '' } }) as const;
  await storage
    .batch()
    .putMessage(messageRow('said', { terms: [7] }))
    .putMessage(messageRow('deleted', { kind: 'deleted', text: '' }))
    .putChange(change('edit of said', 'said'))
    .putChange(change('edit of deleted', 'deleted'))
    .putChange(change('edit of another', 'not here'))
    .putChange(change('bare', ''))
    .commit();
  const ids = ['said', 'deleted', 'edit of said', 'edit of deleted', 'edit of another', 'bare'];
  const found = await storage.wordlessRecords([...ids, 'unknown']);
  expect([...found.known].toSorted()).toEqual(ids.toSorted());
  expect([...found.messages.keys()]).toEqual(['deleted']);
  expect([...found.changes.keys()]).toEqual(['edit of deleted', 'edit of another', 'bare']);
});
