// Who joins, who leaves, and what they can read: the stories of changes to a chat's members, through the real relay.
import { afterEach, beforeEach, expect, test } from 'vitest';
import { roles } from '../../account/chatState.ts';
import { keptTelling, nothingKept, placeOf } from '../../account/keptForReturn.ts';
import type { Harbour } from './createHarbour.ts';
import type { Member } from './member.ts';
import { createTrio } from './trio.ts';

let harbour: Harbour;
let ada: Member;
let ben: Member;
let cleo: Member;
beforeEach(async () => {
  ({ harbour, ada, ben, cleo } = await createTrio('members'));
});
afterEach(() => harbour.close());

const textsOf = async (member: Member, chat: string) =>
  (await member.timeline(chat)).map(({ body }) =>
    body.kind === 'text' ? body.text.split(' ').slice(1, -1).join(' ') : body.kind,
  );
const says = async (member: Member, chat: string, text: string) => {
  await member.says(chat, harbour.marked(text)).done;
  await harbour.pass(2000);
};
/** A group of Ada and Ben alone, in which something was said. */
async function groupOfTwo() {
  const chat = (await ada.startsGroup([ben], harbour.marked('two of us'))) ?? '';
  await harbour.pass(3000);
  await says(ada, chat, 'before');
  await says(ben, chat, 'also before');
  return chat;
}
const epochOf = async (member: Member, chat: string) => (await member.chat(chat))?.epoch;
const membersOf = async (member: Member, chat: string) => (await member.chat(chat))?.members.length;

test('[L9] who is added reads what was said before, and is heard by everyone', async () => {
  const chat = await groupOfTwo();
  expect(await ada.changes(chat, 'add', cleo)).toBe(true);
  await harbour.pass(5000);
  expect(await cleo.chats()).toContain(chat);
  await says(cleo, chat, 'thank you');
  expect(await textsOf(cleo, chat)).toEqual(['before', 'also before', 'thank you']);
  expect(await harbour.calm()).toEqual([]);
  for (const member of [ada, ben, cleo]) {
    expect(await textsOf(member, chat)).toEqual(['before', 'also before', 'thank you']);
    expect(await membersOf(member, chat)).toBe(3);
    expect(await epochOf(member, chat)).toBe(1);
  }
});

test('[L9] a newcomer whose words arrive before the news of them is heard all the same', async () => {
  const chat = await groupOfTwo();
  ben.setOffline(true);
  await ada.changes(chat, 'add', cleo);
  await harbour.pass(5000);
  await says(cleo, chat, 'here I am');
  // Ben hears of her by her words alone: the first answers about the ledger are lost.
  harbour.network.failNextRequests(3);
  ben.setOffline(false);
  expect(await harbour.calm()).toEqual([]);
  expect(await textsOf(ben, chat)).toEqual(['before', 'also before', 'here I am']);
});

test('[L9] who is removed reads and says nothing more; nobody else loses a word', async () => {
  const { group } = harbour;
  await says(ada, group, 'all of us');
  ben.setOffline(true);
  await ben.says(group, harbour.marked('said under the old epoch')).done;
  expect(await ada.changes(group, 'remove', cleo)).toBe(true);
  await harbour.pass(5000);
  await says(ada, group, 'without her');
  expect(await epochOf(ada, group)).toBe(2);
  expect((await cleo.chat(group))?.isRemoved).toBe(true);
  expect(await textsOf(cleo, group)).toEqual(['all of us']);
  const answer = cleo.says(group, harbour.marked('let me in'));
  expect(await answer.done).toBe(false);
  ben.setOffline(false);
  expect(await harbour.calm()).toEqual([]);
  for (const member of [ada, ben]) {
    expect(await textsOf(member, group)).toEqual(['all of us', 'said under the old epoch', 'without her']);
    expect(await membersOf(member, group)).toBe(2);
  }
  expect(await textsOf(cleo, group)).toEqual(['all of us']);
  expect((await cleo.chat(group))?.epoch).toBe(1);
});

test('[L9] what a removed device wrote without knowing it stays with it', async () => {
  const { group } = harbour;
  cleo.setOffline(true);
  expect(await cleo.says(group, harbour.marked('too late')).done).toBe(true);
  await ada.changes(group, 'remove', cleo);
  await harbour.pass(5000);
  cleo.setOffline(false);
  await harbour.pass(30_000);
  expect((await cleo.chat(group))?.isRemoved).toBe(true);
  expect(await harbour.calm()).toEqual([]);
  expect(await textsOf(ada, group)).toEqual([]);
  expect(await textsOf(cleo, group)).toEqual(['too late']);
});

test('[L9] who is added again has all of it, and what they wrote meanwhile arrives', async () => {
  const { group } = harbour;
  cleo.setOffline(true);
  await cleo.says(group, harbour.marked('from before')).done;
  await ada.changes(group, 'remove', cleo);
  await harbour.pass(5000);
  await says(ada, group, 'behind her back');
  cleo.setOffline(false);
  await harbour.pass(30_000);
  await ada.changes(group, 'add', cleo);
  expect(await harbour.calm()).toEqual([]);
  for (const member of [ada, ben, cleo]) {
    expect((await textsOf(member, group)).toSorted()).toEqual(['behind her back', 'from before']);
  }
});

test('[L9] [L13] who is added again goes on with the box that the mail names, though one of before is lost for ever', async () => {
  const { group } = harbour;
  const backup = harbour.relay.backup();
  ben.setOffline(true);
  await ada.changes(group, 'turn');
  await harbour.pass(10_000);
  expect(await epochOf(cleo, group)).toBe(2);
  // Nobody but the relay has Ben's box of the second epoch.
  await ada.headless().storage.batch().putSetting(placeOf.telling(group), nothingKept).commit();
  await harbour.relay.restore(backup);
  harbour.relay.start();
  await harbour.pass(2 * 60_000);
  ben.setOffline(false);
  await ada.changes(group, 'remove', ben);
  await harbour.pass(2 * 60_000);
  // What would tell him that he is out he can't read. Once he is back he stands further behind than before.
  expect(await ben.chat(group)).toMatchObject({ epoch: 1, trouble: 'waiting-for-key' });
  await ada.changes(group, 'add', ben);
  await harbour.pass(10_000);
  await says(ada, group, 'welcome back');
  expect(await harbour.calm()).toEqual([]);
  for (const member of [ada, ben, cleo]) {
    expect(await textsOf(member, group)).toEqual(['welcome back']);
    expect(await epochOf(member, group)).toBe(3);
  }
});

test('[E4] an epoch turn: what waits is sealed anew, and everything goes on', async () => {
  const { group } = harbour;
  ben.setOffline(true);
  await ben.says(group, harbour.marked('one')).done;
  await ben.says(group, harbour.marked('two')).done;
  await harbour.pass(1000);
  expect(await ada.changes(group, 'turn')).toBe(true);
  await harbour.pass(5000);
  await says(cleo, group, 'three');
  await ben.closes();
  await ben.open();
  ben.setOffline(false);
  expect(await harbour.calm()).toEqual([]);
  for (const member of [ada, ben, cleo]) {
    expect((await textsOf(member, group)).toSorted()).toEqual(['one', 'three', 'two']);
    expect(await epochOf(member, group)).toBe(2);
  }
});

/** Ben is an admin too. */
async function makeBenAdmin(chat: string) {
  await ada.changes(chat, 'remove', ben);
  await harbour.pass(5000);
  await ada.changes(chat, 'add', ben, 2);
  await harbour.pass(5000);
}

test('[L10] a change decided without a network that is no longer permitted is told, and changes nothing', async () => {
  const { group } = harbour;
  await makeBenAdmin(group);
  ada.setOffline(true);
  ben.setOffline(true);
  expect(await ada.changes(group, 'remove', ben)).toBe(true);
  expect(await ben.changes(group, 'remove', cleo)).toBe(true);
  expect(await cleo.changes(group, 'turn')).toBe(false);
  ada.setOffline(false);
  await harbour.pass(20_000);
  ben.setOffline(false);
  await harbour.pass(60_000);
  expect(await epochOf(ada, group)).toBe(3);
  expect(await membersOf(ada, group)).toBe(2);
  const { storage } = ben.headless();
  expect((await storage.setAside()).map(({ reason }) => reason)).toEqual(['change not applied: forbidden']);
  expect(await storage.database.tasks.count()).toBe(0);
  expect(await harbour.calm()).toEqual([]);
});

test('[L10] of two changes at once the second is signed again on the new head', async () => {
  const { group } = harbour;
  await makeBenAdmin(group);
  await ada.changes(group, 'remove', cleo);
  await harbour.pass(5000);
  await Promise.all([ada.changes(group, 'add', cleo), ben.changes(group, 'turn')]);
  await harbour.pass(30_000);
  expect(harbour.network.seen().some((bytes) => Buffer.from(bytes).includes('head-moved'))).toBe(true);
  expect(await harbour.calm()).toEqual([]);
  const kinds = (await ada.chat(group))?.events?.map(({ kind }) => kind) ?? [];
  expect(kinds.slice(0, 3)).toEqual(['remove', 'add', 'remove']);
  expect(kinds.slice(3).toSorted()).toEqual(['add', 'turn']);
  expect(await epochOf(cleo, group)).toBe(4);
});

test('[L10] an answer that is lost with its device changes nothing twice, and the newcomer is told', async () => {
  const chat = await groupOfTwo();
  for (let turns = 0; turns < 60; turns += 6) {
    await ada.changes(chat, 'add', cleo);
    await harbour.pass(turns * 5);
    harbour.crashed();
    ada.crashes();
    await ada.open();
    await harbour.pass(90_000);
    expect(await membersOf(ada, chat)).toBe(3);
    expect((await cleo.chat(chat))?.isRemoved ?? false).toBe(false);
    expect(await cleo.chats()).toContain(chat);
    await ada.changes(chat, 'remove', cleo);
    await harbour.pass(60_000);
  }
  expect((await ada.chat(chat))?.events).toHaveLength(20);
  expect(await harbour.calm()).toEqual([]);
});

test('[A8] a change is not held up by a token that has ended by the relay’s clock, and not by the device’s', async () => {
  const { group } = harbour;
  await harbour.pass(60_000);
  ada.setsClock(-24 * 3600_000);
  await harbour.pass(11 * 60_000);
  expect(await ada.changes(group, 'turn')).toBe(true);
  await harbour.pass(60_000);
  expect(await epochOf(ada, group)).toBe(2);
});

test('[L10] a change whose answer was lost is not signed anew at a relay that has lost it: others know the first', async () => {
  const { group } = harbour;
  let known = 0;
  for (const [turns, passedMs] of [20, 40, 60, 80, 100, 130].entries()) {
    const backup = harbour.relay.backup();
    expect(await ada.changes(group, 'turn')).toBe(true);
    await harbour.pass(passedMs);
    ada.setOffline(true);
    await harbour.pass(10_000);
    if ((await epochOf(ben, group)) === turns + 2 && (await epochOf(ada, group)) === turns + 1) known++;
    ben.setOffline(true);
    cleo.setOffline(true);
    await harbour.relay.restore(backup);
    harbour.relay.start();
    ada.setOffline(false);
    await harbour.pass(90_000);
    ben.setOffline(false);
    cleo.setOffline(false);
    expect(await harbour.calm()).toEqual([]);
    for (const member of [ada, ben, cleo]) expect(await epochOf(member, group)).toBe(turns + 2);
  }
  expect(known).toBeGreaterThan(0);
});

test('[L10] at a relay that was set back a change waits until others have told it theirs', async () => {
  const chat = await groupOfTwo();
  await makeBenAdmin(chat);
  const backup = harbour.relay.backup();
  ben.setOffline(true);
  expect(await ada.changes(chat, 'turn')).toBe(true);
  await harbour.pass(10_000);
  expect(await epochOf(ada, chat)).toBe(3);
  expect(await ben.changes(chat, 'add', cleo)).toBe(true);
  await harbour.relay.restore(backup);
  harbour.relay.start();
  ben.setOffline(false);
  expect(await harbour.calm()).toEqual([]);
  for (const member of [ada, ben, cleo]) {
    const kinds = (await member.chat(chat))?.events?.map(({ kind }) => kind);
    expect(kinds).toEqual(['remove', 'add', 'turn', 'add']);
  }
});

/** A group in which Ben may remove Ada, who has told the others of it. */
async function groupOfTwoAdmins() {
  const chat = (await ada.startsGroup([], harbour.marked('three of us'))) ?? '';
  expect(await ada.changes(chat, 'add', ben, roles.admin)).toBe(true);
  await harbour.pass(20_000);
  return chat;
}
async function forgets() {
  await harbour.relay.wipe();
  harbour.relay.start();
  await harbour.pass(60_000);
}

test('[L12] who never heard of a chat is told of it again by whoever removes the one who had told them', async () => {
  const chat = await groupOfTwoAdmins();
  cleo.setOffline(true);
  expect(await ada.changes(chat, 'add', cleo)).toBe(true);
  await harbour.pass(20_000);
  expect(await ben.changes(chat, 'remove', ada)).toBe(true);
  await harbour.pass(20_000);
  await forgets();
  cleo.setOffline(false);
  await harbour.pass(10 * 60_000);
  expect(await cleo.chats()).toContain(chat);
  // Who has only read has the chat, and is told no more.
  await says(ben, chat, 'hello');
  await cleo.reads(chat);
  await harbour.pass(60_000);
  await forgets();
  await harbour.pass(10 * 60_000);
  const told = await ben.headless().storage.setting(placeOf.telling(chat), keptTelling);
  expect(told?.mails).toEqual([]);
});

test('[L12] so is who was added again, and has not heard of that', async () => {
  const chat = await groupOfTwoAdmins();
  expect(await ada.changes(chat, 'add', cleo)).toBe(true);
  await harbour.pass(20_000);
  await says(cleo, chat, 'here I am');
  expect(await ada.changes(chat, 'remove', cleo)).toBe(true);
  await harbour.pass(20_000);
  expect((await cleo.chat(chat))?.isRemoved).toBe(true);
  cleo.setOffline(true);
  expect(await ada.changes(chat, 'add', cleo)).toBe(true);
  await harbour.pass(20_000);
  expect(await ben.changes(chat, 'remove', ada)).toBe(true);
  await harbour.pass(20_000);
  await forgets();
  cleo.setOffline(false);
  await harbour.pass(10 * 60_000);
  expect((await cleo.chat(chat))?.isRemoved ?? false).toBe(false);
});
