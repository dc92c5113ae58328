// Databases of every older version, made as that version made them and opened with today's code. What stands in
// `versions` is history: it never changes, and each new version of `schema.ts` adds a line.
import 'fake-indexeddb/auto';
import { Dexie } from 'dexie';
import { expect, onTestFinished, test } from 'vitest';
import * as v from 'valibot';
import type { Bytes } from '../../shared/codec/bytes.ts';
import { generateStorageKey } from '../crypto/storageKey.ts';
import type { ChangeSecret, MessageSecret, StoredChat, StoredCursor } from './models.ts';
import { createRowSeal } from './rowSeal.ts';
import { databaseVersion } from './schema.ts';
import { openStorage } from './storage.ts';

const versions: readonly Readonly<Record<string, string>>[] = [
  {
    settings: 'id',
    chats: 'id, at',
    messages: 'id, [chat+at+id], [chat+unread+at], *terms',
    changes: 'id, target',
    outbox: '++n, id, document',
    pending: '[document+session+sequence], document',
    updates: '++n, document',
    cursors: 'document',
    tasks: 'id, at',
    setAside: '[chat+reason]',
  },
  { segments: '[chat+n]', erasures: 'id, [chat+segment]' },
  { quarantine: '[table+id]' },
  {},
  { words: 'id, *beginnings' },
  { expiries: 'id, at' },
];
const bytes = (...values: number[]): Bytes => new Uint8Array(values);

const chat: StoredChat = {
  id: 'chat',
  at: 5,
  kind: 'group',
  title: 'friends',
  createdAt: 1,
  creator: 'user',
  members: [{ user: 'user', device: 'device', deviceKey: 'k', boxKey: 'b', ledgerHead: 'h' }],
  epoch: 1,
  epochSecret: 'e',
  rootSecret: 'r',
  ledgerHead: 'h',
  ledger: ['genesis'],
  unread: 1,
  draft: 'not yet said',
  marks: {},
  names: {},
  chains: { device: { sequence: 1, hash: 'h', ahead: [5, 4, 9] } },
  latestAt: 5,
};
const message: MessageSecret = {
  author: 'user',
  kind: 'text',
  text: 'said long ago',
  reactions: {},
  isStored: true,
  isVerified: true,
};
const change: ChangeSecret = { author: 'user', at: 6, change: { kind: 'edit', text: 'said better' } };
const cursor: StoredCursor = { seq: 3, hash: 'h', sessions: {} };
const name = v.object({ name: v.string() });

/** A database of that version, with a row in each of its tables, closed. */
async function makeOld(version: number): Promise<string> {
  const old = new Dexie(`of version ${version}, ${crypto.randomUUID()}`);
  for (const [index, stores] of versions.slice(0, version).entries()) old.version(index + 1).stores(stores);
  await old.open();
  const key = await generateStorageKey();
  const seal = createRowSeal(key);
  const sealed = async (table: string, id: string, value: unknown) => ({
    id,
    sealed: await seal.seal(table, id, value),
  });
  const rows: Readonly<Record<string, readonly object[]>> = {
    settings: [{ id: 'storage-key', key }, await sealed('settings', 'profile', { name: 'Ada' })],
    chats: [{ ...(await sealed('chats', 'chat', chat)), at: 5 }],
    // As the first version wrote it: it knew no segments.
    messages: [
      {
        ...(await sealed('messages', 'm', message)),
        chat: 'chat',
        at: 5,
        unread: 1,
        hidden: 0,
        device: 'device',
        sequence: 1,
        terms: [7, 8],
      },
    ],
    changes: [{ ...(await sealed('changes', 'c', change)), chat: 'chat', target: 'm' }],
    outbox: [{ id: 'o', document: 'd', header: bytes(1), body: bytes(2) }],
    pending: [{ document: 'd', session: 's', sequence: 1, order: 1, entry: bytes(3), records: ['p'] }],
    updates: [{ document: 'd', sealed: await seal.sealBytes('updates', 'd', bytes(4, 5)) }],
    cursors: [{ document: 'd', sealed: await seal.seal('cursors', 'd', cursor) }],
    tasks: [{ ...(await sealed('tasks', 't', { name: 'a mail' })), at: 1 }],
    setAside: [{ chat: 'chat', reason: 'bad-record', count: 2, at: 1 }],
    segments: [{ chat: 'chat', n: 0, document: 'd', snapshot: bytes(6) }],
    words: [{ id: 7, beginnings: [9] }],
    expiries: [{ id: 'm', chat: 'chat', at: 7 }],
    erasures: [{ id: 'm', chat: 'chat', segment: 0, own: 1 }],
  };
  for (const table of old.tables) await table.bulkAdd([...(rows[table.name] ?? [])]);
  old.close();
  return old.name;
}
async function open(called: string) {
  const storage = await openStorage(called);
  onTestFinished(() => storage.close());
  return storage;
}

test('[X5] there is a database of every version here, and no version changed afterwards', async () => {
  expect(versions).toHaveLength(databaseVersion);
  // Dexie raises the platform's number where it finds other tables than the version has.
  const storage = await open(await makeOld(databaseVersion));
  expect(storage.database.backendDB().version).toBe(databaseVersion * 10);
});

test.each(versions.map((_, index) => index + 1))(
  '[X5] all that version %i kept is readable today',
  async (version) => {
    const storage = await open(await makeOld(version));
    expect(storage.database.verno).toBe(databaseVersion);
    expect(await storage.setting('profile', name)).toEqual({ name: 'Ada' });
    expect(await storage.chats()).toEqual([chat]);
    const kept = { ...message, id: 'm', chat: 'chat', at: 5, isUnread: true, isHidden: false };
    const row = { ...kept, device: 'device', sequence: 1, segment: 0, terms: [7, 8] };
    expect(await storage.messages.get('m')).toEqual(row);
    expect(await storage.messages.before('chat', undefined, 5)).toEqual([row]);
    expect(await storage.messages.search([7, 8], 'chat', 5)).toEqual([row]);
    expect(await storage.messages.firstUnread('chat')).toBe('m');
    expect(await storage.changesOf(['m'])).toEqual([{ ...change, id: 'c', chat: 'chat', target: 'm' }]);
    expect(await storage.outbox('d')).toMatchObject([{ id: 'o', header: bytes(1), body: bytes(2) }]);
    expect(await storage.pending('d')).toMatchObject([{ session: 's', entry: bytes(3) }]);
    expect((await storage.updates('d')).updates).toEqual([bytes(4, 5)]);
    expect(await storage.cursor('d')).toEqual(cursor);
    expect(await storage.tasks(name)).toEqual([{ id: 't', at: 1, task: { name: 'a mail' } }]);
    expect(await storage.setAside()).toEqual([{ chat: 'chat', reason: 'bad-record', count: 2, at: 1 }]);
    const isWithSegments = version >= 2;
    expect((await storage.segment('chat', 0))?.snapshot).toEqual(isWithSegments ? bytes(6) : undefined);
    expect(await storage.erasures('chat', 0)).toHaveLength(isWithSegments ? 1 : 0);
  },
);

test('[X5] what is written after the change of version is there beside what was before', async () => {
  const called = await makeOld(1);
  const first = await open(called);
  await first
    .batch()
    .putSegment({ chat: 'chat', n: 1, document: 'e', snapshot: bytes(9) })
    .commit();
  first.close();
  const again = await open(called);
  expect((await again.segment('chat', 1))?.snapshot).toEqual(bytes(9));
  expect(await again.chats()).toEqual([chat]);
});

test('[X5] a database of a newer version is refused by name, and left as it was', async () => {
  const called = await makeOld(databaseVersion);
  const newer = new Dexie(called);
  // It has let go of a table, and has one that nobody knows yet.
  newer.version(databaseVersion + 1).stores({ settings: 'id', rooms: 'id' });
  await newer.open();
  const tables = [...newer.backendDB().objectStoreNames];
  newer.close();
  await expect(openStorage(called)).rejects.toMatchObject({ name: 'NewerDatabase' });
  const after = await new Promise<IDBDatabase>((resolve, reject) => {
    const request = indexedDB.open(called);
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(new Error('not opened'));
  });
  expect(after.version).toBe((databaseVersion + 1) * 10);
  expect([...after.objectStoreNames]).toEqual(tables);
  after.close();
});
