// Devices whose clocks are wrong by days, and where what they say stands.
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createForger } from './forger.ts';
import { sealRecord } from '../../doc/record.ts';
import { startCursor } from '../../../shared/protocol/frames/cursor.ts';
import type { RecordId } from '../../../shared/protocol/ids.ts';
import { createTrio, type Trio } from './trio.ts';

const dayMs = 24 * 3600_000;
const year = 2026;
let trio: Trio;
beforeEach(async () => {
  trio = await createTrio('clocks');
});
afterEach(() => trio.harbour.close());
const timesOf = async (ids: readonly string[]) => {
  const line = await trio.cleo.timeline(trio.harbour.group);
  return ids.map((id) => line.find(({ messageId }) => messageId === id)?.sentAtMs ?? 0);
};

test('[S12] what a device says whose clock is set five days ahead, or back, stands where and when it was said', async () => {
  const { harbour, ada, ben, cleo, says, talk, idsOf } = trio;
  await talk(3);
  for (const wrongMs of [5 * dayMs, -5 * dayMs]) {
    ben.setsClock(wrongMs);
    const from = harbour.clock.now();
    const said = [await says(ada, 'before'), await says(ben, 'wrong'), await says(cleo, 'after')];
    await harbour.pass(dayMs);
    said.push(await says(ben, 'a day later'), await says(ada, 'and after that'));
    expect((await idsOf(ada)).slice(-said.length)).toEqual(said);
    for (const [index, at] of (await timesOf(said)).entries()) {
      expect(Math.abs(at - from - (index < 3 ? 0 : dayMs))).toBeLessThan(6 * 60_000);
    }
  }
  expect(await harbour.calm()).toEqual([]);
});

test('[S12] so does what it says without a network, once it has heard of the relay’s time', async () => {
  const { harbour, ada, ben, cleo, says, talk, idsOf } = trio;
  ben.setsClock(5 * dayMs);
  await talk(3);
  await harbour.pass(60_000);
  await ben.closes();
  ben.setOffline(true);
  await ben.open();
  const before = await says(ben, 'nobody is there');
  await harbour.pass(10 * 60_000);
  ben.setOffline(false);
  await harbour.pass(60_000);
  const after = [await says(ada, 'here I am'), await says(cleo, 'me too')];
  expect((await idsOf(ada)).slice(-3)).toEqual([before, ...after]);
  expect(await harbour.calm()).toEqual([]);
});

test('[D8] what went ahead with a wrong clock pulls nothing after it, and an edit of it counts', async () => {
  const { harbour, ada, ben, cleo, says, talk, idsOf } = trio;
  await talk(3);
  await ben.closes();
  ben.setOffline(true);
  ben.setsClock(5 * dayMs);
  await ben.open();
  const wrong = await says(ben, 'five days ahead');
  const [first, second] = [harbour.marked('better'), harbour.marked('best')];
  await ben.edits(harbour.group, wrong, first);
  await ben.closes();
  ben.setsClock(0);
  ben.setOffline(false);
  await ben.open();
  await harbour.pass(10 * 60_000);
  await ben.edits(harbour.group, wrong, second);
  const said = [await says(ben, 'now'), await says(ada, 'a moment later'), await says(cleo, 'and then')];
  expect((await idsOf(ada)).slice(-4)).toEqual([...said, wrong]);
  expect(await harbour.calm()).toEqual([]);
  expect((await ada.timeline(harbour.group)).at(-1)?.body).toEqual({ kind: 'text', text: second });
});

test('[D21] a message of the far future holds no place in the list of chats once others go on', async () => {
  const { harbour, ada, ben, cleo, says, talk } = trio;
  await talk(3);
  const forger = await createForger(harbour, ben);
  const { sealed } = await sealRecord(
    forger.context,
    {
      id: harbour.chance.bytes(16) as RecordId,
      body: { kind: 'message', text: harbour.marked('from the year 2248') },
      sequence: 1,
      previous: new Uint8Array(16),
      at: 2 ** 53 - 1,
      seen: startCursor,
    },
    harbour.chance.bytes,
  );
  await forger.appendsRecords([sealed]);
  forger.close();
  await harbour.pass(10 * 60_000);
  await says(ada, 'what was that?');
  await cleo.becomesFresh();
  await harbour.pass(10 * 60_000);
  await says(ada, 'never mind');
  for (const member of [ada, cleo]) {
    const rows = await member.headless().queries.read({ query: 'chats' });
    const row = rows.find(({ chatId }) => chatId === harbour.group);
    expect(new Date(row?.atMs ?? 0).getUTCFullYear()).toBe(year);
    expect(row?.preview?.text).toContain('never mind');
  }
});
