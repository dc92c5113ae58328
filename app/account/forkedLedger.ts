// A ledger that parts from the one read before: a relay that was set back, or lies, has another branch of it. Whether this
// device may follow there, and what it has to do for it, or once it has. Nobody follows to whom their own branch has removed,
// nor to whom these have brought, nor into an epoch whose key they may have: a relay in league with them gains nothing by a
// fork (SPEC L16). What the own branch has added is added there by who had added it: they alone know whether it still holds.
import { idToText } from '../../shared/protocol/ids.ts';
import type { StoredChat } from '../storage/models.ts';
import { roles } from './chatState.ts';
import { removedBehind, type ReadLedger } from './storedChats.ts';
import type { ChangeTask } from './tasks.ts';

interface Event {
  readonly kind: 'add' | 'remove' | 'turn';
  readonly by: string;
  readonly who: readonly string[];
}
interface Member {
  readonly user: string;
  readonly role: number;
}
/** What a branch has from the parting on; users as text. */
export interface Branch {
  readonly events: readonly Event[];
  /** At its end. */
  readonly members: readonly Member[];
}
export interface OwnBranch extends Branch {
  /** Whom it has removed, or one that was left before. */
  readonly removed: readonly string[];
}
export interface Verdict {
  readonly mayFollow: boolean;
  /** This person is out there, and no unwanted one has put them out, or back in. What follows that they can't read. */
  readonly isOut: boolean;
  /** Members there who are to be removed before anybody follows. */
  readonly remove: readonly string[];
  /** Who was removed here has the key of the newest epoch there: before anybody follows another is to begin. */
  readonly isEpochKnown: boolean;
  /** Members here whom this device is to add there. */
  readonly add: readonly string[];
}

/**
 * @param own the branch that this device has read before
 * @param found the one that the relay has
 */
export function judgeFork(own: OwnBranch, found: Branch, self: string): Verdict {
  const removed = [...own.removed, ...demotedIn(own, found)];
  const unwanted = new Set(removed);
  /** Removed there by somebody who may. */
  const gone = new Set<string>();
  let hasRemoved = false;
  for (const { kind, by, who } of found.events) {
    const isBad = unwanted.has(by);
    for (const user of who) {
      if (kind === 'add' && isBad) unwanted.add(user);
      else if (kind === 'add') gone.delete(user);
      else if (kind === 'remove' && !isBad) {
        // They lack the keys of the epoch that begins here: who adds them again knows what they do.
        if (unwanted.delete(user)) hasRemoved ||= by === self;
        else gone.add(user);
      }
    }
  }
  // Whom these brought here, nobody brings there unasked.
  const out = new Set([...removed, ...gone]);
  for (const { kind, by, who } of own.events) {
    if (kind === 'add' && out.has(by)) for (const user of who) out.add(user);
  }
  const remove = found.members.flatMap(({ user }) => (unwanted.has(user) ? [user] : []));
  const isEpochKnown = removed.length > 0 && !found.events.some(({ kind }) => kind !== 'add');
  const missing = own.members.flatMap(({ user }) => (isIn(found, user) ? [] : [user]));
  // Whom an unwanted one has brought back is put out all the same.
  const isOut = missing.includes(self) ? out.has(self) : unwanted.has(self) && gone.has(self);
  /** An unwanted one has put them out, and whoever removed that one puts it right. */
  const isOwn = (user: string) => {
    const added = own.events.findLast(({ kind, who }) => kind === 'add' && who.includes(user));
    return added ? added.by === self : hasRemoved;
  };
  return {
    mayFollow: remove.length === 0 && !isEpochKnown && (isOut || !missing.includes(self)),
    isOut,
    remove,
    isEpochKnown,
    add: missing.filter((user) => !gone.has(user) && isOwn(user)),
  };
}

const isIn = ({ members }: Branch, user: string) => members.some((member) => member.user === user);

/** Who is no administrator here any more, and is one there, or was for long enough. */
function demotedIn(own: Branch, found: Branch): readonly string[] {
  const isAdmin = ({ members }: Branch, user: string) =>
    members.some((member) => member.user === user && member.role === roles.admin);
  return own.events
    .flatMap(({ kind, who }) => (kind === 'remove' ? who : []))
    .filter((user) => isIn(own, user) && !isAdmin(own, user))
    .filter((user) => isAdmin(found, user) || found.events.some(({ by }) => by === user));
}

/** What a chat's row says to another branch; undefined where what was read is no other. */
export function verdictOn(row: StoredChat, { ledger, fork }: ReadLedger, self: string): Verdict | undefined {
  if (!fork) return undefined;
  const { events = [], members, unwanted = [] } = row;
  const isBehind = ({ position }: { readonly position: number }) => position >= fork.at;
  const own = {
    events: events.filter(isBehind),
    members: members.map(({ user, role = roles.member }) => ({ user, role })),
    removed: [...unwanted, ...removedBehind(row, fork.at)],
  };
  const found = {
    events: ledger.events
      .filter(isBehind)
      .map(({ kind, by, who }) => ({ kind, by: idToText(by), who: who.map(idToText) })),
    members: ledger.members.map(({ person, role }) => ({ user: idToText(person.user), role })),
  };
  return judgeFork(own, found, self);
}

/** Opens the way there. What that takes, is found when its turn comes: by then the relay may have another branch. */
export const openingOf = ({ id, epoch }: StoredChat): ChangeTask => ({
  kind: 'change',
  chat: id,
  change: 'remove',
  users: [],
  role: roles.member,
  since: epoch,
  isOfFork: true,
});

/** Adds these members of a row, each as they stood there. */
export const additionsFor = (before: StoredChat, users: readonly string[]): readonly ChangeTask[] =>
  before.members
    .filter(({ user }) => users.includes(user))
    .map(({ user, role = roles.member }) => ({
      kind: 'change',
      chat: before.id,
      change: 'add',
      users: [user],
      role,
      since: before.epoch,
    }));
