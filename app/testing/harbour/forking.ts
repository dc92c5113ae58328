// How a group's ledger gets two branches: the relay is set back to a backup, and some go on from there before
// those come back who know what it has lost.
import { expect } from 'vitest';
import { roles } from '../../account/chatState.ts';
import type { Harbour } from './createHarbour.ts';
import type { Member } from './member.ts';
import { sayingIn } from './trio.ts';

export interface Forked {
  /** Besides the first, who made the group. */
  readonly admins: readonly Member[];
  /** Away while `lost` happens. The others are while `found` does, and stay away. */
  readonly unaware: readonly Member[];
  readonly lost: () => Promise<unknown>;
  readonly found: () => Promise<unknown>;
}

export type Forking = ReturnType<typeof createForking>;

export function createForking(harbour: Harbour, group = harbour.group) {
  const sayingHere = sayingIn(harbour);
  const says = (member: Member, text: string) => sayingHere(member, text, group);

  /** Decides, and the relay has it. */
  async function changed(member: Member, change: 'add' | 'remove' | 'turn', who?: Member, role?: number) {
    expect(await member.changes(group, change, who, role)).toBe(true);
    await harbour.pass(5000);
  }

  async function forked({ admins, unaware, lost, found }: Forked) {
    const [first] = harbour.people;
    if (!first) throw new Error('a harbour without people');
    for (const member of admins) {
      await changed(first, 'remove', member);
      await changed(first, 'add', member, roles.admin);
    }
    for (const member of harbour.people) if (await member.chat(group)) await says(member, 'hello');
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
  }

  /** At once, and meet what is there. */
  async function comeBack(...members: readonly Member[]) {
    for (const member of members) member.setOffline(false);
    await harbour.pass(5 * 60_000);
  }
  return { says, changed, forked, comeBack };
}
