// What a chat is at one entry of its ledger: who is in it and with which role, what it is called, how it treats history.
// And which changes may lead from one such state to the next, whoever signed them.
import { equalBytes } from '../../shared/codec/bytes.ts';
import { boolean, encode, list, struct, text, u8, varint, type ValueOf } from '../../shared/codec/codec.ts';
import { entryHash32, userId, type UserId } from '../../shared/protocol/ids.ts';
import { maxBoxes, maxNameBytes } from '../../shared/protocol/limits.ts';

export const chatKinds = { notes: 1, direct: 2, group: 3 } as const;
export type ChatKind = keyof typeof chatKinds;
const kindByNumber = new Map<number, ChatKind>(
  Object.entries(chatKinds).map(([kind, number]) => [number, kind as ChatKind]),
);
/** A kind of a newer version counts as a group: the one that promises least. */
export const chatKindOf = (kind: number): ChatKind => kindByNumber.get(kind) ?? 'group';
export const roles = { member: 1, admin: 2 } as const;

export const chatMember = struct({ user: userId, role: u8, ledgerHead: entryHash32 });
export type ChatMember = ValueOf<typeof chatMember>;
export const chatMembers = list(chatMember, maxBoxes);

export const chatState = struct({
  members: chatMembers,
  kind: u8,
  title: text(maxNameBytes),
  creator: userId,
  /** Milliseconds since 1970. */
  createdAt: varint,
  /** Whether newcomers get what was said before them. */
  isHistoryShared: boolean,
});
export type ChatState = ValueOf<typeof chatState>;

/** Numbers are inside signed entries: never reused. 4 and on: roles, settings. */
export const changeKinds = { add: 1, remove: 2, turn: 3 } as const;
export type ChangeKind = keyof typeof changeKinds;
const changeByNumber = new Map<number, ChangeKind>(
  Object.entries(changeKinds).map(([kind, number]) => [number, kind as ChangeKind]),
);
export const changeKindOf = (kind: number): ChangeKind | undefined => changeByNumber.get(kind);
/** Whether a change of this kind begins an epoch; one that doesn't must not. */
export const startsEpoch = (kind: ChangeKind): boolean => kind !== 'add';

export const memberIn = (members: readonly ChatMember[], user: UserId): ChatMember | undefined =>
  members.find((member) => equalBytes(member.user, user));
const isAdminIn = (members: readonly ChatMember[], user: UserId): boolean =>
  memberIn(members, user)?.role === roles.admin;

/** Whether `after` follows from `before` by a change of this kind, signed by this user (SPEC L7). */
export function isPermitted(before: ChatState, after: ChatState, kind: ChangeKind, signer: UserId): boolean {
  if (!isAdminIn(before.members, signer) || !isAdminIn(after.members, signer)) return false;
  if (!isSame({ ...before, members: [] }, { ...after, members: [] })) return false;
  const isGroup = chatKindOf(before.kind) === 'group';
  switch (kind) {
    case 'add':
      return isGroup && isAddition(before.members, after.members);
    case 'remove':
      return isGroup && isRemoval(before.members, after.members);
    case 'turn':
      return isSame(before, after);
    default:
      return kind satisfies never;
  }
}

const isSame = (a: ChatState, b: ChatState): boolean =>
  equalBytes(encode(chatState, a), encode(chatState, b));
const areSame = (a: readonly ChatMember[], b: readonly ChatMember[]): boolean =>
  equalBytes(encode(chatMembers, a), encode(chatMembers, b));

/** The same people in the same places, and at least one new one behind them, each once. */
function isAddition(before: readonly ChatMember[], after: readonly ChatMember[]): boolean {
  const added = after.slice(before.length);
  return (
    added.length > 0 &&
    areSame(after.slice(0, before.length), before) &&
    added.every(
      ({ user, role }, index) =>
        (role === roles.member || role === roles.admin) &&
        !memberIn(before, user) &&
        !memberIn(added.slice(0, index), user),
    )
  );
}

/** Some are gone, and the others stand as they stood. */
function isRemoval(before: readonly ChatMember[], after: readonly ChatMember[]): boolean {
  const left = before.filter(({ user }) => memberIn(after, user));
  return left.length < before.length && areSame(left, after);
}
