// Stories of a ledger with two branches, without malice. Ada and Ben are administrators.
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { roles } from '../../account/chatState.ts';
import { createForking, type Forking } from './forking.ts';
import type { Member } from './member.ts';
import { createTrio, type Trio } from './trio.ts';

let trio: Trio;
let forking: Forking;
beforeEach(async () => {
  trio = await createTrio('forks');
  forking = createForking(trio.harbour);
});
afterEach(() => trio.harbour.close());

const epochOf = async (member: Member) => (await member.chat(trio.harbour.group))?.epoch;
const membersOf = async (member: Member) =>
  (await member.chat(trio.harbour.group))?.members.map(({ user }) => user).toSorted();
const usersOf = (...members: readonly Member[]) => members.map((one) => one.userId()).toSorted();
/** These follow one ledger, in which they are the members, and each has all of what was said. */
async function areTogether(members: readonly Member[], said: readonly string[]) {
  for (const member of members) {
    expect(await trio.troubleOf(member)).toBeUndefined();
    expect(await trio.idsOf(member)).toEqual(expect.arrayContaining([...said]));
    expect(await membersOf(member)).toEqual(usersOf(...members));
  }
  expect(new Set(await Promise.all(members.map(epochOf))).size).toBe(1);
}

describe('two branches become one ledger again', () => {
  test('[L16] where somebody was removed in the one, and the epoch turned in the other', async () => {
    const { harbour, ada, ben, cleo, says } = trio;
    const { changed, forked, comeBack } = forking;
    const said: string[] = [];
    await forked({
      admins: [ben],
      unaware: [ada],
      lost: async () => {
        await changed(ben, 'remove', cleo);
        said.push(await says(ben, 'without her'));
      },
      found: async () => {
        await changed(ada, 'turn');
        said.push(await says(ada, 'unaware'));
      },
    });
    await comeBack(...harbour.people);
    await areTogether([ada, ben], said);
    expect((await cleo.chat(harbour.group))?.isRemoved).toBe(true);
    for (const id of said) expect(await trio.idsOf(cleo)).not.toContain(id);
    expect(await harbour.calm()).toEqual([]);
  });

  test.each([
    ['in an epoch of their own', { turnsBefore: true, waits: false }],
    ['without a new epoch', { turnsBefore: false, waits: false }],
    ['without a new epoch, and what they say waits', { turnsBefore: false, waits: true }],
  ])(
    '[L17] where somebody was added %s: they are in the other, and their words are everyone’s',
    async (_how, { turnsBefore, waits }) => {
      const { harbour, ada, ben, cleo, says } = trio;
      const { changed, forked, comeBack } = forking;
      const said: string[] = [];
      await changed(ada, 'remove', cleo);
      await forked({
        admins: [ben],
        unaware: [ada],
        lost: async () => {
          if (turnsBefore) await changed(ben, 'turn');
          await changed(ben, 'add', cleo);
          await harbour.pass(20_000);
          if (waits) for (const one of [ben, cleo]) one.setOffline(true);
          said.push(await says(cleo, 'here I am'), await says(ben, 'welcome'));
        },
        found: async () => {
          await changed(ada, 'turn');
          said.push(await says(ada, 'unaware'));
        },
      });
      await comeBack(...harbour.people);
      await areTogether([ada, ben, cleo], said);
      expect(await harbour.calm()).toEqual([]);
    },
  );

  test('[L17] where the epoch turned in both: what was said in either is read by who comes later', async () => {
    const { harbour, ada, ben, cleo, says } = trio;
    const { changed, forked, comeBack } = forking;
    const said: string[] = [];
    await changed(ada, 'remove', cleo);
    await forked({
      admins: [ben],
      unaware: [ada],
      lost: async () => {
        await changed(ben, 'turn');
        said.push(await says(ben, 'in the one'));
      },
      found: async () => {
        await changed(ada, 'turn');
        said.push(await says(ada, 'in the other'));
      },
    });
    await comeBack(...harbour.people);
    await areTogether([ada, ben], said);
    await changed(ada, 'add', cleo);
    await harbour.pass(60_000);
    await areTogether([ada, ben, cleo], said);
    expect(await harbour.calm()).toEqual([]);
    // All of it comes back once more, to a relay that has lost everything.
    await harbour.relay.wipe();
    harbour.relay.start();
    await harbour.pass(5 * 60_000);
    await trio.talk(3);
    expect(await harbour.calm()).toEqual([]);
    await areTogether([ada, ben, cleo], said);
  });

  test('[L16] where who removed somebody is removed in the other: once an administrator there has decided anew', async () => {
    const { harbour, ada, ben, cleo, says } = trio;
    const { changed, forked, comeBack } = forking;
    const said: string[] = [];
    await forked({
      admins: [ben],
      unaware: [ada],
      lost: async () => {
        await changed(ben, 'remove', cleo);
        await says(ben, 'without her');
      },
      found: async () => {
        await changed(ada, 'remove', ben);
        said.push(await says(ada, 'without him'));
      },
    });
    await comeBack(...harbour.people);
    // Out there, he need not wait. She is out by what he had decided.
    for (const one of [ben, cleo]) expect((await one.chat(harbour.group))?.isRemoved).toBe(true);
    await changed(ada, 'remove', cleo);
    await changed(ada, 'add', cleo);
    await harbour.pass(60_000);
    await areTogether([ada, cleo], said);
    expect(await harbour.calm()).toEqual([]);
  });

  test('[L17] what somebody said who was a member in the lost one alone is everyone’s', async () => {
    const { harbour, ada, ben, cleo } = trio;
    const group = (await ada.startsGroup([ben], harbour.marked('two'))) ?? '';
    await harbour.pass(20_000);
    const { changed, says, forked, comeBack } = createForking(harbour, group);
    let said: string[] = [];
    await forked({
      admins: [ben],
      unaware: [ada],
      lost: async () => {
        await changed(ben, 'add', cleo);
        await harbour.pass(20_000);
        said = [await says(cleo, 'here I was'), await says(ben, 'indeed')];
        await changed(ben, 'remove', cleo);
      },
      found: () => changed(ada, 'turn'),
    });
    await comeBack(...harbour.people);
    for (const member of [ada, ben])
      expect(await trio.idsOf(member, group)).toEqual(expect.arrayContaining(said));
    expect(await harbour.calm()).toEqual([]);
  });

  test('[L16] where who is out of the other is added again there: who they had removed is removed there, too', async () => {
    const { harbour, ada, ben, cleo, says } = trio;
    const { changed, forked, comeBack } = forking;
    await forked({
      admins: [ben],
      unaware: [ada],
      lost: () => changed(ben, 'remove', cleo),
      found: () => changed(ada, 'remove', ben),
    });
    await comeBack(...harbour.people);
    expect((await ben.chat(harbour.group))?.isRemoved).toBe(true);
    await changed(ada, 'add', ben, roles.admin);
    await harbour.pass(5 * 60_000);
    await areTogether([ada, ben], [await says(ada, 'welcome back')]);
    expect((await cleo.chat(harbour.group))?.isRemoved).toBe(true);
    expect(await harbour.calm()).toEqual([]);
  });

  test('[L16] who was removed wins nobody back by a branch of their own: it is followed once they are out of it', async () => {
    const { harbour, ada, ben, cleo, says, troubleOf } = trio;
    const { changed, forked, comeBack } = forking;
    const said: string[] = [];
    await forked({
      admins: [ben],
      unaware: [ben],
      lost: async () => {
        await changed(ada, 'remove', ben);
        said.push(await says(cleo, 'without him'));
      },
      found: async () => {
        await changed(ben, 'remove', cleo);
        await changed(ben, 'turn');
      },
    });
    await comeBack(cleo);
    expect(await troubleOf(cleo)).toBe('fork');
    said.push(await says(cleo, 'not for him either'));
    await harbour.pass(5 * 60_000);
    expect(await troubleOf(cleo)).toBe('fork');
    ada.setOffline(false);
    await harbour.pass(5 * 60_000);
    expect((await ben.chat(harbour.group))?.isRemoved).toBe(true);
    await areTogether([ada, cleo], said);
    for (const id of said) expect(await trio.idsOf(ben)).not.toContain(id);
    expect(await harbour.calm()).toEqual([]);
  });
});

test('[L16] two who have removed each other stay apart, and both are told so', async () => {
  const { harbour, ada, ben, cleo, says, troubleOf, idsOf } = trio;
  const { changed, forked, comeBack } = forking;
  await forked({
    admins: [ben],
    unaware: [ben],
    lost: async () => changed(ada, 'remove', ben),
    found: async () => changed(ben, 'remove', ada),
  });
  await comeBack(...harbour.people);
  const unread = await says(cleo, 'to Ada alone');
  await harbour.pass(10 * 60_000);
  // A branch that was looked at is looked at again when it moves, and now and then.
  let looks = 0;
  const count = (path: string, body: unknown) => {
    looks += Number(path === `/api/ledgers/${harbour.group}`);
    return body;
  };
  for (const member of [ada, cleo]) member.isLiedTo({ body: count });
  await harbour.pass(60 * 60_000);
  expect(looks).toBeLessThanOrEqual(2 * 13);
  // Nor does a decision that waits ask without end.
  await ada.changes(harbour.group, 'turn');
  await harbour.pass(60 * 60_000);
  looks = 0;
  await harbour.pass(60 * 60_000);
  expect(looks).toBeLessThanOrEqual(2 * 13 + 7);
  for (const member of [ada, cleo]) {
    expect(await troubleOf(member)).toBe('fork');
    expect(await membersOf(member)).toEqual(usersOf(ada, cleo));
  }
  expect(await membersOf(ben)).toEqual(usersOf(ben, cleo));
  expect(await idsOf(ben)).not.toContain(unread);
});
