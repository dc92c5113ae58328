// Stories of a relay that forgot, whose segments become complete, or are looked at, in another order than they were filled.
import { afterEach, beforeEach, expect, test } from 'vitest';
import { idToText } from '../../../shared/protocol/ids.ts';
import { openChatAccess } from '../../account/chatAccess.ts';
import type { Member } from './member.ts';
import { createTrio, type Trio } from './trio.ts';

let trio: Trio;
beforeEach(async () => {
  trio = await createTrio('repair in order');
});
afterEach(() => trio.harbour.close());

const segmentsOf = async (member: Member) => (await member.chat(trio.harbour.group))?.segments;

async function documentOf(member: Member, n: number): Promise<string> {
  const { storage, engine } = member.headless();
  const chat = await storage.chat(trio.harbour.group);
  const identity = engine.member()?.identity;
  if (!chat || !identity) throw new Error('expected a member of the group');
  return idToText(openChatAccess(chat, identity).documents.segment(n));
}

/** Keeps this person from saying that the first segment is full. */
async function withholdsFirstSeal(member: Member) {
  const first = await documentOf(member, 0);
  const channels = new Set<number>();
  member.isLiedTo({
    up(frame) {
      if (frame.type === 'subscribe') {
        if (idToText(frame.document) === first) channels.add(frame.channel);
        else channels.delete(frame.channel);
      }
      return frame.type === 'publish' && channels.has(frame.channel) ? [] : [frame];
    },
  });
}

test('[S7] a segment that is complete at the relay before those before it holds up no repair', async () => {
  const { harbour, ada, ben, cleo, talk, says, idsOf } = trio;
  expect(await harbour.calm()).toEqual([]);
  for (const member of [ada, ben, cleo]) {
    await withholdsFirstSeal(member);
    // Their channels are begun anew, so that it is known which they are.
    member.setOffline(true);
    member.setOffline(false);
  }
  await talk(18);
  await harbour.pass(10_000);
  for (const member of [ada, ben, cleo]) {
    expect(await segmentsOf(member)).toMatchObject({ open: 1, unsealed: 0 });
  }
  const backup = harbour.relay.backup();
  cleo.setOffline(true);
  const lost = await says(ada, 'only Ben has this in the end');
  for (const member of [ada, ben]) member.setOffline(true);
  const unsaid = ben.says(harbour.group, harbour.marked('not said yet'));
  await unsaid.done;
  await harbour.relay.restore(backup);
  harbour.relay.start();
  cleo.setOffline(false);
  while ((await segmentsOf(cleo))?.open !== 2) await talk(1, [cleo]);
  await harbour.pass(30_000);
  cleo.setOffline(true);
  ben.isLiedTo();
  ben.setOffline(false);
  await harbour.pass(5 * 60_000);
  ben.setOffline(true);
  cleo.setOffline(false);
  await harbour.pass(60_000);
  for (const id of [lost, unsaid.id]) expect(await idsOf(cleo)).toContain(id);
  for (const member of [ada, ben, cleo]) {
    member.isLiedTo();
    member.setOffline(false);
  }
  expect(await harbour.calm()).toEqual([]);
});

test('[S7] a deletion in an older complete segment is read before a full one is left, though a newer one is not answered for', async () => {
  const { harbour, ada, ben, cleo, talk, bodiesOf, reasonsOf } = trio;
  await talk(6);
  expect(await harbour.calm()).toEqual([]);
  cleo.setOffline(true);
  // Alone she fills the first segment, and the second with the deletion, and the third.
  const [gone = ''] = await talk(10, [cleo]);
  await cleo.deletes(harbour.group, gone);
  while ((await segmentsOf(cleo))?.open !== 3) await talk(1, [cleo]);
  await talk(14, [ada, ben]);
  await harbour.pass(30_000);
  expect(await segmentsOf(ben)).toMatchObject({ unsealed: 1 });
  const backup = harbour.relay.backup();
  while ((await segmentsOf(ben))?.open !== 3) await talk(2, [ada, ben]);
  await talk(7, [ben]);
  await talk(2, [ada]);
  await harbour.pass(30_000);
  expect(await segmentsOf(ben)).toMatchObject({ open: 3, unsealed: 3 });
  ada.setOffline(true);
  ben.setOffline(true);
  await harbour.relay.restore(backup);
  harbour.relay.start();
  const newest = await documentOf(ben, 2);
  ben.isLiedTo({
    up: (frame) => (frame.type === 'look' && idToText(frame.document) === newest ? [] : [frame]),
  });
  ben.setOffline(false);
  await harbour.pass(3000);
  cleo.setOffline(false);
  await harbour.pass(30 * 60_000);
  expect(await reasonsOf(ben)).toEqual([]);
  expect(new Map((await bodiesOf(ben)) as [string, unknown][]).get(gone)).toEqual({ kind: 'deleted' });
  ben.isLiedTo();
  expect(await harbour.calm()).toEqual([]);
});
