// Stories of what was deleted for everyone: its text, and that of its edits, is nowhere any more, and does not come back.
import 'fake-indexeddb/auto';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { recordKinds } from '../../doc/bodies.ts';
import { readRecord } from '../../doc/record.ts';
import { createForger, withoutBodies } from './forger.ts';
import type { Member } from './member.ts';
import { fillDisk, placesOfBytes, whenSegmentGrew } from './rawDisk.ts';
import { textsAtRelay } from './relayTexts.ts';
import { createTrio, type Trio } from './trio.ts';

let trio: Trio;
beforeEach(async () => {
  trio = await createTrio('deleting');
  await trio.talk(3);
});
afterEach(() => trio.harbour.close());

const minuteMs = 60_000;
/** Texts with this word that the relay has, as a member's keys open them. */
const wordAtRelay = async (word: string, member: Member) =>
  (await textsAtRelay(trio.harbour, member)).filter((text) => text.includes(word));
/** How much is still to be erased, by anyone who is there. */
const erasuresOf = async (members: readonly Member[]) =>
  (await Promise.all(members.map((member) => member.headless().storage.database.erasures.toArray()))).flat();

/** In the open segment, or in one that is complete by then. */
const places = [
  { place: 'an open segment', more: 3 },
  { place: 'a complete segment', more: 40 },
];

test.each(places)('[D17] a message that is deleted takes its edits with it, in $place', async ({ more }) => {
  const { harbour, ada, ben, cleo, talk, says } = trio;
  const id = await says(ada, 'first wording');
  await ada.edits(harbour.group, id, harbour.marked('second wording'));
  await harbour.pass(2000);
  await talk(more);
  expect(await harbour.calm()).toEqual([]);
  expect(await wordAtRelay('second wording', ben)).not.toEqual([]);
  await ada.deletes(harbour.group, id);
  await harbour.pass(2 * minuteMs);
  expect(await harbour.calm()).toEqual([]);
  expect(await wordAtRelay('wording', ben)).toEqual([]);
  expect(await erasuresOf([ada, ben, cleo])).toEqual([]);
  await cleo.becomesFresh();
  expect(await harbour.calm()).toEqual([]);
  const shown = await cleo.timeline(harbour.group);
  expect(shown.map(({ messageId }) => messageId)).toEqual(await trio.idsOf(ben));
  expect(shown.find(({ messageId }) => messageId === id)?.body).toEqual({ kind: 'deleted' });
});

test('[D17] an edit that nobody else had when its message was deleted goes as well', async () => {
  const { harbour, ada, ben, says, talk } = trio;
  const id = await says(ada, 'first wording');
  ada.setOffline(true);
  await ada.edits(harbour.group, id, harbour.marked('second wording'));
  await ada.deletes(harbour.group, id);
  await harbour.pass(minuteMs);
  ada.setOffline(false);
  await talk(3);
  expect(await harbour.calm()).toEqual([]);
  await harbour.pass(10 * minuteMs);
  expect(await wordAtRelay('wording', ben)).toEqual([]);
});

test('[D17] a snapshot that erases edits of a message that nobody deleted is replaced', async () => {
  const { harbour, ada, ben, cleo, says, talk, bodiesOf, reasonsOf } = trio;
  const id = await says(ben, 'first wording');
  await ben.edits(harbour.group, id, harbour.marked('second wording'));
  await talk(8);
  expect(await harbour.calm()).toEqual([]);
  await harbour.pass(minuteMs);
  const before = await bodiesOf(ben);
  const forger = await createForger(harbour, ada);
  await forger.publishes((truth) =>
    withoutBodies(truth, (header) => {
      const record = header && readRecord(forger.context, header);
      return record?.header.kind === recordKinds.edit;
    }),
  );
  await harbour.pass(25 * minuteMs);
  expect(forger.published()).toBeGreaterThan(1);
  forger.close();
  const found = (await Promise.all([ada, ben, cleo].map(reasonsOf))).flat();
  expect(new Set(found)).toEqual(new Set(['incomplete-snapshot']));
  await cleo.becomesFresh();
  await harbour.pass(minuteMs);
  expect(await bodiesOf(cleo)).toEqual(before);
});

test.each(places)(
  '[D18] a deleted text that a backup brings back goes again, in $place',
  async ({ more }) => {
    const { harbour, ada, ben, cleo, talk, says } = trio;
    await says(ada, 'gone soon');
    const id = await says(ada, 'gone soon');
    await ada.edits(harbour.group, id, harbour.marked('gone, too'));
    await talk(more);
    expect(await harbour.calm()).toEqual([]);
    await harbour.pass(2 * minuteMs);
    const backup = harbour.relay.backup();
    await ada.deletes(harbour.group, id);
    expect(await harbour.calm()).toEqual([]);
    await harbour.pass(5 * minuteMs);
    // Who wrote it is not there.
    ada.setOffline(true);
    await harbour.relay.restore(backup);
    harbour.relay.start();
    expect(await wordAtRelay('gone, too', ben)).not.toEqual([]);
    await harbour.pass(20 * minuteMs);
    await talk(2, [ben, cleo]);
    await harbour.pass(60 * minuteMs);
    expect(await wordAtRelay('gone', ben)).toHaveLength(1);
    expect(await erasuresOf([ben, cleo])).toEqual([]);
  },
);

test('[D18] an admin lets go what somebody else said again, though nobody else is there', async () => {
  const { harbour, ada, ben, cleo, says } = trio;
  const id = await says(ada, 'gone soon');
  expect(await harbour.calm()).toEqual([]);
  for (const member of [ada, cleo]) member.setOffline(true);
  await harbour.relay.wipe();
  harbour.relay.start();
  await harbour.pass(30 * minuteMs);
  ben.setOffline(true);
  ada.setOffline(false);
  await harbour.pass(10 * minuteMs);
  expect(await wordAtRelay('gone soon', ada)).not.toEqual([]);
  await ada.deletes(harbour.group, id);
  await harbour.pass(minuteMs);
  expect(await wordAtRelay('gone soon', ada)).toEqual([]);
});

test.each(places)(
  '[D18] what somebody else said again goes once they know that it is deleted, from $place',
  async ({ more }) => {
    const { harbour, ada, ben, cleo, talk, says } = trio;
    const id = await says(cleo, 'gone soon');
    expect(await harbour.calm()).toEqual([]);
    for (const member of [ada, cleo]) member.setOffline(true);
    await harbour.relay.wipe();
    harbour.relay.start();
    await harbour.pass(30 * minuteMs);
    await talk(more, [ben]);
    expect(await wordAtRelay('gone soon', ben)).not.toEqual([]);
    cleo.setOffline(false);
    await harbour.pass(10 * minuteMs);
    await cleo.deletes(harbour.group, id);
    // By a purge: nobody looks at a snapshot so soon.
    await harbour.pass(3000);
    expect(await wordAtRelay('gone soon', ben)).toEqual([]);
  },
);

/** What is wrong with the disk as a deleted text comes back: says when that has been, and lets it go on. */
const mishaps: readonly {
  readonly mishap: string;
  readonly befall: (member: Member) => {
    readonly hasBeen: () => boolean;
    readonly end: () => Promise<unknown>;
  };
}[] = [
  {
    mishap: 'the app ends',
    befall(member) {
      let isEnded = false;
      whenSegmentGrew(member.headless().storage.name, () => {
        isEnded = true;
        trio.harbour.crashed();
        member.crashes();
      });
      return { hasBeen: () => isEnded, end: () => member.open() };
    },
  },
  {
    mishap: 'there is no room for one row',
    befall(member) {
      const { name } = member.headless().storage;
      let isRefused = false;
      const free = fillDisk('row', (store) => {
        const isIt = store.name === 'erasures' && store.transaction.db.name === name;
        isRefused ||= isIt;
        return isIt;
      });
      return { hasBeen: () => isRefused, end: async () => free() };
    },
  },
];

test.each(mishaps)(
  '[D18] a text that comes back goes again, also where $mishap as it comes',
  async ({ befall }) => {
    const { harbour, ada, ben, cleo, talk } = trio;
    ada.setOffline(true);
    // Until it is noticed, what is said is sealed at once.
    await harbour.pass(1000);
    const { id, done } = ada.says(harbour.group, harbour.marked('gone soon'));
    await done;
    const [row] = await ada.headless().storage.database.outbox.toArray();
    if (!row) throw new Error('expected a row');
    ada.setOffline(false);
    await talk(3);
    expect(await harbour.calm()).toEqual([]);
    await harbour.pass(2 * minuteMs);
    const backup = harbour.relay.backup();
    await ada.deletes(harbour.group, id);
    expect(await harbour.calm()).toEqual([]);
    await harbour.pass(5 * minuteMs);
    ada.setOffline(true);
    await harbour.relay.restore(backup);
    const { hasBeen, end } = befall(ben);
    harbour.relay.start();
    for (let i = 0; i < 600 && !hasBeen(); i++) await harbour.pass(100);
    expect(hasBeen()).toBe(true);
    await end();
    await harbour.pass(20 * minuteMs);
    await talk(2, [ben, cleo]);
    await harbour.pass(60 * minuteMs);
    expect(await wordAtRelay('gone', ben)).toEqual([]);
    expect(await placesOfBytes(ben.headless().storage.name, row.body)).toEqual([]);
    expect(await erasuresOf([ben, cleo])).toEqual([]);
  },
);
