// A member who puts more into a document than a snapshot could hold: a segment ends as any other does, and the chat goes on.
import 'fake-indexeddb/auto';
import { afterEach, beforeEach, expect, test } from 'vitest';
import * as Y from 'yjs';
import { entryKinds } from '../../../shared/protocol/entry.ts';
import { noEntryHash, type SessionId } from '../../../shared/protocol/ids.ts';
import { sealUpdate } from '../../doc/entrySeal.ts';
import type { SealedRecord } from '../../doc/record.ts';
import { clientOf } from '../../doc/segmentUpdate.ts';
import { createForger, updateOf } from './forger.ts';
import { textsAtRelay } from './relayTexts.ts';
import { createTrio, type Trio } from './trio.ts';

const minuteMs = 60_000;
let trio: Trio;
beforeEach(async () => {
  trio = await createTrio('full segment');
  await trio.talk(3);
});
afterEach(() => trio.harbour.close());

/** Each in a session of its own, until the relay takes no more. */
async function fills(
  count: number,
  make: (session: SessionId) => Uint8Array,
  where: 'segment' | 'meta' = 'segment',
) {
  const { harbour, ben } = trio;
  const forger = await createForger(harbour, ben, where);
  for (let i = 0; i < count; i++) {
    const session = forger.newSession();
    const place = { kind: entryKinds[where], session, sequence: 1, previous: noEntryHash };
    const { context, document, channel } = forger;
    channel.append(await sealUpdate(context, document, place, make(session), harbour.chance.bytes));
    if (i % 50 === 49) await harbour.pass(150);
  }
  await harbour.pass(5000);
  forger.close();
  ben.setOffline(true);
  return forger.refusals();
}
const large = () => trio.harbour.chance.bytes(58_000);
const pairs = (session: SessionId) => {
  const [header, body] = [trio.harbour.chance.bytes(90), large()];
  return updateOf(session, [{ header, body } as unknown as SealedRecord]);
};
const bugs = async () => (await trio.harbour.check()).filter(({ what }) => what.startsWith('unhandled'));

test.each([
  { of: 'records', make: pairs },
  { of: 'what is no update', make: large },
])(
  '[D12] a segment full of $of of one member is sealed, and no deleted text stays in it',
  async ({ make }) => {
    const { harbour, ada, cleo, talk, says, idsOf } = trio;
    const id = await says(ada, 'gone soon');
    expect(await fills(90, make)).toContain('busy');
    // Nobody is there who would confirm a snapshot: only the segment's end makes room.
    cleo.setOffline(true);
    await ada.deletes(harbour.group, id);
    await talk(3, [ada, cleo]);
    await harbour.pass(5 * minuteMs);
    expect((await ada.chat(harbour.group))?.segments?.unsealed).toBeGreaterThan(0);
    cleo.setOffline(false);
    await talk(20, [ada, cleo]);
    await harbour.pass(5 * minuteMs);
    const left = (await textsAtRelay(harbour, ada)).filter((text) => text.includes('gone soon'));
    expect(left).toEqual([]);
    expect(await idsOf(cleo)).toEqual(await idsOf(ada));
    expect(await bugs()).toEqual([]);
  },
);

test('[S14] a fresh device reads all of a chat in which a member filled a segment', async () => {
  const { harbour, ada, cleo, talk, idsOf } = trio;
  await fills(90, pairs);
  await talk(90, [ada, cleo]);
  await harbour.pass(5 * minuteMs);
  await cleo.becomesFresh();
  await harbour.pass(15 * minuteMs);
  await talk(4, [ada, cleo]);
  await harbour.pass(minuteMs);
  expect(await idsOf(cleo)).toEqual(await idsOf(ada));
  expect((await cleo.chat(harbour.group))?.segments?.coming).toBeUndefined();
  expect(await bugs()).toEqual([]);
});

test('[D13] a meta document that fits into no snapshot is said to be so, and the chat goes on', async () => {
  const { harbour, ada, cleo, reasonsOf, talk, idsOf } = trio;
  await fills(
    80,
    (session) => {
      const doc = new Y.Doc();
      doc.clientID = clientOf(session);
      doc.getMap('noise').set(String(session), large());
      return Y.encodeStateAsUpdate(doc);
    },
    'meta',
  );
  await talk(4, [ada, cleo]);
  await harbour.pass(5 * minuteMs);
  for (const member of [ada, cleo]) await member.reads(harbour.group);
  await harbour.pass(minuteMs);
  expect(await bugs()).toEqual([]);
  expect(await idsOf(cleo)).toEqual(await idsOf(ada));
  expect(await reasonsOf(ada)).toContain('oversized-document');
});
