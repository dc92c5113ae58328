// A ledger that parts from the one read before: a relay that was set back, or lies, has another branch of it. Whether this
// device may follow there, and what an administrator of both has to do for it. Nobody follows to whom their own branch has
// removed, nor to whom these have brought: a relay in league with them gains nothing by a fork (SPEC L16).
import { idToText } from '../../shared/protocol/ids.ts';
import type { StoredChat } from '../storage/models.ts';
import { roles } from './chatState.ts';
import type { ReadLedger } from './storedChats.ts';
import type { ChangeTask } from './tasks.ts';

interface Event {
  readonly kind: 'add' | 'remove' | 'turn';
  readonly by: string;
  readonly who: readonly string[];
}
/** What a branch has from the parting on; users as text. */
export interface Branch {
  readonly events: readonly Event[];
  /** At its end. */
  readonly members: readonly string[];
}
export interface Verdict {
  readonly mayFollow: boolean;
  /** This person is out there, and no unwanted one has put them out. What follows that they can't read. */
  readonly isOut: boolean;
  /** Members there who are to be removed before anybody follows. */
  readonly remove: readonly string[];
  /** Members here who are to be added there. */
  readonly add: readonly string[];
}

/**
 * @param own the branch that this device has read before
 * @param found the one that the relay has
 */
export function judgeFork(own: Branch, found: Branch, self: string): Verdict {
  const unwanted = new Set(removedIn(own));
  /** Removed there by somebody who may. */
  const gone = new Set<string>();
  for (const { kind, by, who } of found.events) {
    const isBad = unwanted.has(by);
    for (const user of who) {
      if (kind === 'add' && isBad) unwanted.add(user);
      else if (kind === 'add') gone.delete(user);
      // They lack the keys of the epoch that begins here: who adds them again knows what they do.
      else if (kind === 'remove' && !isBad && !unwanted.delete(user)) gone.add(user);
    }
  }
  // Whom these brought here, nobody brings there unasked.
  const out = new Set([...removedIn(own), ...gone]);
  for (const { kind, by, who } of own.events) {
    if (kind === 'add' && out.has(by)) for (const user of who) out.add(user);
  }
  const remove = found.members.filter((user) => unwanted.has(user));
  const missing = own.members.filter((user) => !found.members.includes(user));
  const isOut = missing.includes(self) && out.has(self);
  return {
    mayFollow: remove.length === 0 && (isOut || !missing.includes(self)),
    isOut,
    remove,
    add: missing.filter((user) => !out.has(user)),
  };
}

const removedIn = ({ events, members }: Branch): readonly string[] =>
  events.flatMap(({ kind, who }) => (kind === 'remove' ? who.filter((user) => !members.includes(user)) : []));

/** What a chat's row says to another branch; undefined where what was read is no other. */
export function verdictOn(
  { events = [], members }: StoredChat,
  { ledger, fork }: ReadLedger,
  self: string,
): Verdict | undefined {
  if (!fork) return undefined;
  const isBehind = ({ position }: { readonly position: number }) => position >= fork.at;
  const own = { events: events.filter(isBehind), members: members.map(({ user }) => user) };
  const found = {
    events: ledger.events
      .filter(isBehind)
      .map(({ kind, by, who }) => ({ kind, by: idToText(by), who: who.map(idToText) })),
    members: ledger.members.map(({ person }) => idToText(person.user)),
  };
  return judgeFork(own, found, self);
}

/** Removes who stands in the way. Who that is, is found when its turn comes: by then the relay may have another branch. */
export const removalFor = ({ id, epoch }: StoredChat): ChangeTask => ({
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
