// Members who lie with snapshots: they leave out what others said, erase it, put something else in its place, or write what
// nobody can read. Someone who knows better notices, and puts it right; also a device that has believed it ends with all.
import * as Y from 'yjs';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { noEntryHash, type SessionId } from '../../../shared/protocol/ids.ts';
import { clientOf } from '../../doc/segmentUpdate.ts';
import type { SessionLine, Snapshot } from '../../doc/snapshot.ts';
import { createForger, updateOf, withoutBodies, type ForgedState, type Forger } from './forger.ts';
import { createTrio, type Trio } from './trio.ts';

let trio: Trio;
beforeEach(async () => {
  trio = await createTrio('lying snapshots');
  await trio.talk(14);
  expect(await trio.harbour.calm()).toEqual([]);
  await trio.harbour.pass(60_000);
});
afterEach(() => trio.harbour.close());

const nothing: ForgedState = { update: new Uint8Array([0, 0]), sessions: [] };
const eraseAll = (truth: Snapshot) => withoutBodies(truth);
/** Of each session more than it ever said, and all of it noise. */
function poisoned(trio: Trio, { sessions }: Snapshot): ForgedState {
  const noise = () => trio.harbour.chance.bytes(80);
  const updates = sessions.map(({ session }) =>
    updateOf(
      session,
      Array.from({ length: 30 }, () => ({ header: noise(), body: noise() })),
    ),
  );
  return { update: Y.mergeUpdates(updates), sessions };
}
/** Nothing that was said, and on each session's Yjs client another session. */
const squatted = ({ sessions }: Snapshot): ForgedState => ({
  update: nothing.update,
  sessions: sessions.map(({ session, sequence }): SessionLine => ({
    session: new Uint8Array([...session.slice(0, 4), 7, 7, 7, 7]) as SessionId,
    sequence,
    hash: noEntryHash,
  })),
});

const lies: { lie: string; make: (truth: Snapshot) => ForgedState | 'garbage'; noticed: string }[] = [
  { lie: 'leaves out what everyone said', make: () => nothing, noticed: 'incomplete-snapshot' },
  { lie: 'can be read by nobody', make: () => 'garbage', noticed: 'undecryptable' },
  {
    lie: 'is no state of a segment',
    make: (truth) => ({ update: truth.update.slice(0, -9), sessions: truth.sessions }),
    noticed: 'bad-snapshot',
  },
  { lie: 'erases texts that nobody deleted', make: eraseAll, noticed: 'incomplete-snapshot' },
  { lie: 'has noise in their place', make: (truth) => poisoned(trio, truth), noticed: 'incomplete-snapshot' },
  { lie: 'gives their places away', make: squatted, noticed: 'incomplete-snapshot' },
];

async function publishing(make: (forger: Forger) => Parameters<Forger['publishes']>[0]) {
  const forger = await createForger(trio.harbour, trio.ada);
  await forger.publishes(make(forger));
  expect(forger.published()).toBe(1);
  return forger;
}

test.each(lies)('[D15] a snapshot that $lie is replaced', async ({ make, noticed }) => {
  const { ben, cleo, harbour, bodiesOf, reasonsOf } = trio;
  const before = await bodiesOf(ben);
  const forger = await publishing(() => make);
  // Where bodies are missing, a deletion is waited for first.
  await harbour.pass(25 * 60_000);
  expect(forger.published()).toBeGreaterThan(1);
  forger.close();
  const found = (await Promise.all([ben, cleo].map(reasonsOf))).flat();
  expect(new Set(found)).toEqual(new Set([noticed]));
  await cleo.becomesFresh();
  await harbour.pass(60_000);
  expect(await bodiesOf(cleo)).toEqual(before);
  expect(await bodiesOf(ben)).toEqual(before);
});

// Of a text that is gone a device can't tell that nobody deleted it.
const healing = lies.filter(({ make }) => make !== eraseAll);
test.each(healing)('[D15] who believes a snapshot that $lie has everything in the end', async ({ make }) => {
  const { ada, ben, cleo, harbour, talk, goesOn, bodiesOf } = trio;
  const before = await bodiesOf(ben);
  const forger = await publishing(() => make);
  await cleo.becomesFresh();
  await harbour.pass(1000);
  await talk(6, [ada, ben]);
  await harbour.pass(3 * 60_000);
  expect((await bodiesOf(cleo)).slice(0, before.length)).toEqual(before);
  await goesOn();
  const after = forger.published();
  // Nobody goes on correcting what is right.
  await harbour.pass(10 * 60_000);
  expect(forger.published()).toBe(after);
  // The lie, and the last one, which replaced it: who believed it has published nothing, and nobody has corrected it twice.
  expect(after).toBe(2);
  forger.close();
  expect((await bodiesOf(cleo)).slice(0, before.length)).toEqual(before);
  expect(await bodiesOf(cleo)).toEqual(await bodiesOf(ben));
});

test('[D15] a last snapshot that leaves out what everyone said is replaced before it is left', async () => {
  const { ben, cleo, harbour, bodiesOf, goesOn } = trio;
  const before = await bodiesOf(ben);
  const forger = await publishing(() => () => ({ ...nothing, isSeal: true }));
  await harbour.pass(60_000);
  expect(forger.published()).toBeGreaterThan(1);
  forger.close();
  expect((await ben.chat(harbour.group))?.segments).toMatchObject({ open: 1, unsealed: 1 });
  await cleo.becomesFresh();
  await harbour.pass(20_000);
  expect(await bodiesOf(cleo)).toEqual(before);
  await goesOn();
});

/** Who has what was left out comes back, once so much has been said beside it. */
async function comesBackAfter(messages: number, segmentsBehind: number) {
  const { ada, ben, cleo, harbour, talk, bodiesOf, goesOn } = trio;
  const before = await bodiesOf(ben);
  for (const member of [ben, cleo]) member.setOffline(true);
  await harbour.pass(2000);
  const forger = await publishing(() => () => ({ ...nothing, isSeal: true }));
  forger.close();
  // Nobody is there who has seen what was left out.
  for (const member of [ada, cleo]) {
    await member.becomesFresh();
    member.setOffline(false);
  }
  await harbour.pass(90_000);
  expect(await bodiesOf(cleo)).toEqual([]);
  await talk(messages, [ada, cleo]);
  // Who seals the last full one takes a moment.
  await harbour.pass(20_000);
  expect((await cleo.chat(harbour.group))?.segments?.unsealed).toBe(segmentsBehind);
  ben.setOffline(false);
  await harbour.pass(3 * 60_000);
  expect((await bodiesOf(cleo)).slice(0, before.length)).toEqual(before);
  await goesOn();
}

test('[D15] who has left with a last snapshot that leaves something out reads it in the open segment', () =>
  comesBackAfter(20, 2));

// Whoever comes back then reads the newest first.
test('[D15] who has left with a last snapshot that leaves something out far back reads it where it was', () =>
  comesBackAfter(60, 4));

test('[D2] a record that a snapshot brings in the name of another is shown to nobody', async () => {
  const { ben, cleo, ada, harbour, bodiesOf, reasonsOf, goesOn } = trio;
  const before = await bodiesOf(ben);
  const forger = await createForger(harbour, ada);
  const forged = await forger.record({ kind: 'message', text: 'I, Ben, owe Ada' }, forger.inTheNameOf(ben));
  const session = forger.newSession();
  await forger.publishes(({ update, sessions }) => ({
    update: Y.mergeUpdates([update, updateOf(session, [forged])]),
    sessions: [...sessions, { session, sequence: 1, hash: noEntryHash }],
  }));
  forger.close();
  await cleo.becomesFresh();
  await harbour.pass(60_000);
  expect(await bodiesOf(cleo)).toEqual(before);
  expect(await reasonsOf(cleo)).toEqual(['bad-record']);
  await goesOn();
});

test('[R34] a purge of what others said is refused', async () => {
  const { ben, harbour, goesOn } = trio;
  const forger = await createForger(harbour, ben);
  await forger.publishes((truth) => ({
    ...withoutBodies(truth),
    purged: truth.sessions.map(({ session }) => session),
  }));
  expect(forger.refusals()).toEqual(['forbidden']);
  expect(forger.published()).toBe(0);
  forger.close();
  await goesOn();
});

test('[D15] a snapshot of the meta document without what others say of themselves is replaced', async () => {
  const { ben, cleo, ada, harbour, reasonsOf, goesOn } = trio;
  const forger = await createForger(harbour, ada, 'meta');
  await forger.publishes(({ update, sessions }) => {
    const doc = new Y.Doc({ gc: false });
    Y.applyUpdate(doc, update);
    const profiles = doc.getMap('profiles');
    expect(profiles.size).toBe(3);
    doc.clientID = clientOf(forger.newSession());
    for (const key of profiles.keys()) profiles.delete(key);
    return { update: Y.encodeStateAsUpdate(doc), sessions };
  });
  // Where bodies are missing, a deletion is waited for first.
  await harbour.pass(25 * 60_000);
  expect(forger.published()).toBeGreaterThan(1);
  forger.close();
  expect((await Promise.all([ben, cleo].map(reasonsOf))).flat()).toContain('incomplete-snapshot');
  ben.setOffline(true);
  await cleo.becomesFresh();
  await harbour.pass(30_000);
  const names = (await cleo.chat(harbour.group))?.names ?? {};
  expect(Object.values(names).map(({ name }) => name)).toContain(harbour.marked('Ben'));
  ben.setOffline(false);
  await goesOn();
});
