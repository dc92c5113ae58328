// A snapshot as the relay hands it out, opened and checked; and for how long one that nobody can read is left to those who
// saw the log that it stands for.
import { equalBytes } from '../../shared/codec/bytes.ts';
import { hashSnapshot, parseSnapshot } from '../../shared/protocol/entry.ts';
import { idToText, type DocumentId } from '../../shared/protocol/ids.ts';
import { sha256 } from '../crypto/hash.ts';
import type { Clock } from '../sync/clock.ts';
import type { RelaySnapshot } from '../sync/snapshotParts.ts';
import type { ChatContext } from './chatContext.ts';
import type { DocumentRules } from './documentRules.ts';
import type { EntryFault } from './entrySeal.ts';
import type { createLedgerFirst } from './ledgerFirst.ts';
import { openSnapshot, type Snapshot } from './snapshot.ts';

/** Others look at it, and replace it, within half a minute; who has nothing of the document leaves it longer to who has. */
const patienceMs = 60_000;
const patienceWithNothingMs = 10 * 60_000;

export interface ReadSnapshotDeps {
  readonly context: ChatContext;
  readonly id: DocumentId;
  readonly rules: Pick<DocumentRules, 'snapshotKind' | 'checkState'>;
  readonly learnFirst: ReturnType<typeof createLedgerFirst>;
  readonly onSetAside: (fault: EntryFault) => void;
}

/** Undefined where it is not a snapshot of this document that anyone can use; `unjudged` while the ledger can't be read, or a key is missing. */
export async function readSnapshot(
  { context, id, rules, learnFirst, onSetAside }: ReadSnapshotDeps,
  given: RelaySnapshot,
): Promise<Snapshot | 'unjudged' | undefined> {
  if (!(await learnFirst([{ entry: given.bytes }], parseSnapshot))) return 'unjudged';
  const opened = await openSnapshot(context, id, rules.snapshotKind, given.bytes);
  if (!opened.ok) {
    onSetAside(opened.error);
    // The key of an epoch may be long in coming, and those who have it can read this one.
    return opened.error === 'missing-key' ? 'unjudged' : undefined;
  }
  const { update, sessions } = opened.value;
  const checked = isAsTold(id, given) ? rules.checkState(update, sessions) : undefined;
  if (!checked) onSetAside('bad-snapshot');
  return checked ? { ...opened.value, update: checked } : undefined;
}

/** Its name and its place are those that its publisher gave it: it is no relay's doing. */
function isAsTold(document: DocumentId, { bytes, id, cursor }: RelaySnapshot): boolean {
  const header = parseSnapshot(bytes)?.header;
  return (
    header !== undefined &&
    equalBytes(hashSnapshot(sha256, document, bytes), id) &&
    header.sequence === cursor.seq &&
    equalBytes(header.previous, cursor.hash)
  );
}

export interface UnreadableDeps {
  readonly clock: Clock;
  /** In [0, 1), for jitter only. */
  readonly randomUnit: () => number;
  /** Asks the relay for it again. */
  readonly askAgain: () => void;
}

/** Snapshots that can't be read, by which a member could keep everyone out of a document whose log went. */
export function createUnreadable(document: DocumentId, deps: UnreadableDeps) {
  let waiting: { readonly id: string; readonly until: number } | undefined;
  let cancelTimer = () => {};

  return {
    /** True once others had their time to replace this one: then the document goes on from what is here. */
    isOver(given: RelaySnapshot, hasSomething: boolean): boolean {
      if (!isAsTold(document, given)) return false;
      const id = idToText(given.id);
      const now = deps.clock.elapsed();
      const ms = (hasSomething ? patienceMs : patienceWithNothingMs) * (1 + deps.randomUnit());
      if (waiting?.id !== id) waiting = { id, until: now + ms };
      cancelTimer();
      if (now >= waiting.until) return true;
      cancelTimer = deps.clock.after(waiting.until - now, deps.askAgain);
      return false;
    },
    close: () => cancelTimer(),
  };
}
