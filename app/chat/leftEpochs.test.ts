import 'fake-indexeddb/auto';
import { expect, test } from 'vitest';
import type { EpochSecret } from '../crypto/keyTree.ts';
import { createVirtualClock } from '../testing/harbour/virtualClock.ts';
import { createTestChat } from '../testing/testChat.ts';
import { chatRow, openTestStorage } from '../testing/testRows.ts';
import { createLeftEpochs } from './leftEpochs.ts';
import { createRoomState } from './roomState.ts';
import { isMisheard } from './setAsideEntries.ts';

test('[L17] an app that ends after left epochs were told reads again at its next start what it could not read', async () => {
  const chat = await createTestChat(2);
  const [ada, ben] = [chat.contextOf(0), chat.contextOf(1)];
  const storage = await openTestStorage();
  const begun = chatRow({ ledgerHead: 'head', misheardAt: 'head' });
  await storage.batch().putChat(begun).commit();
  const state = createRoomState(storage, begun, (error) => {
    throw error;
  });
  const left = createLeftEpochs({
    state,
    // The first transaction is the last.
    access: { context: ada, renew: () => void state.abandon() },
    clock: createVirtualClock(0),
    storage,
    meta: () => {
      throw new Error('nothing is told here');
    },
    onMisheard: () => expect.unreachable(),
  });
  left.reader.take({
    version: 1,
    device: ben.self.device,
    epochs: [{ epoch: 3, secret: chat.chance.bytes(32) as EpochSecret }],
    people: [],
    at: 5,
  });
  await state.settled();
  const row = await storage.chat(begun.id);
  expect(Object.keys(row?.toldSecrets ?? {})).toHaveLength(1);
  expect(row && isMisheard(row)).toBe(true);
});
