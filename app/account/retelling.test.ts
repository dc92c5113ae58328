import 'fake-indexeddb/auto';
import * as v from 'valibot';
import { expect, onTestFinished, test } from 'vitest';
import { bytesToBase64url } from '../../shared/codec/base64url.ts';
import { fail, ok, type Result } from '../../shared/protocol/result.ts';
import type { HttpFailure } from '../sync/relayHttp.ts';
import { installQuickCrypto } from '../testing/harbour/quickCrypto.ts';
import { createVirtualClock } from '../testing/harbour/virtualClock.ts';
import { chatRow, openTestStorage } from '../testing/testRows.ts';
import { createTellings, keepTelling, keptReturn, keptTelling, placeOf } from './keptForReturn.ts';
import { createRetelling } from './retelling.ts';

const startMs = 1_767_225_600_000;
const user = (n: number) => bytesToBase64url(new Uint8Array(32).fill(n));
const chatOf = (n: number) =>
  chatRow({
    id: user(100 + n),
    at: n,
    creator: user(1),
    members: [1, 2, 3].map((m) => ({
      user: user(m),
      device: `device ${m}`,
      deviceKey: '',
      boxKey: '',
      ledgerHead: '',
    })),
    ledger: ['AAAA'],
    names: { [user(2)]: { name: 'from an invitation', at: 0 } },
  });

const withPeople = v.object({ people: v.array(v.string()) });

/** Three chats, of which each was started here and nobody was heard in. */
async function open() {
  onTestFinished(installQuickCrypto());
  const clock = createVirtualClock(startMs);
  const storage = await openTestStorage();
  const batch = storage.batch();
  for (const n of [1, 2, 3]) {
    const mails = [2, 3].map((to) => ({ to: user(to), mail: 'AAAA' }));
    batch.putChat(chatOf(n));
    keepTelling(
      batch,
      chatOf(n),
      1,
      [1, 2, 3].map((b) => new Uint8Array(40).fill(b)),
      mails,
    );
  }
  const offer = { key: 'AAAA', bundle: 'AAAA', signature: 'AAAA' };
  batch.putSetting(placeOf.invitations, [
    { id: 'used', expiresAt: startMs + 1e9 },
    { id: 'over', expiresAt: startMs - 1, offer },
    { id: 'stands', expiresAt: startMs + 1e9, offer },
  ]);
  await batch.commit();
  const asked: string[] = [];
  const people: (readonly string[])[] = [];
  const times: number[] = [];
  const answers: (HttpFailure | 'ok')[] = [];
  const absent = new Set<string>();
  const proven = new Set<string>();
  let underWay = 0;
  let mostUnderWay = 0;
  async function answer<T>(what: string, value: T): Promise<Result<T, HttpFailure>> {
    asked.push(what);
    times.push(clock.now() - startMs);
    mostUnderWay = Math.max(mostUnderWay, ++underWay);
    await new Promise<void>((resolve) => void clock.after(100, resolve));
    underWay--;
    const failure = answers.shift();
    return failure === undefined || failure === 'ok' ? ok(value) : fail(failure);
  }
  const short = (id: string) => `chat ${[1, 2, 3].find((n) => chatOf(n).id === id)}`;
  let unit = 0.5;
  const start = () => {
    const retelling = createRetelling({
      storage,
      clock,
      http: {
        origin: '',
        get: () => Promise.resolve(fail('offline')),
        post<T>(path: string, body: unknown) {
          const brought = v.safeParse(withPeople, body);
          if (brought.success) people.push(brought.output.people);
          return answer(path.startsWith('/api/ledgers/') ? short(path.split('/')[3] ?? '') : path, {} as T);
        },
      },
      randomUnit: () => unit,
      accessToken: () => Promise.resolve(ok('token')),
      postMail: (to) =>
        absent.has(bytesToBase64url(to))
          ? answer('nobody', null).then(() => fail('not-found' as const))
          : answer(`mail to ${to[0]}`, null),
      isProven: (chat) => proven.has(chat),
      tellings: createTellings(storage),
      ledgerOf: async ({ ledger }) => ledger,
      renewBox: () => {},
      lookAgain: () => {},
      onLedgerStored: () => {},
      onRefused: (chat, what, failure) => void asked.push(`${what} of ${short(chat)}: ${failure}`),
    });
    onTestFinished(retelling.close);
    retelling.setOnline(true);
    return retelling;
  };
  return {
    clock,
    storage,
    asked,
    people,
    times,
    answers,
    absent,
    proven,
    start,
    mostUnderWay: () => mostUnderWay,
    setUnit: (next: number) => void (unit = next),
    /** As the session does when it came back. */
    cameBack: () =>
      storage.batch().putSetting(placeOf.return, { since: clock.now(), isTold: false }).commit(),
  };
}
const all = ['/api/invitations', ...[3, 2, 1].flatMap((n) => [`chat ${n}`, 'mail to 2', 'mail to 3'])];

test('[L11] after a return all is told: invitations that stand, then chats, the newest first, one thing at a time', async () => {
  const { clock, asked, start, cameBack, mostUnderWay, storage } = await open();
  await cameBack();
  const retelling = start();
  retelling.begin('return');
  await clock.pass(60_000);
  expect(asked).toEqual(all);
  expect(mostUnderWay()).toBe(1);
  expect(await storage.setting(placeOf.return, keptReturn)).toEqual({ since: 0, isTold: true });
  await clock.pass(3600_000);
  expect(asked).toEqual(all);
});

test('[L11] each device begins at a moment of its own, within ten seconds', async () => {
  for (const [unit, atMs] of [
    [0, 3000],
    [0.999, 9993],
  ] as const) {
    const { clock, times, start, cameBack, setUnit } = await open();
    setUnit(unit);
    await cameBack();
    start().begin('return');
    await clock.pass(60_000);
    expect(times[0]).toBe(atMs);
  }
});

test('[L11] what fails in passing is tried again, also by a later run; what is refused lets the next go on', async () => {
  const { clock, asked, answers, start, cameBack } = await open();
  await cameBack();
  answers.push('busy');
  const first = start();
  first.begin('return');
  await clock.pass(10_000);
  expect(asked).toEqual(['/api/invitations']);
  first.close();
  asked.length = 0;
  start();
  await clock.pass(60_000);
  expect(asked).toEqual(all);
  const refused = await open();
  await refused.cameBack();
  refused.start();
  await refused.clock.pass(7000);
  refused.answers.push('head-moved');
  await refused.clock.pass(60_000);
  expect(refused.asked.some((line) => line.endsWith(': head-moved'))).toBe(true);
  expect(refused.asked.at(-1)).toBe('mail to 3');
});

test('[L11] a round that was broken off goes on where it was: a slow relay gets everything in the end', async () => {
  const { clock, asked, answers, start, cameBack } = await open();
  await cameBack();
  start();
  await clock.pass(6650);
  expect(asked).toEqual(['/api/invitations', 'chat 3']);
  answers.push('ok', 'ok', 'ok', 'busy', 'ok', 'disk-full');
  await clock.pass(120_000);
  expect(asked.slice(1, 4)).toEqual(['chat 3', 'mail to 2', 'mail to 3']);
  expect(asked.slice(4, 5)).toEqual(['chat 2']);
  expect(asked.slice(5, 7)).toEqual(['chat 2', 'mail to 2']);
  expect(asked.slice(7)).toEqual(['chat 2', 'mail to 2', 'mail to 3', 'chat 1', 'mail to 2', 'mail to 3']);
});

test('[L12] a mail that found nobody is not forgotten by a round that was broken off behind it', async () => {
  const { clock, asked, answers, absent, start, cameBack } = await open();
  absent.add(user(2));
  await cameBack();
  start();
  await clock.pass(6650);
  answers.push('ok', 'ok', 'ok', 'busy');
  await clock.pass(30_000);
  absent.clear();
  asked.length = 0;
  await clock.pass(2 * 3600_000);
  expect(asked).toEqual(['mail to 2', 'mail to 2', 'mail to 2']);
});

test('[L11] a second return in the middle of telling begins again from the beginning', async () => {
  const { clock, asked, start, cameBack, storage } = await open();
  await cameBack();
  const retelling = start();
  await clock.pass(6750);
  expect(asked).toEqual(all.slice(0, 3));
  await cameBack();
  retelling.begin('return');
  await clock.pass(60_000);
  // The mails that were posted meanwhile were posted after it, and count.
  const again = asked.filter((what) => !what.startsWith('mail')).slice(-4);
  expect(again).toEqual(['/api/invitations', 'chat 3', 'chat 2', 'chat 1']);
  expect(await storage.setting(placeOf.return, keptReturn)).toEqual({ since: 0, isTold: true });
});

test('[L11] without a sign of forgetting, a start tells only chats that the relay does not know', async () => {
  const { clock, asked, proven, start } = await open();
  for (const n of [1, 3]) proven.add(chatOf(n).id);
  start();
  await clock.pass(60_000);
  expect(asked).toEqual(['chat 2', 'mail to 2', 'mail to 3']);
});

test('[L11] of a chat that one is no member of any more nothing is told', async () => {
  const { clock, asked, start, cameBack, storage } = await open();
  await storage
    .batch()
    .putChat({ ...chatOf(2), isRemoved: true })
    .commit();
  await cameBack();
  start();
  await clock.pass(60_000);
  expect(asked.filter((what) => what.startsWith('chat'))).toEqual(['chat 3', 'chat 1']);
});

test('[L12] mails go to whom nothing was heard of, until they are back; nothing is kept once all were heard', async () => {
  const { clock, asked, absent, start, cameBack, storage } = await open();
  const [one, two, three] = [chatOf(1), chatOf(2), chatOf(3)];
  const heard = { ...one, names: { [user(2)]: { name: 'Ben', at: 5 }, [user(3)]: { name: 'Cleo', at: 5 } } };
  const half = { ...two, chains: { 'device 3': { sequence: 1, hash: '', ahead: [] } } };
  await storage.batch().putChat(heard).putChat(half).putChat(three).commit();
  absent.add(user(2));
  await cameBack();
  start();
  await clock.pass(30_000);
  expect(asked).toEqual(['/api/invitations', 'chat 3', 'nobody', 'mail to 3', 'chat 2', 'nobody', 'chat 1']);
  expect((await storage.setting(placeOf.telling(one.id), keptTelling))?.mails).toEqual([]);
  asked.length = 0;
  await clock.pass(5 * 3600_000);
  expect(new Set(asked)).toEqual(new Set(['nobody']));
  expect(asked.length).toBeLessThan(30);
  absent.clear();
  asked.length = 0;
  await clock.pass(2 * 3600_000);
  expect(asked).toEqual(['mail to 2', 'mail to 2']);
});

test('[L12] a line that breaks again and again puts off no mail', async () => {
  const { clock, asked, absent, start, cameBack } = await open();
  absent.add(user(2));
  await cameBack();
  const retelling = start();
  await clock.pass(30_000);
  absent.clear();
  asked.length = 0;
  for (let times = 0; times < 8; times++) {
    retelling.setOnline(false);
    await clock.pass(1000);
    retelling.setOnline(true);
    await clock.pass(1000);
  }
  await clock.pass(60_000);
  expect(asked).toEqual(['mail to 2', 'mail to 2', 'mail to 2']);
});

test('[L12] what somebody said before they were added again is no sign of them, what they say since then is', async () => {
  const { clock, asked, start, cameBack, storage } = await open();
  const [one, two, three] = [chatOf(1), chatOf(2), chatOf(3)];
  const said = (place: number) => ({ 'device 2': { sequence: 9, hash: '', ahead: [], place } });
  const mails = [{ to: user(2), mail: 'AAAA', addedAt: 2 }];
  const batch = storage.batch();
  batch.putChat({ ...one, chains: said(1) }).putChat({ ...two, chains: said(2) });
  for (const { id } of [one, two, three]) {
    batch.putSetting(placeOf.telling(id), { made: [], mails: id === three.id ? [] : mails });
  }
  await batch.commit();
  await cameBack();
  start();
  await clock.pass(30_000);
  expect(asked).toEqual(['/api/invitations', 'chat 3', 'chat 2', 'chat 1', 'mail to 2']);
});

test('[L15] people’s ledgers go along with the first chat that has them, again after a failure, and each once', async () => {
  const { clock, storage, people, answers, start, cameBack } = await open();
  const many = Array.from({ length: 70 }, (_, i) => user(10 + i));
  const batch = storage.batch();
  const [row] = chatOf(2).members;
  if (!row) throw new Error('expected a member');
  batch.putChat({ ...chatOf(2), former: many.map((one) => ({ ...row, user: one })) });
  for (const one of [user(2), user(3), ...many]) batch.putSetting(`person/${one}`, `ledger of ${one}`);
  await batch.commit();
  const ledgers = (of: readonly string[]) => of.map((one) => `ledger of ${one}`);
  await cameBack();
  answers.push('ok', 'busy');
  start();
  await clock.pass(120_000);
  const first = ledgers([user(2), user(3)]);
  // The third chat in vain and again, the second in two parts, the first without anyone new.
  const [part, rest] = [ledgers(many.slice(0, 64)), ledgers(many.slice(64))];
  expect(people).toEqual([first, first, part, rest, []]);
});
