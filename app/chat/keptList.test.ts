import 'fake-indexeddb/auto';
import { expect, onTestFinished, test } from 'vitest';
import { bytesToBase64url } from '../../shared/codec/base64url.ts';
import { keptListId } from '../storage/schema.ts';
import type { Storage } from '../storage/storage.ts';
import { chatRow, messageRow, openTestStorage } from '../testing/testRows.ts';
import { createEphemeral } from './ephemeral.ts';
import { withKeptList } from './keptList.ts';
import { createLocalClient } from './localClient.ts';
import { createQueries } from './queries.ts';
import type { ChatRowView } from './views.ts';

const text = 'the last that was said';
const message = messageRow('message', { author: 'other', text });
const chat = chatRow({
  at: 1,
  title: 'The garden',
  creator: 'other',
  createdAt: 1,
  last: { id: 'message', at: 1 },
  latestAt: 1,
});

/** A device with one chat in which one message was said. */
async function device(): Promise<Storage> {
  const storage = await openTestStorage();
  const searchKey = bytesToBase64url(new Uint8Array(32));
  await storage
    .batch()
    .putSetting('identity', {
      user: 'self',
      genesis: '',
      deviceBoxSeed: '',
      userBoxSeed: '',
      recoverySeed: '',
      searchKey,
    })
    .putChat(chat)
    .putMessage(message)
    .commit();
  return storage;
}
const never = new Promise<void>(() => {});

function clientOf(storage: Storage, shown: Promise<void>) {
  const ephemeral = createEphemeral(0);
  const queries = createQueries({ storage, ephemeral, isEngineHere: () => false, nowMs: () => Date.now() });
  const command = () => Promise.reject(new Error('nothing is commanded here'));
  return withKeptList(createLocalClient({ storage, queries, ephemeral, command }), storage, shown);
}
/** The list as a start of the app has it. */
function watchList(storage: Storage, shown: Promise<void>, onList: (rows: readonly ChatRowView[]) => void) {
  const stop = clientOf(storage, shown).watch({ query: 'chats' }, onList);
  onTestFinished(stop);
  return stop;
}
/** A start of the app that ends when its list has been shown and is kept. */
const showOnce = (storage: Storage) =>
  new Promise<void>((resolve) => {
    const stop = watchList(storage, never, () => {});
    const isKept = async () => {
      if (!(await storage.database.settings.get(keptListId))) return;
      stop();
      resolve();
    };
    onTestFinished(storage.onChange(['settings'], () => void isKept()));
  });
const firstList = (storage: Storage, shown: Promise<void>) =>
  new Promise<readonly ChatRowView[]>((resolve) => watchList(storage, shown, resolve));

test('[X9] a list that was shown is there at the next start before anything else was read', async () => {
  const storage = await device();
  await showOnce(storage);
  await storage.database.chats.clear();
  const [row] = await firstList(storage, never);
  expect(row).toMatchObject({ title: 'The garden', preview: { text } });
});

test('[X9] whose it is comes behind it, and does not wait where there is none', async () => {
  const storage = await device();
  await showOnce(storage);
  const comeIn = async () => {
    const client = clientOf(storage, never);
    const came: string[] = [];
    await new Promise<void>((resolve) => {
      onTestFinished(client.watch({ query: 'chats' }, () => came.push('list')));
      onTestFinished(
        client.watch({ query: 'self' }, () => {
          came.push('self');
          resolve();
        }),
      );
    });
    return came;
  };
  expect(await comeIn()).toEqual(['list', 'self']);
  // Reading it takes long: the other must not overtake it.
  const { setting } = storage;
  storage.setting = async (id, schema) => {
    if (id === keptListId) for (let turn = 0; turn < 20; turn++) await setting('profile', schema);
    return setting(id, schema);
  };
  expect(await comeIn()).toEqual(['list', 'self']);
  await storage.database.settings.delete(keptListId);
  expect(await comeIn()).toContain('self');
});

test('[X9] it gives way to what the chats say', async () => {
  const storage = await device();
  await showOnce(storage);
  await storage
    .batch()
    .putChat({ ...chat, title: 'The orchard' })
    .commit();
  const lists: string[] = [];
  await new Promise<void>((resolve) =>
    watchList(storage, Promise.resolve(), (rows) => {
      lists.push(rows[0]?.title ?? '');
      if (lists.length === 2) resolve();
    }),
  );
  expect(lists).toEqual(['The garden', 'The orchard']);
});

test('[X9] what is deleted or hidden is gone from it with the same transaction', async () => {
  for (const gone of [
    { ...message, kind: 'deleted' as const, text: '' },
    { ...message, isHidden: true },
  ]) {
    const storage = await device();
    await showOnce(storage);
    await storage.batch().putMessage(gone).commit();
    expect(await storage.database.settings.get(keptListId)).toBeUndefined();
    const [row] = await firstList(storage, never);
    expect(row?.preview?.text ?? '').toBe('');
  }
});

test('[X9] one of another version is no list, and no bad row', async () => {
  const storage = await device();
  await storage
    .batch()
    .putSetting(keptListId, [{ chatId: 'chat', colour: 'green' }])
    .commit();
  const [row] = await firstList(storage, never);
  expect(row?.title).toBe('The garden');
  expect(await storage.setAside()).toEqual([]);
});

test('[X3] it lies sealed', async () => {
  const storage = await device();
  await showOnce(storage);
  const row = await storage.database.settings.get(keptListId);
  const bytes = new TextDecoder('latin1').decode(row?.sealed);
  expect(bytes.length).toBeGreaterThan(100);
  expect(bytes).not.toContain('garden');
  expect(bytes).not.toContain(text);
});
