// Stories of a relay that forgets what it had: a backup of yesterday, or nothing at all. What people said comes back from
// them, once, and what was deleted does not.
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createTrio, type Trio } from './trio.ts';

let trio: Trio;
beforeEach(async () => {
  trio = await createTrio('repair');
});
afterEach(() => trio.harbour.close());

test("[S7] a relay set back to yesterday's backup has everything again, once, for a fresh device too", async () => {
  const { harbour, ada, ben, talk, bodiesOf } = trio;
  await talk(6);
  expect(await harbour.calm()).toEqual([]);
  await harbour.relay.stop();
  const backup = harbour.relay.backup();
  harbour.relay.start();
  await talk(30);
  expect(await harbour.calm()).toEqual([]);
  const before = await bodiesOf(ada);
  await harbour.relay.stop();
  await harbour.relay.restore(backup);
  harbour.relay.start();
  expect(await harbour.calm()).toEqual([]);
  expect(await bodiesOf(ada)).toEqual(before);
  await ben.becomesFresh();
  expect(await harbour.calm()).toEqual([]);
  expect(await bodiesOf(ben)).toEqual(before);
});

test('[S7] a relay whose database was deleted while everyone stayed up is put back by them, for a fresh device too', async () => {
  const { harbour, ada, ben, talk, bodiesOf } = trio;
  const ids = await talk(40);
  await ada.deletes(harbour.group, ids[0] ?? '');
  expect(await harbour.calm()).toEqual([]);
  const before = await bodiesOf(ada);
  await harbour.relay.wipe();
  harbour.relay.start();
  await ada.says(harbour.group, harbour.marked('said right after')).done;
  expect(await harbour.calm()).toEqual([]);
  const after = await bodiesOf(ada);
  expect(after.slice(0, before.length)).toEqual(before);
  await ben.becomesFresh();
  expect(await harbour.calm()).toEqual([]);
  expect(await bodiesOf(ben)).toEqual(after);
});

test('[S7] what only somebody offline had comes back when they return, and nothing that was deleted does', async () => {
  const { harbour, ada, ben, cleo, bodiesOf } = trio;
  cleo.setOffline(true);
  const kept = cleo.says(harbour.group, harbour.marked('only here'));
  await kept.done;
  const gone = ada.says(harbour.group, harbour.marked('deleted'));
  await gone.done;
  await harbour.pass(2000);
  await ada.deletes(harbour.group, gone.id);
  await harbour.pass(2000);
  await harbour.relay.wipe();
  harbour.relay.start();
  await harbour.pass(20 * 60_000);
  expect((await bodiesOf(ben)).map(([id]) => id)).not.toContain(kept.id);
  expect(await harbour.calm()).toEqual([]);
  const bodies = new Map((await bodiesOf(ben)) as [string, { kind: string }][]);
  expect(bodies.get(kept.id)).toEqual({ kind: 'text', text: harbour.marked('only here') });
  expect(bodies.get(gone.id)).toEqual({ kind: 'deleted' });
});

test('[S7] what came into a complete segment at a relay that was set back reaches those who have it complete', async () => {
  const { harbour, ada, ben, cleo, talk, idsOf } = trio;
  await talk(6);
  expect(await harbour.calm()).toEqual([]);
  const backup = harbour.relay.backup();
  cleo.setOffline(true);
  const late = cleo.says(harbour.group, harbour.marked('late'));
  await late.done;
  await talk(30, [ada, ben]);
  expect((await ada.chat(harbour.group))?.segments?.unsealed).toBeGreaterThan(0);
  ada.setOffline(true);
  ben.setOffline(true);
  await harbour.relay.restore(backup);
  harbour.relay.start();
  cleo.setOffline(false);
  await harbour.pass(60_000);
  expect(await harbour.calm()).toEqual([]);
  expect(await idsOf(ada)).toContain(late.id);
  await ben.becomesFresh();
  expect(await harbour.calm()).toEqual([]);
  expect(await idsOf(ben)).toEqual(await idsOf(ada));
});

test('[S7] a deletion in a complete segment is read before a full one is left whose last snapshot it explains', async () => {
  const { harbour, ada, ben, cleo, talk, bodiesOf, reasonsOf } = trio;
  const segmentsOf = async () => (await ben.chat(harbour.group))?.segments;
  await talk(6);
  expect(await harbour.calm()).toEqual([]);
  cleo.setOffline(true);
  // Alone she fills the first segment, and the second with the deletion.
  const [gone = ''] = await talk(10, [cleo]);
  await cleo.deletes(harbour.group, gone);
  await talk(15, [cleo]);
  expect((await cleo.chat(harbour.group))?.segments?.open).toBe(2);
  await talk(14, [ada, ben]);
  await harbour.pass(30_000);
  expect(await segmentsOf()).toMatchObject({ unsealed: 1 });
  const backup = harbour.relay.backup();
  await talk(12, [ada, ben]);
  await talk(7, [ben]);
  await talk(2, [ada]);
  await harbour.pass(30_000);
  expect(await segmentsOf()).toMatchObject({ open: 2, unsealed: 2 });
  ada.setOffline(true);
  ben.setOffline(true);
  await harbour.relay.restore(backup);
  harbour.relay.start();
  ben.setOffline(false);
  await harbour.pass(3000);
  cleo.setOffline(false);
  // What Ada had said in the third segment Ben says again there, and it is full by then.
  await harbour.pass(30 * 60_000);
  expect(await reasonsOf(ben)).toEqual([]);
  expect(new Map((await bodiesOf(ben)) as [string, unknown][]).get(gone)).toEqual({ kind: 'deleted' });
  expect(await harbour.calm()).toEqual([]);
});

test('[S3] a snapshot of a log that was set back is noticed by whoever was further, and what they had is said again', async () => {
  const { harbour, ada, ben, cleo, talk, says, idsOf } = trio;
  await talk(3);
  expect(await harbour.calm()).toEqual([]);
  const backup = harbour.relay.backup();
  ada.setOffline(true);
  ben.setOffline(true);
  const lost = await says(cleo, 'only the relay heard this');
  cleo.setOffline(true);
  await harbour.relay.restore(backup);
  harbour.relay.start();
  ada.setOffline(false);
  ben.setOffline(false);
  await talk(13, [ada, ben]);
  await harbour.pass(60_000);
  expect(await idsOf(ada)).not.toContain(lost);
  cleo.setOffline(false);
  expect(await harbour.calm()).toEqual([]);
  expect(await idsOf(ada)).toContain(lost);
});

test('[S7] a clock that was set back makes nobody wait', async () => {
  const { harbour, ada, ben, talk, bodiesOf } = trio;
  await talk(6);
  expect(await harbour.calm()).toEqual([]);
  const before = await bodiesOf(ada);
  for (let times = 0; times < 2; times++) {
    await harbour.relay.wipe();
    harbour.relay.start();
    await harbour.pass(60_000);
    ben.setsClock(-3 * 24 * 3600_000);
  }
  expect(await harbour.calm()).toEqual([]);
  expect(await bodiesOf(ben)).toEqual(before);
});

test('[S7] who left with a segment that a relay has filled otherwise since gets that too, however many followed it', async () => {
  const { harbour, ada, ben, cleo, talk, says, bodiesOf } = trio;
  await talk(6);
  expect(await harbour.calm()).toEqual([]);
  const backup = harbour.relay.backup();
  ada.setOffline(true);
  ben.setOffline(true);
  const complete = async () => (await cleo.chat(harbour.group))?.segments?.unsealed ?? 0;
  const before = await complete();
  while ((await complete()) === before) await says(cleo, 'the relay will lose this');
  cleo.setOffline(true);
  await harbour.relay.restore(backup);
  harbour.relay.start();
  ada.setOffline(false);
  ben.setOffline(false);
  await talk(60, [ada, ben]);
  await harbour.pass(60_000);
  cleo.setOffline(false);
  expect(await harbour.calm()).toEqual([]);
  expect(await bodiesOf(ada)).toEqual(await bodiesOf(cleo));
});

test('[S7] the words of somebody whose coming the relay has lost are read again once it is told of that', async () => {
  const { harbour, ada, ben, cleo, idsOf, reasonsOf } = trio;
  const chat = (await ada.startsGroup([ben], harbour.marked('two of us'))) ?? '';
  await harbour.pass(20_000);
  const backup = harbour.relay.backup();
  ben.setOffline(true);
  await ada.changes(chat, 'add', cleo);
  await harbour.pass(20_000);
  for (const member of [ada, cleo]) member.setOffline(true);
  await harbour.relay.restore(backup);
  harbour.relay.start();
  const { id, done } = cleo.says(chat, harbour.marked('from a newcomer'));
  await done;
  // Long enough for the message, and not for the ledger.
  cleo.setOffline(false);
  await harbour.pass(2500);
  cleo.setOffline(true);
  ben.setOffline(false);
  await harbour.pass(3 * 60_000);
  expect(await idsOf(ben, chat)).not.toContain(id);
  expect(await reasonsOf(ben)).toContain('unknown-author');
  for (const member of [ada, cleo]) member.setOffline(false);
  expect(await harbour.calm()).toEqual([]);
  expect(await idsOf(ben, chat)).toContain(id);
});
