// A ledger that parts from the one read before: a relay that was set back, or lies, has another branch of it. Whether this
// device may follow there, and what an administrator of both has to do first. Nobody follows to whom their own branch has
// removed, nor to whom these have brought: a relay in league with them gains nothing by a fork (SPEC L16).

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
  /** Members there who are to be removed before anybody follows. */
  readonly remove: readonly string[];
  /** Members here who are to be added there. */
  readonly add: readonly string[];
}

/**
 * @param admins who were administrators where the branches part
 * @param own the branch that this device has read before
 * @param found the one that the relay has
 */
export function judgeFork(admins: readonly string[], own: Branch, found: Branch, self: string): Verdict {
  const unwanted = unwantedIn(admins, own, found);
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
  const remove = found.members.filter((user) => unwanted.has(user));
  const isIn = found.members.includes(self) || !own.members.includes(self);
  return {
    mayFollow: gone.has(self) || (remove.length === 0 && isIn),
    remove,
    add: own.members.filter((user) => !found.members.includes(user) && !gone.has(user)),
  };
}

/**
 * Whom the own branch has removed for good. What somebody decided whom the other branch removes does not count, if it does
 * so by an administrator of before whom the own branch has not removed.
 */
function unwantedIn(admins: readonly string[], own: Branch, found: Branch): Set<string> {
  const removals = removalsOf(own);
  const mayRemove = (user: string) => admins.includes(user) && !removals.some(({ who }) => who === user);
  const isVoid = (signer: string) => removalsOf(found).some(({ by, who }) => who === signer && mayRemove(by));
  return new Set(
    removals.filter(({ by, who }) => !own.members.includes(who) && !isVoid(by)).map(({ who }) => who),
  );
}

const removalsOf = ({ events }: Branch) =>
  events.flatMap(({ kind, by, who }) => (kind === 'remove' ? who.map((user) => ({ by, who: user })) : []));
