import 'fake-indexeddb/auto';
import { expect, test } from 'vitest';
import { fail, ok } from '../../shared/protocol/result.ts';
import { createKeptPeople } from './keptPeople.ts';

test('[L15] a person whom the relay does not know is asked for once in a run, in however many chats they are', async () => {
  const asked: string[] = [];
  const people = Array.from({ length: 20 }, (_, i) => ({ user: `user-${i}` }));
  const kept = createKeptPeople({
    identity: { user: new Uint8Array(32) },
    accessToken: () => Promise.resolve(ok('token')),
    http: {
      get(path: string) {
        asked.push(path);
        return Promise.resolve(fail('not-found'));
      },
    },
    storage: {
      chat: (id: string) => Promise.resolve({ id, members: people, former: [], isRemoved: false }),
      setting: () => Promise.resolve(undefined),
    },
  } as never);
  for (let n = 0; n < 200; n++) await kept.keep(`chat ${n}`);
  expect(asked.length).toBeLessThanOrEqual(20);
});
test('[L15] a relay that refuses one person’s ledger keeps nobody else from being kept', async () => {
  const asked = new Set<string>();
  const kept = createKeptPeople({
    identity: { user: new Uint8Array(32) },
    accessToken: () => Promise.resolve(ok('token')),
    http: {
      get(path: string) {
        asked.add(path);
        return Promise.resolve(fail(path.includes('user-0') ? 'forbidden' : 'not-found'));
      },
    },
    storage: {
      chat: (id: string) => Promise.resolve({ id, members: [{ user: 'user-0' }, { user: 'user-1' }], former: [], isRemoved: false }),
      setting: () => Promise.resolve(undefined),
    },
  } as never);
  for (let n = 0; n < 3; n++) await kept.keep('chat');
  expect(asked.size).toBe(2);
});
