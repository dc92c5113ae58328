// A member who has the relay let go of the log, by a purge of their own or by two weeks, while everyone else is away: what
// the snapshot that stands for it leaves out is then with those alone who come back to it. They notice, and put it back.
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Snapshot } from '../../doc/snapshot.ts';
import { createForger, withoutBodies, type ForgedState } from './forger.ts';
import { createTrio, type Trio } from './trio.ts';

let trio: Trio;
let before: Awaited<ReturnType<Trio['bodiesOf']>>;
beforeEach(async () => {
  trio = await createTrio('lying purges');
  const { harbour, ada, ben, cleo, talk, bodiesOf } = trio;
  await talk(8);
  expect(await harbour.calm()).toEqual([]);
  before = await bodiesOf(ben);
  for (const member of [ben, cleo]) member.setOffline(true);
  await harbour.pass(2000);
  await talk(3, [ada]);
});
afterEach(() => trio.harbour.close());

/** Ada's device says something in a session of its own, publishes a state for all of the log, and is gone. */
async function lies(makeState: (truth: Snapshot) => Partial<ForgedState>, isPurge: boolean) {
  const { harbour, ada } = trio;
  const speaker = await createForger(harbour, ada);
  const session = speaker.newSession();
  await speaker.appendsRecords([await speaker.record({ kind: 'message', text: 'the last word' })], session);
  speaker.close();
  // Enough for a snapshot, beyond the places of those who are away.
  await harbour.pass(60_000);
  const forger = await createForger(harbour, ada);
  await forger.publishes((truth) => ({
    update: new Uint8Array([0, 0]),
    sessions: truth.sessions,
    ...makeState(truth),
    ...(isPurge ? { purged: [session] } : {}),
  }));
  expect(forger.refusals()).toEqual([]);
  expect(forger.published()).toBe(1);
  forger.close();
  ada.setOffline(true);
}
const lackingOf = async (member: Trio['ada']) => {
  const there = new Set((await trio.bodiesOf(member)).map(([id]) => id));
  return before.filter(([id]) => !there.has(id)).length;
};

test.each([
  { how: 'by a purge of their own', state: {}, isPurge: true, awayMs: 0 },
  { how: 'by a last purge', state: { isSeal: true }, isPurge: true, awayMs: 0 },
  {
    how: 'by a purge that nobody can read',
    state: { update: new Uint8Array([1, 2, 3]) },
    isPurge: true,
    awayMs: 0,
  },
  { how: 'in two weeks', state: {}, isPurge: false, awayMs: 15 * 24 * 60 * 60_000 },
])('[D15] what a snapshot leaves out whose log went $how is put back', async ({ state, isPurge, awayMs }) => {
  const { harbour, ben, cleo, reasonsOf, bodiesOf } = trio;
  await lies(() => state, isPurge);
  await harbour.pass(awayMs);
  ben.setOffline(false);
  await harbour.pass(3 * 60_000);
  expect(await reasonsOf(ben)).toContain('update' in state ? 'bad-snapshot' : 'incomplete-snapshot');
  expect(await lackingOf(ben)).toBe(0);
  await cleo.becomesFresh();
  cleo.setOffline(false);
  await harbour.pass(3 * 60_000);
  expect(await lackingOf(cleo)).toBe(0);
  expect(await bodiesOf(cleo)).toEqual(await bodiesOf(ben));
});

test('[D15] texts that a purge erased without a deletion are put back', async () => {
  const { harbour, ben, cleo, bodiesOf, reasonsOf } = trio;
  await lies(withoutBodies, true);
  ben.setOffline(false);
  // A deletion is waited for first.
  await harbour.pass(25 * 60_000);
  expect(await reasonsOf(ben)).toContain('incomplete-snapshot');
  await cleo.becomesFresh();
  cleo.setOffline(false);
  await harbour.pass(60_000);
  const there = new Map((await bodiesOf(cleo)).map(([id, body]) => [id, body]));
  for (const [id, body] of before) expect(there.get(id)).toEqual(body);
});

test('[D14] what was deleted while somebody was away is no lack to them, and stays away', async () => {
  const { harbour, ada, ben, cleo, bodiesOf, reasonsOf } = trio;
  const [[gone] = []] = before;
  if (typeof gone !== 'string') throw new Error('expected a message');
  await ada.deletes(harbour.group, gone);
  await harbour.pass(60_000);
  ada.setOffline(true);
  ben.setOffline(false);
  await harbour.pass(25 * 60_000);
  expect(await reasonsOf(ben)).toEqual([]);
  await cleo.becomesFresh();
  cleo.setOffline(false);
  await harbour.pass(60_000);
  expect(new Map((await bodiesOf(cleo)).map(([id, body]) => [id, body])).get(gone)).toEqual({
    kind: 'deleted',
  });
  expect(await bodiesOf(cleo)).toEqual(await bodiesOf(ben));
});
