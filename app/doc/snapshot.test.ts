import { expect, test } from 'vitest';
import { entryKinds } from '../../shared/protocol/entry.ts';
import { emptyLogHash, noEntryHash, type SessionId } from '../../shared/protocol/ids.ts';
import { createTestChat } from '../testing/testChat.ts';
import { openSnapshot, sealSnapshot } from './snapshot.ts';

test('[D13] a snapshot holds the runs of a lively group over years', async () => {
  const chat = await createTestChat(2);
  const sessions = Array.from({ length: 60_000 }, (_, sequence) => ({
    session: chat.chance.bytes(8) as SessionId,
    sequence,
    hash: noEntryHash,
  }));
  const [first] = sessions;
  if (!first) throw new Error('expected a session');
  const state = {
    session: first.session,
    cursor: { seq: 70_000, hash: emptyLogHash },
    sessions,
    update: new Uint8Array(9),
  };
  const kind = entryKinds.metaSnapshot;
  const bytes = await sealSnapshot(chat.contextOf(0), chat.meta, kind, state, chat.chance.bytes);
  const opened = await openSnapshot(chat.contextOf(1), chat.meta, kind, bytes);
  expect(opened.ok && opened.value.sessions).toEqual(sessions);
});
