// The generator writes what the app can read: its rows, its search terms, its kept and its open segments.
import 'fake-indexeddb/auto';
import { expect, onTestFinished, test } from 'vitest';
import { entryKinds } from '../../../shared/protocol/entry.ts';
import { idToText } from '../../../shared/protocol/ids.ts';
import { openChatAccess } from '../../account/chatAccess.ts';
import { createTermHasher } from '../../crypto/searchTerms.ts';
import { readLostSegment } from '../../doc/lostDocuments.ts';
import { openBody, readRecord, verifyRecord } from '../../doc/record.ts';
import { itemsOfState, type SegmentItem } from '../../doc/segmentState.ts';
import { checkSegmentSnapshot } from '../../doc/segmentUpdate.ts';
import { openSnapshot } from '../../doc/snapshot.ts';
import { termsOfQuery } from '../../chat/searchText.ts';
import { openStorage } from '../../storage/storage.ts';
import { createChance } from '../harbour/chance.ts';
import { sizesOf } from './parameters.ts';
import { createProse } from './prose.ts';
import { beginChat, createSociety } from './society.ts';
import { writeChat } from './writeChat.ts';

test('[U8] sizes of chats add up, the largest first, none empty', () => {
  const sizes = sizesOf({ chats: 200, messages: 500_000 });
  expect(sizes).toHaveLength(200);
  expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(500_000);
  expect(sizes.toSorted((a, b) => b - a)).toEqual(sizes);
  expect(sizes.at(-1)).toBeGreaterThan(100);
  expect(sizesOf({ chats: 1, messages: 1000 })).toEqual([1000]);
});

test('[U8] written history is read, verified and found by the rooms of the app', async () => {
  const storage = await openStorage('history test');
  onTestFinished(() => storage.close());
  const chance = createChance('history test');
  const society = await createSociety(storage, 4);
  const hashTerm = createTermHasher(society.identity.searchKey);
  const nowMs = 1_767_225_600_000;
  const begun = await beginChat(society, 0, nowMs - 1e9, chance);
  let written = 0;
  const deps = {
    storage,
    hashTerm,
    selfUser: idToText(society.self.user),
    selfDevice: idToText(society.self.device),
    prose: createProse(chance),
    chance,
    nowMs,
    onWritten: (messages: number) => {
      written += messages;
    },
  };
  await writeChat(deps, begun, 1100, 3);
  expect(written).toBe(1100);

  const chat = await storage.chat(begun.chat.id);
  if (!chat) throw new Error('no chat was written');
  const { context, documents } = openChatAccess(chat, society.identity);
  const all = await storage.messages.before(chat.id, undefined, 2000);
  expect(all).toHaveLength(1100);
  expect(chat.last?.id).toBe(all.at(-1)?.id);
  const others = all.filter(({ author }) => author !== deps.selfUser);
  expect(others.length).toBeGreaterThan(200);
  expect(all.filter(({ isUnread }) => isUnread)).toHaveLength(chat.unread);
  expect(chat.unread).toBeLessThanOrEqual(3);
  expect(all.some(({ reactions }) => Object.keys(reactions).length > 0)).toBe(true);

  const readAll = async (items: readonly SegmentItem[]) => {
    for (const { header, body } of items) {
      const record = readRecord(context, header);
      if (!record) throw new Error('a record is not readable');
      expect(await verifyRecord(context, record)).toBe(true);
      expect(openBody(context, record.header, body)).toBeDefined();
    }
    return items.length;
  };
  expect(chat.segments).toMatchObject({ open: 1, unsealed: 1 });
  const kept = await storage.segment(chat.id, 0);
  const snapshot =
    kept && (await openSnapshot(context, documents.segment(0), entryKinds.segmentSnapshot, kept.snapshot));
  if (!snapshot?.ok) throw new Error('the kept segment does not open');
  expect(checkSegmentSnapshot(snapshot.value.update, snapshot.value.sessions)).toBeDefined();
  const inKept = await readAll(itemsOfState(snapshot.value.update));
  const inOpen = await readAll(await readLostSegment(storage, documents.segment(1), 0));
  const records = Object.values(chat.chains).reduce((sum, { sequence }) => sum + sequence, 0);
  expect(inKept + inOpen).toBe(records);

  const [word = ''] = all.at(500)?.text.split(' ') ?? [];
  const found = await storage.messages.search(termsOfQuery(word, hashTerm), chat.id, 2000);
  expect(found.map(({ id }) => id)).toContain(all.at(500)?.id);
});
