// Rows as storage keeps them, for tests that want some: everything in them can be said otherwise.
import { onTestFinished } from 'vitest';
import type { StoredChat, StoredMessage } from '../storage/models.ts';
import { openStorage } from '../storage/storage.ts';

export const messageRow = (id: string, fields: Partial<StoredMessage> = {}): StoredMessage => ({
  id,
  chat: 'chat',
  at: 1,
  isUnread: false,
  isHidden: false,
  device: 'device',
  sequence: 1,
  segment: 0,
  terms: [],
  author: 'user',
  kind: 'text',
  text: `text of ${id}`,
  reactions: {},
  isStored: true,
  isVerified: true,
  ...fields,
});

export const chatRow = (fields: Partial<StoredChat> = {}): StoredChat => ({
  id: 'chat',
  at: 0,
  kind: 'group',
  title: '',
  createdAt: 0,
  creator: 'ada',
  members: [],
  epoch: 1,
  epochSecret: '',
  rootSecret: '',
  ledgerHead: '',
  ledger: [],
  unread: 0,
  draft: '',
  marks: {},
  names: {},
  chains: {},
  latestAt: 0,
  ...fields,
});

let names = 0;
/** A device's storage, closed when the test is over; of the same name, the same disk. */
export async function openTestStorage(name = `storage of a test, ${names++}`) {
  const storage = await openStorage(name);
  onTestFinished(() => storage.close());
  return storage;
}
