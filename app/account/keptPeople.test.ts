import 'fake-indexeddb/auto';
import { expect, test } from 'vitest';
import { idToText, type UserId } from '../../shared/protocol/ids.ts';
import { fail, ok } from '../../shared/protocol/result.ts';
import type { HttpFailure } from '../sync/relayHttp.ts';
import { chatRow, openTestStorage } from '../testing/testRows.ts';
import { createKeptPeople } from './keptPeople.ts';

const userOf = (n: number) => new Uint8Array(32).fill(n + 1) as UserId;
const memberOf = (n: number) => ({
  user: idToText(userOf(n)),
  device: 'device',
  deviceKey: 'k',
  boxKey: 'b',
  ledgerHead: 'h',
});

/** Chats of the same people, and whom the relay was asked for. */
async function open(people: number, chats: number, answerOf: (path: string) => HttpFailure) {
  const storage = await openTestStorage();
  const members = Array.from({ length: people }, (_, n) => memberOf(n));
  const ids = Array.from({ length: chats }, (_, n) => `chat ${n}`);
  const batch = storage.batch();
  for (const id of ids) batch.putChat({ ...chatRow(), id, members });
  await batch.commit();
  const asked: string[] = [];
  const kept = createKeptPeople({
    identity: { user: userOf(99) },
    accessToken: () => Promise.resolve(ok('token')),
    http: {
      get(path) {
        asked.push(path);
        return Promise.resolve(fail(answerOf(path)));
      },
    },
    storage,
  });
  return { kept, ids, asked };
}

test('[L15] a person whom the relay does not know is asked for once in a run, in however many chats they are', async () => {
  const { kept, ids, asked } = await open(20, 50, () => 'not-found');
  for (const id of ids) expect(await kept.keep(id)).toBe(true);
  expect(asked).toHaveLength(20);
});

test('[L15] a relay that refuses one person’s ledger keeps nobody else from being kept, and one that is busy is asked again', async () => {
  const refused = await open(2, 1, (path) =>
    path.includes(idToText(userOf(0))) ? 'forbidden' : 'not-found',
  );
  for (const id of [...refused.ids, ...refused.ids]) await refused.kept.keep(id);
  expect(refused.asked).toHaveLength(2);
  const busy = await open(2, 1, () => 'busy');
  for (let n = 0; n < 3; n++) expect(await busy.kept.keep('chat 0')).toBe(false);
  expect(busy.asked).toHaveLength(3);
});
