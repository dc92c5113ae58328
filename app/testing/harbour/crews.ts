// Crews that change as part of the weather: somebody joins, somebody is put ashore, an epoch turns; decided on a device
// that may be offline, or about to crash, or be the second to decide.
import { isAdminOf } from '../../account/storedChats.ts';
import { roles } from '../../account/chatState.ts';
import type { Chance } from './chance.ts';
import type { Harbour } from './createHarbour.ts';
import type { Member } from './member.ts';

const changeByKind = { add: 'add', removal: 'remove', epochTurn: 'turn' } as const;
const kinds = ['add', 'removal', 'epochTurn'] as const;

/** Decides what the sky says should change; nothing where nobody who is here may. */
export async function changeCrews({ sky, people }: Harbour, chance: Chance): Promise<readonly string[]> {
  const decided: string[] = [];
  for (const kind of kinds) {
    if (!sky.strikes(kind)) continue;
    const admins: { member: Member; chat: string; crew: readonly string[] }[] = [];
    for (const member of people.filter((one) => one.isOpen())) {
      for (const chat of await member.headless().storage.chats()) {
        if (chat.kind !== 'group' || chat.isRemoved || !isAdminOf(chat, member.userId())) continue;
        admins.push({ member, chat: chat.id, crew: chat.members.map(({ user }) => user) });
      }
    }
    if (admins.length === 0) continue;
    const { member, chat, crew } = chance.pick(admins);
    const others = people.filter(
      (other) => other !== member && crew.includes(other.userId()) === (kind === 'removal'),
    );
    if (kind !== 'epochTurn' && others.length === 0) continue;
    const who = kind === 'epochTurn' ? undefined : chance.pick(others);
    const role = chance.happens(0.5) ? roles.admin : roles.member;
    void member.changes(chat, changeByKind[kind], who, role);
    decided.push(`${kind} by ${member.name.split(' ')[1]}${who ? ` of ${who.name.split(' ')[1]}` : ''}`);
  }
  return decided;
}

/** What came of it: changes that counted, in the chats as they ended. */
export async function countChanges({ sky, people }: Harbour) {
  const counted = new Set<string>();
  for (const member of people) {
    for (const chat of await member.headless().storage.chats()) {
      if (chat.isRemoved || counted.has(chat.id)) continue;
      counted.add(chat.id);
      for (const event of chat.events ?? []) {
        const kind = kinds.find((one) => changeByKind[one] === event.kind);
        if (kind) sky.happened(kind);
      }
    }
  }
}
