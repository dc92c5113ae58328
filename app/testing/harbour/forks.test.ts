// Stories of a ledger with two branches: the relay is set back to a backup, and some go on from there before those come
// back who know what it has lost.
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { roles } from '../../account/chatState.ts';
import type { Member } from './member.ts';
import { createTrio, type Trio } from './trio.ts';

let trio: Trio;
beforeEach(async () => {
  trio = await createTrio('forks');
});
afterEach(() => trio.harbour.close());

const epochOf = async (member: Member) => (await member.chat(trio.harbour.group))?.epoch;
const changed = async (
  ...of: Parameters<Member['changes']> extends [string, ...infer R] ? [Member, ...R] : never
) => {
  const [member, ...change] = of;
  expect(await member.changes(trio.harbour.group, ...change)).toBe(true);
  await trio.harbour.pass(5000);
};

/**
 * Ben is an administrator, too, and everyone has said something. Then `lost` happens while those of `unaware` are away, the
 * relay is set back to before it, and `found` happens while the others are; then these come `back`.
 */
async function forked(
  unaware: readonly Member[],
  lost: () => Promise<unknown>,
  found: () => Promise<unknown>,
  back: readonly Member[] = trio.harbour.people,
): Promise<void> {
  const { harbour, ada, ben, talk } = trio;
  await changed(ada, 'remove', ben);
  await changed(ada, 'add', ben, roles.admin);
  await talk(3);
  await harbour.pass(30_000);
  const aware = harbour.people.filter((one) => !unaware.includes(one));
  const backup = harbour.relay.backup();
  for (const one of unaware) one.setOffline(true);
  await lost();
  await harbour.pass(30_000);
  for (const one of aware) one.setOffline(true);
  await harbour.relay.restore(backup);
  harbour.relay.start();
  for (const one of unaware) one.setOffline(false);
  await harbour.pass(70_000);
  await found();
  await harbour.pass(70_000);
  for (const one of aware.filter((each) => back.includes(each))) one.setOffline(false);
  await harbour.pass(5 * 60_000);
}

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
    const said: string[] = [];
    await forked(
      [ada],
      async () => {
        await changed(ben, 'remove', cleo);
        said.push(await says(ben, 'without her'));
      },
      async () => {
        await changed(ada, 'turn');
        said.push(await says(ada, 'unaware'));
      },
    );
    await areTogether([ada, ben], said);
    expect((await cleo.chat(harbour.group))?.isRemoved).toBe(true);
    for (const id of said) expect(await trio.idsOf(cleo)).not.toContain(id);
    expect(await harbour.calm()).toEqual([]);
  });

  test('[L16] where somebody was added in the one: they are added in the other, and their words are everyone’s', async () => {
    const { harbour, ada, ben, cleo, says } = trio;
    const said: string[] = [];
    await changed(ada, 'remove', cleo);
    await forked(
      [ada],
      async () => {
        await changed(ben, 'turn');
        await changed(ben, 'add', cleo);
        said.push(await says(cleo, 'here I am'), await says(ben, 'welcome'));
      },
      async () => {
        await changed(ada, 'turn');
        said.push(await says(ada, 'unaware'));
      },
    );
    await areTogether([ada, ben, cleo], said);
    expect(await harbour.calm()).toEqual([]);
  });

  test('[L17] where the epoch turned in both: what was said in either is read by who comes later', async () => {
    const { harbour, ada, ben, cleo, says } = trio;
    const said: string[] = [];
    await changed(ada, 'remove', cleo);
    await forked(
      [ada],
      async () => {
        await changed(ben, 'turn');
        said.push(await says(ben, 'in the one'));
      },
      async () => {
        await changed(ada, 'turn');
        said.push(await says(ada, 'in the other'));
      },
    );
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
    const said: string[] = [];
    await forked(
      [ada],
      async () => {
        await changed(ben, 'remove', cleo);
        await says(ben, 'without her');
      },
      async () => {
        await changed(ada, 'remove', ben);
        said.push(await says(ada, 'without him'));
      },
    );
    // Out there, he need not wait. She is out by what he had decided.
    for (const one of [ben, cleo]) expect((await one.chat(harbour.group))?.isRemoved).toBe(true);
    await changed(ada, 'remove', cleo);
    await changed(ada, 'add', cleo);
    await harbour.pass(60_000);
    await areTogether([ada, cleo], said);
    expect(await harbour.calm()).toEqual([]);
  });

  test('[L16] who was removed wins nobody back by a branch of their own: it is followed once they are out of it', async () => {
    const { harbour, ada, ben, cleo, says, troubleOf } = trio;
    const said: string[] = [];
    await forked(
      [ben],
      async () => {
        await changed(ada, 'remove', ben);
        said.push(await says(cleo, 'without him'));
      },
      async () => {
        await changed(ben, 'remove', cleo);
        await changed(ben, 'turn');
      },
      [cleo],
    );
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

describe('where somebody was added without a new epoch', () => {
  test.each([
    ['are everyone’s', false],
    ['that wait are everyone’s, too', true],
  ])('[L17] their words there %s', async (_what, isWaiting) => {
    const { harbour, ada, ben, cleo, says } = trio;
    const said: string[] = [];
    await changed(ada, 'remove', cleo);
    await forked(
      [ada],
      async () => {
        await changed(ben, 'add', cleo);
        await harbour.pass(20_000);
        if (isWaiting) for (const one of [ben, cleo]) one.setOffline(true);
        said.push(await says(cleo, 'here I am'), await says(ben, 'welcome'));
      },
      async () => {
        await changed(ada, 'turn');
        said.push(await says(ada, 'unaware'));
      },
    );
    await areTogether([ada, ben, cleo], said);
    expect(await harbour.calm()).toEqual([]);
  });
});

test('[L16] two who have removed each other stay apart, and both are told so', async () => {
  const { harbour, ada, ben, cleo, says, troubleOf, idsOf } = trio;
  await forked(
    [ben],
    async () => changed(ada, 'remove', ben),
    async () => changed(ben, 'remove', ada),
  );
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
  for (const member of [ada, cleo]) {
    expect(await troubleOf(member)).toBe('fork');
    expect(await membersOf(member)).toEqual(usersOf(ada, cleo));
  }
  expect(await membersOf(ben)).toEqual(usersOf(ben, cleo));
  expect(await idsOf(ben)).not.toContain(unread);
});
