// A member who makes the next segment full before anything is said in it: by a snapshot that stands for nothing.
import 'fake-indexeddb/auto';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { entryKinds } from '../../../shared/protocol/entry.ts';
import { startCursor } from '../../../shared/protocol/frames/cursor.ts';
import { noSnapshot, type SessionId } from '../../../shared/protocol/ids.ts';
import { sealSnapshot } from '../../doc/snapshot.ts';
import { createForger } from './forger.ts';
import { createTrio, type Trio } from './trio.ts';

let trio: Trio;
beforeEach(async () => {
  trio = await createTrio('full by nothing');
  await trio.talk(14);
  expect(await trio.harbour.calm()).toEqual([]);
  await trio.harbour.pass(60_000);
});
afterEach(() => trio.harbour.close());

test('[R47] a segment that is full by a snapshot that stands for nothing keeps nobody from speaking', async () => {
  const { harbour, ada, ben, cleo, talk, idsOf } = trio;
  const ahead = await createForger(harbour, ben, 'segment', 1);
  const { context, document, channel } = ahead;
  const bytes = await sealSnapshot(
    context,
    document,
    entryKinds.segmentSnapshot,
    {
      session: harbour.chance.bytes(8) as SessionId,
      cursor: startCursor,
      sessions: [],
      update: new Uint8Array(3_300_000),
    },
    harbour.chance.bytes,
  );
  channel.publish({ bytes, previous: noSnapshot, isSeal: false, purged: [] });
  await harbour.pass(2000);
  expect(ahead.refusals()).toEqual([]);
  expect(ahead.published()).toBe(1);
  const now = await createForger(harbour, ben);
  await now.publishes(({ update, sessions }) => ({ update, sessions, isSeal: true }));
  await harbour.pass(60_000);
  now.close();
  ahead.close();
  ben.setOffline(true);
  expect((await ada.chat(harbour.group))?.segments?.open).toBe(1);
  const said = await talk(4, [ada, cleo]);
  await harbour.pass(2 * 3600_000);
  for (const member of [ada, cleo]) expect(await idsOf(member)).toEqual(expect.arrayContaining([...said]));
});
