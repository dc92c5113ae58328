// Members who lie: snapshots that leave out what others said, that nobody can read, or that erase without a deletion. Each
// is noticed by someone who knows better, and put right; nobody loses a word, and a fresh device has it all.
import { afterEach, beforeEach, expect, test } from 'vitest';
import { entryKinds } from '../../../shared/protocol/entry.ts';
import { startCursor, type Cursor } from '../../../shared/protocol/frames/cursor.ts';
import { noSnapshot, type SessionId, type SnapshotId } from '../../../shared/protocol/ids.ts';
import { openChatAccess } from '../../account/chatAccess.ts';
import { openSnapshot, sealSnapshot, type Snapshot } from '../../doc/snapshot.ts';
import type { RelaySnapshot } from '../../sync/snapshotParts.ts';
import { createHarbour, type Harbour } from './createHarbour.ts';
import type { Member } from './member.ts';

let harbour: Harbour;
let ada: Member;
let ben: Member;
let cleo: Member;
beforeEach(async () => {
  harbour = await createHarbour({ seed: 'liars', members: 3 });
  const [a, b, c] = harbour.people;
  if (!a || !b || !c) throw new Error('expected three people');
  [ada, ben, cleo] = [a, b, c];
});
afterEach(() => harbour.close());

async function talk(count: number) {
  const ids: string[] = [];
  for (let i = 0; i < count; i++) {
    const member = [ada, ben, cleo][i % 3] ?? ada;
    const { id, done } = member.says(harbour.group, harbour.marked(`${i}`));
    await done;
    ids.push(id);
    await harbour.pass(200);
  }
  return ids;
}
const bodiesOf = async (member: Member) =>
  (await member.timeline(harbour.group)).map(({ messageId, body }) => [messageId, body]);

/** Publishes in the group's first segment, as this member, what `lie` makes of its true state. */
async function publishes(
  liar: Member,
  lie: (truth: Snapshot) => Pick<Snapshot, 'update' | 'sessions'> | 'garbage',
) {
  const { storage, engine } = liar.headless();
  const chat = await storage.chat(harbour.group);
  const me = engine.member();
  if (!chat || !me) throw new Error('expected a member of the group');
  const { context, documents } = openChatAccess(chat, me.identity);
  const document = documents.segment(0);
  let current: SnapshotId = noSnapshot;
  let cursor: Cursor = startCursor;
  let published = 0;
  let truth: RelaySnapshot | undefined;
  const channel = me.link.openChannel(
    { chat: context.chat, document, cursor: () => startCursor },
    {
      subscribed() {},
      entries() {},
      acked() {},
      signal() {},
      refused() {},
      suspended() {},
      publishRefused() {},
      live(at) {
        cursor = at;
      },
      snapshot(given) {
        truth = given;
        current = given.id;
      },
      published(id) {
        current = id;
        published++;
      },
    },
  );
  await harbour.pass(2000);
  const opened = truth && (await openSnapshot(context, document, entryKinds.segmentSnapshot, truth.bytes));
  if (!truth || !opened?.ok) throw new Error('expected a snapshot');
  const told = lie(opened.value);
  const state = told === 'garbage' ? opened.value : told;
  const session = harbour.chance.bytes(8) as SessionId;
  const bytes = await sealSnapshot(
    context,
    document,
    entryKinds.segmentSnapshot,
    { session, cursor: opened.value.cursor, ...state },
    harbour.chance.bytes,
  );
  if (told === 'garbage') bytes.set([255, 255, 255], bytes.length - 3);
  const before = published;
  channel.publish({ bytes, previous: current, isSeal: false, purged: [] });
  await harbour.pass(1000);
  channel.close();
  expect(cursor.seq).toBeGreaterThan(0);
  expect(published).toBeGreaterThan(before);
}
const empty = new Uint8Array([0, 0]);

test.each([
  { lie: 'leaves out what everyone said', make: () => ({ update: empty, sessions: [] }) },
  { lie: 'can be read by nobody', make: () => 'garbage' as const },
  {
    lie: 'is no state of a segment',
    make: (truth: Snapshot) => ({ update: truth.update.slice(0, -9), sessions: truth.sessions }),
  },
])('[D15] a snapshot that $lie is replaced', async ({ make }) => {
  await talk(14);
  expect(await harbour.calm()).toEqual([]);
  await harbour.pass(60_000);
  const before = await bodiesOf(ben);
  await publishes(ada, make);
  await harbour.pass(120_000);
  for (const member of [ben, cleo]) {
    const faults = await member.headless().storage.setAside();
    if (faults.length > 0)
      expect(faults.map(({ reason }) => reason)).toEqual([expect.stringMatching(/snapshot|undecryptable/)]);
  }
  const noticed = await Promise.all(
    [ben, cleo].map(async (m) => (await m.headless().storage.setAside()).length),
  );
  expect(Math.max(...noticed)).toBeGreaterThan(0);
  await cleo.becomesFresh();
  await harbour.pass(60_000);
  expect(await bodiesOf(cleo)).toEqual(before);
  expect(await bodiesOf(ben)).toEqual(before);
});
