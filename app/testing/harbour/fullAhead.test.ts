// A member who fills segments that nobody has reached yet, and what waits in a segment as it becomes full.
import 'fake-indexeddb/auto';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { entryKinds } from '../../../shared/protocol/entry.ts';
import { noEntryHash, type SessionId } from '../../../shared/protocol/ids.ts';
import { sealUpdate } from '../../doc/entrySeal.ts';
import type { SealedRecord } from '../../doc/record.ts';
import { createForger, updateOf } from './forger.ts';
import { textsAtRelay } from './relayTexts.ts';
import { createTrio, type Trio } from './trio.ts';

const minuteMs = 60_000;
let trio: Trio;
beforeEach(async () => {
  trio = await createTrio('full ahead');
  await trio.talk(3);
});
afterEach(() => trio.harbour.close());

async function fills(n: number, isRecords: boolean) {
  const { harbour, ben } = trio;
  const forger = await createForger(harbour, ben, 'segment', n);
  const { context, document, channel } = forger;
  const random = harbour.chance.bytes;
  for (let i = 0; i < 58; i++) {
    const session = random(8) as SessionId;
    const pair = { header: random(90), body: random(58_000) } as unknown as SealedRecord;
    const update = isRecords ? updateOf(session, [pair]) : random(58_000);
    const place = { kind: entryKinds.segment, session, sequence: 1, previous: noEntryHash };
    channel.append(await sealUpdate(context, document, place, update, random));
    if (i % 20 === 19) await harbour.pass(100);
  }
  await harbour.pass(1000);
  forger.close();
  return forger.refusals();
}

test.each([1, 4])(
  '[D12] who only reads hears what is said behind %s full segments with nothing in them',
  async (many) => {
    const { harbour, ada, ben, cleo, talk, idsOf } = trio;
    for (let n = 0; n < many; n++) await fills(n, false);
    ben.setOffline(true);
    const said = await talk(4, [ada]);
    await harbour.pass(10 * minuteMs);
    expect(await idsOf(cleo)).toEqual(expect.arrayContaining([...said]));
    await cleo.becomesFresh();
    await harbour.pass(25 * minuteMs);
    expect(await idsOf(cleo)).toEqual(await idsOf(ada));
  },
);

test.each([true, false])(
  '[D12] an edit, a deletion and a reaction that wait in a segment as it becomes full go on: records %s',
  async (isRecords) => {
    const { harbour, ada, ben, cleo, says, idsOf, bodiesOf, talk } = trio;
    const gone = await says(ada, 'gone soon');
    const kept = await says(ada, 'changed soon');
    ada.setOffline(true);
    await ada.deletes(harbour.group, gone);
    await ada.edits(harbour.group, kept, harbour.marked('changed'));
    const waits = ada.says(harbour.group, harbour.marked('waits'));
    await harbour.clock.until(waits.done);
    await fills(0, isRecords);
    ben.setOffline(true);
    ada.setOffline(false);
    await harbour.pass(3 * minuteMs);
    await talk(20, [ada, cleo]);
    await harbour.pass(5 * minuteMs);
    expect(await idsOf(cleo)).toEqual(await idsOf(ada));
    expect(await bodiesOf(cleo)).toEqual(await bodiesOf(ada));
    expect(await idsOf(cleo)).toContain(waits.id);
    expect((await textsAtRelay(harbour, ada)).filter((text) => text.includes('gone soon'))).toEqual([]);
  },
);
