// A device with nothing but the person's keys and the list of their chats, as linking one will hand them over: all that
// was said comes from the relay.
import 'fake-indexeddb/auto';
import { ConvoDatabase } from '../../storage/schema.ts';
import { openStorage } from '../../storage/storage.ts';
import type { StoredChat } from '../../storage/models.ts';

const forgotten: Pick<StoredChat, 'unread' | 'draft' | 'marks' | 'names' | 'chains' | 'latestAt'> = {
  unread: 0,
  draft: '',
  marks: {},
  names: {},
  chains: {},
  latestAt: 0,
};

/** Prepares the disk `to` from what lies on `from`; both are closed afterwards. */
export async function prepareFreshDisk(from: string, to: string): Promise<void> {
  const before = await openStorage(from);
  const settings = await before.database.settings.toArray();
  const chats = await before.chats();
  before.close();
  const empty = new ConvoDatabase(to);
  await empty.open();
  await empty.settings.bulkPut(settings);
  empty.close();
  const fresh = await openStorage(to);
  const batch = fresh.batch();
  for (const {
    last: _last,
    segments: _segments,
    rest: _rest,
    trouble: _trouble,
    edit: _edit,
    ...chat
  } of chats) {
    batch.putChat({ ...chat, ...forgotten });
  }
  await batch.commit();
  fresh.close();
}
