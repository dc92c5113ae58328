// Stories of a relay that forgets what it had: a backup of yesterday, or nothing at all. What people said comes back from
// them, once, and what was deleted does not.
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createHarbour, type Harbour } from './createHarbour.ts';
import type { Member } from './member.ts';

let harbour: Harbour;
let ada: Member;
let ben: Member;
let cleo: Member;
beforeEach(async () => {
  harbour = await createHarbour({ seed: 'repair', members: 3 });
  const [a, b, c] = harbour.people;
  if (!a || !b || !c) throw new Error('expected three people');
  [ada, ben, cleo] = [a, b, c];
});
afterEach(() => harbour.close());

async function talk(count: number, people: readonly Member[] = [ada, ben, cleo]) {
  const ids: string[] = [];
  for (let i = 0; i < count; i++) {
    const { id, done } = (people[i % people.length] ?? ada).says(harbour.group, harbour.marked(`${i}`));
    await done;
    ids.push(id);
    await harbour.pass(200);
  }
  return ids;
}
const bodiesOf = async (member: Member) =>
  (await member.timeline(harbour.group)).map(({ messageId, body }) => [messageId, body]);

test("[S7] a relay set back to yesterday's backup has everything again, once, for a fresh device too", async () => {
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
