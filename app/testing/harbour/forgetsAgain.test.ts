// Stories of a relay that forgets more than once, before all of what it had forgotten is there again.
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { UpFrame } from '../../../shared/protocol/frames/up.ts';
import type { Member } from './member.ts';
import { createTrio, type Trio } from './trio.ts';

let trio: Trio;
beforeEach(async () => {
  trio = await createTrio('forgets again');
});
afterEach(() => trio.harbour.close());

const segmentsOf = async (member: Member) =>
  (await member.chat(trio.harbour.group))?.segments ?? { open: 0, unsealed: 0 };

async function forgets() {
  await trio.harbour.relay.wipe();
  trio.harbour.relay.start();
}

test('[S7] what was read while a complete segment was being put back is kept, also where the relay forgets that too', async () => {
  const { harbour, ada, ben, cleo, talk, idsOf } = trio;
  await talk(6);
  expect(await harbour.calm()).toEqual([]);
  cleo.setOffline(true);
  const late = cleo.says(harbour.group, harbour.marked('late'));
  await late.done;
  await talk(14, [ada, ben]);
  await harbour.pass(30_000);
  expect(await segmentsOf(ben)).toMatchObject({ unsealed: 1 });
  ada.setOffline(true);
  await forgets();
  // While Ben waits for others' records there, Cleo comes by with what only she has, and never again.
  await harbour.pass(1000);
  cleo.setOffline(false);
  for (let steps = 0; steps < 400 && !(await idsOf(ben)).includes(late.id); steps++) await harbour.pass(100);
  expect(await idsOf(ben)).toContain(late.id);
  expect(await segmentsOf(ben)).toMatchObject({ unchecked: 1 });
  cleo.setOffline(true);
  ben.setOffline(true);
  await forgets();
  ben.setOffline(false);
  await harbour.pass(10 * 60_000);
  ada.setOffline(false);
  await harbour.pass(10 * 60_000);
  expect(await idsOf(ada)).toContain(late.id);
});

test('[S7] a complete segment is looked at until that was answered, though the next one is as the relay has it', async () => {
  const { harbour, ada, ben, cleo, talk, idsOf } = trio;
  await talk(6);
  expect(await harbour.calm()).toEqual([]);
  cleo.setOffline(true);
  const late = cleo.says(harbour.group, harbour.marked('late'));
  await late.done;
  // The first segment is full, and for a while nobody can say so.
  const withheld = (type: string) => ({ up: (frame: UpFrame) => (frame.type === type ? [] : [frame]) });
  for (const member of [ada, ben]) member.isLiedTo(withheld('publish'));
  await talk(10, [ada, ben]);
  await harbour.pass(10_000);
  expect(await segmentsOf(ada)).toMatchObject({ open: 1, unsealed: 0 });
  const backup = harbour.relay.backup();
  for (const member of [ada, ben]) member.isLiedTo();
  await harbour.pass(60_000);
  expect(await segmentsOf(ada)).toMatchObject({ open: 1, unsealed: 1 });
  ada.setOffline(true);
  ben.setOffline(true);
  await harbour.relay.restore(backup);
  harbour.relay.start();
  cleo.setOffline(false);
  await harbour.pass(60_000);
  ben.setOffline(false);
  await harbour.pass(60_000);
  expect(await idsOf(ben)).toContain(late.id);
  while ((await segmentsOf(ben)).open === 1) await talk(1, [ben]);
  await harbour.pass(30_000);
  ada.isLiedTo(withheld('look'));
  ada.setOffline(false);
  await harbour.pass(60_000);
  expect(await segmentsOf(ada)).toMatchObject({ unsealed: 2 });
  expect(await idsOf(ada)).not.toContain(late.id);
  ada.isLiedTo();
  await ada.closes();
  await ada.open();
  expect(await harbour.calm()).toEqual([]);
  expect(await idsOf(ada)).toContain(late.id);
});
