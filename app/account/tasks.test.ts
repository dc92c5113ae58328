import 'fake-indexeddb/auto';
import { expect, onTestFinished, test } from 'vitest';
import { fail, ok } from '../../shared/protocol/result.ts';
import { openStorage } from '../storage/storage.ts';
import { installQuickCrypto } from '../testing/harbour/quickCrypto.ts';
import { createVirtualClock } from '../testing/harbour/virtualClock.ts';
import type { HttpFailure } from '../sync/relayHttp.ts';
import { createTasks, storedTask, type StoredTask } from './tasks.ts';

let names = 0;
/** @param ageMs of the two mails that wait. */
async function open(answers: (HttpFailure | 'ok')[], ageMs = 0, changes: (HttpFailure | 'ok')[] = []) {
  onTestFinished(installQuickCrypto());
  const clock = createVirtualClock(1_767_225_600_000);
  const storage = await openStorage(`tasks test ${names++}`);
  onTestFinished(() => storage.close());
  const mails: StoredTask[] = [1, 2].map((n) => ({
    kind: 'mail',
    to: 'AAAA',
    mail: `AAA${n === 1 ? 'A' : 'B'}`,
  }));
  const batch = storage.batch();
  mails.forEach((mail, n) => batch.putTask(`task ${n}`, clock.now() - ageMs + n, mail));
  if (changes.length > 0) {
    const change = { kind: 'change', chat: 'c', change: 'turn', users: [], role: 1, since: 1 } as const;
    batch.putTask('task 0 change', clock.now() - ageMs - 1, change);
  }
  await batch.commit();
  const posted: string[] = [];
  const refused: string[] = [];
  const tasks = createTasks({
    storage,
    clock,
    http: {
      origin: '',
      get: () => Promise.resolve(fail('offline')),
      post: () => Promise.resolve(fail('offline')),
    },
    accessToken: () => Promise.resolve(ok('token')),
    change() {
      const answer = changes.shift() ?? 'ok';
      return Promise.resolve(answer === 'ok' ? ok(null) : fail(answer));
    },
    postMail(_to, mail) {
      posted.push(Buffer.from(mail).toString('base64url'));
      const answer = answers.shift() ?? 'ok';
      return Promise.resolve(answer === 'ok' ? ok(null) : fail(answer));
    },
    onLedgerStored: () => {},
    onRefused: (_task, failure) => void refused.push(failure),
  });
  onTestFinished(() => tasks.close());
  const left = async () => (await storage.tasks(storedTask)).map(({ id }) => id);
  return { tasks, clock, posted, refused, left };
}

test('[L5] tasks are done once, in order', async () => {
  const { tasks, posted, left } = await open([]);
  await tasks.run();
  await tasks.run();
  expect(posted).toEqual(['AAAA', 'AAAB']);
  expect(await left()).toEqual([]);
});

test('[L5] a failure that passes keeps the order and is tried again by itself', async () => {
  const { tasks, clock, posted, left } = await open(['disk-full']);
  await tasks.run();
  expect(posted).toEqual(['AAAA']);
  expect(await left()).toHaveLength(2);
  await clock.pass(60_000);
  expect(posted).toEqual(['AAAA', 'AAAA', 'AAAB']);
  expect(await left()).toEqual([]);
});

test.each([
  ['somebody whom the relay does not know waits for their return', 'not-found'],
  ['a full mailbox waits until there is room', 'mailbox-full'],
] as const)('[L5] a mail to %s, and holds up no other', async (_, failure) => {
  const { tasks, clock, posted, refused, left } = await open([failure]);
  await tasks.run();
  expect(posted).toEqual(['AAAA', 'AAAB']);
  expect(await left()).toEqual(['task 0']);
  await clock.pass(11 * 60_000);
  expect(posted).toEqual(['AAAA', 'AAAB', 'AAAA']);
  expect(await left()).toEqual([]);
  expect(refused).toEqual([]);
});

test('[L5] what the relay will never do is set aside, and the next goes on', async () => {
  const { tasks, posted, refused, left } = await open(['too-large']);
  await tasks.run();
  expect(refused).toEqual(['too-large']);
  expect(posted).toEqual(['AAAA', 'AAAB']);
  expect(await left()).toEqual([]);
});

test.each(['not-found', 'mailbox-full'] as const)(
  '[L5] so is a mail that is %s for half a year',
  async (failure) => {
    const { tasks, refused, left } = await open([failure], 181 * 24 * 3600_000);
    await tasks.run();
    expect(refused).toEqual([failure]);
    expect(await left()).toEqual([]);
  },
);

test.each(['not-found', 'busy'] as const)(
  '[L5] a change that is not carried out yet (%s) is soon tried again, and holds up nothing',
  async (why) => {
    const { tasks, clock, posted, refused, left } = await open(['not-found'], 0, [why]);
    await tasks.run();
    expect(await left()).toEqual(['task 0 change', 'task 0']);
    await clock.pass(31_000);
    expect(await left()).toEqual([]);
    expect(posted).toEqual(['AAAA', 'AAAB', 'AAAA']);
    expect(refused).toEqual([]);
  },
);
