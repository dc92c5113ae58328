// Stories of a member who would hide others' words from the repair of a relay that forgot: by records of their own under the
// ids of these, and by more beside them than fits.
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startCursor } from '../../../shared/protocol/frames/cursor.ts';
import { parseId, type RecordId } from '../../../shared/protocol/ids.ts';
import { sealRecord } from '../../doc/record.ts';
import { createForger } from './forger.ts';
import type { Backup } from './harbourRelay.ts';
import type { Member } from './member.ts';
import { createTrio, type Trio } from './trio.ts';

let trio: Trio;
let backup: Backup;
beforeEach(async () => {
  trio = await createTrio('hiding');
  await trio.talk(3);
  expect(await trio.harbour.calm()).toEqual([]);
  backup = trio.harbour.relay.backup();
});
afterEach(() => trio.harbour.close());

const minuteMs = 60_000;
const unsealed = async (member: Member) => (await member.chat(trio.harbour.group))?.segments?.unsealed ?? 0;

/** Ben puts records under the id of a word of Ada's, signed by nobody. */
async function forges(id: string, count: number) {
  const { harbour, ada, ben } = trio;
  const recordId = parseId<RecordId>(id, 16);
  if (!recordId) throw new Error('expected an id');
  const forger = await createForger(harbour, ben);
  const forgery = {
    id: recordId,
    body: { kind: 'message', text: 'a lie' },
    sequence: 900,
    previous: new Uint8Array(16),
    at: harbour.clock.now() * 1024,
    seen: startCursor,
  } as const;
  const records = Array.from({ length: count }, () =>
    sealRecord(forger.inTheNameOf(ada), forgery, harbour.chance.bytes),
  );
  await forger.appendsRecords((await Promise.all(records)).map(({ sealed }) => sealed));
  expect(forger.refusals()).toEqual([]);
  forger.close();
}
async function isSetBack() {
  const { harbour, ada, ben, cleo } = trio;
  for (const member of [ada, ben, cleo]) member.setOffline(true);
  await harbour.relay.restore(backup);
  harbour.relay.start();
  await cleo.becomesFresh();
  cleo.setOffline(false);
}

test('[S7] another record under the id of a word in an open segment does not keep that from being said again', async () => {
  const { harbour, ada, says, idsOf, cleo } = trio;
  const id = await says(ada, 'the word');
  await forges(id, 100);
  await harbour.pass(10_000);
  await isSetBack();
  ada.setOffline(false);
  await harbour.pass(minuteMs);
  expect(await idsOf(cleo)).toContain(id);
});

test('[S7] nor in a complete one', async () => {
  const { harbour, ada, cleo, talk, says, idsOf } = trio;
  const id = await says(ada, 'the word');
  // Of several sessions: whichever copy comes last.
  for (let i = 0; i < 3; i++) await forges(id, 1);
  while ((await unsealed(ada)) < 1) await talk(2, [ada, cleo]);
  await harbour.pass(minuteMs / 2);
  await isSetBack();
  await harbour.pass(minuteMs);
  while ((await unsealed(cleo)) < 1) await talk(1, [cleo]);
  await harbour.pass(minuteMs);
  expect(await idsOf(cleo)).not.toContain(id);
  ada.setOffline(false);
  await harbour.pass(20 * minuteMs);
  expect(await idsOf(cleo)).toContain(id);
});

test('[S7] what comes beside more than a snapshot holds is taken all the same', async () => {
  const { harbour, ada, ben, cleo, talk, says, idsOf } = trio;
  async function junk() {
    ada.setOffline(true);
    cleo.setOffline(true);
    ben.isLiedTo({ up: (frame) => (frame.type === 'publish' ? [] : [frame]) });
    ben.setOffline(false);
    const forger = await createForger(harbour, ben);
    for (let i = 0; i < 5; i++) {
      const body = harbour.chance.bytes(480 * 1024);
      await forger.appendsRecords([{ header: harbour.chance.bytes(100), body }]);
    }
    expect(forger.refusals()).toEqual([]);
    forger.close();
    ben.setOffline(true);
    ben.isLiedTo();
  }
  await junk();
  ada.setOffline(false);
  await harbour.pass(minuteMs / 3);
  while ((await unsealed(ada)) < 1) await talk(2, [ada]);
  await harbour.pass(minuteMs);
  await isSetBack();
  await harbour.pass(minuteMs);
  const late = await says(cleo, 'late word');
  await junk();
  cleo.setOffline(false);
  await harbour.pass(minuteMs);
  while ((await unsealed(cleo)) < 1) await talk(1, [cleo]);
  await harbour.pass(minuteMs);
  ada.setOffline(false);
  await harbour.pass(20 * minuteMs);
  expect(await idsOf(ada)).toContain(late);
});
