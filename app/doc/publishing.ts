// When a document's snapshot is published, and how often it is tried: after so much of its log (whoever of its readers is
// first), when it is complete (a seal), and when bodies were erased (a purge). One at a time, by compare-and-swap.
import { equalBytes, type Bytes } from '../../shared/codec/bytes.ts';
import type { Cursor } from '../../shared/protocol/frames/cursor.ts';
import { idToText, noSnapshot, parseId, type SessionId, type SnapshotId } from '../../shared/protocol/ids.ts';
import { maxPurgedSessions } from '../../shared/protocol/limits.ts';
import type { RefusalCode } from '../../shared/protocol/refusals.ts';
import type { Clock } from '../sync/clock.ts';
import type { NewSnapshot } from '../sync/snapshotParts.ts';
import type { DocumentLimits } from './documentLimits.ts';
import type { OwnSnapshot } from './ownSnapshots.ts';

/** Who is first is left to chance, so that not everyone seals the same. */
const jitterMs = 8_000;
/** A seal is waited for, and a purge promised at once. */
const soonMs = 500;
/** No answer for so long: the socket broke, or the relay forgot. */
const answerWithinMs = 60_000;
const againMs = 5_000;
/** What is too large may have shrunk by then; each try reads all of it. */
const tooLargeAgainMs = 10 * 60_000;

export interface PublishingDeps {
  readonly limits: DocumentLimits;
  readonly clock: Clock;
  /** In [0, 1), for jitter only. */
  readonly randomUnit: () => number;
  readonly cursor: () => Cursor;
  /** Caught up, and all that this device wrote is acknowledged. */
  readonly isReady: () => boolean;
  /** The line takes more than it has. */
  readonly hasRoom: () => boolean;
  /** The state at the cursor, sealed; with the snapshot's id. Undefined where it is too large for one. */
  readonly build: () => Promise<OwnSnapshot | undefined>;
  readonly publish: (snapshot: NewSnapshot) => void;
  /** Fetches the current snapshot and looks at it; `seen` when that is done. */
  readonly look: () => void;
  readonly onPurged: () => void;
}
export interface KnownSnapshot {
  readonly id: SnapshotId;
  readonly seq: number;
}
/** The relay's, and whether this device has seen what is in it: nothing is published over one that it hasn't. */
interface Current extends KnownSnapshot {
  readonly isSeen: boolean;
}

export function createPublishing(deps: PublishingDeps, known: KnownSnapshot | undefined) {
  const { clock } = deps;
  let current: Current = { id: noSnapshot, seq: 0, ...known, isSeen: true };
  let bytesSince = 0;
  let wantsSeal = false;
  /** The current one is worth less than what is here. */
  let wantsCorrection = false;
  /** Sessions whose erased bodies are still at the relay, but for those that the snapshot under way names. */
  const purge = new Set<string>();
  /** What is erased in these from now on takes another purge. */
  let named: readonly string[] = [];
  /** Sessions that are not this person's in the relay's eyes: a purge may not name them. */
  const foreign = new Set<string>();
  /** So many a purge names: where several are refused together, half of them are tried. */
  let atOnce = maxPurgedSessions;
  /**
   * Bodies in the log up to there were erased here that this device may not purge: a snapshot without them, once others
   * have seen it, lets them go, too.
   */
  let erasedBy: { readonly seq: number } | undefined;
  let underWay: { readonly id: SnapshotId; readonly erasedBy: typeof erasedBy } | undefined;
  let isBuilding = false;
  let isTooLarge = false;
  let isClosed = false;
  let isScheduled = false;
  let cancelTimer = () => {};
  let cancelAnswer = () => {};

  const isDue = () =>
    deps.cursor().seq - current.seq >= deps.limits.dueEntries || bytesSince >= deps.limits.dueBytes;
  const isUrgent = () => wantsSeal || wantsCorrection || purge.size > 0;
  const wants = () => isUrgent() || erasedBy !== undefined || isDue();

  function schedule(atLeastMs = 0) {
    if (isScheduled || isClosed || underWay || isBuilding || !wants()) return;
    isScheduled = true;
    const spread = isUrgent() ? soonMs : jitterMs;
    cancelTimer = clock.after(atLeastMs + deps.randomUnit() * spread, () => {
      isScheduled = false;
      void run();
    });
  }

  async function run() {
    if (isClosed || underWay || isBuilding || !wants()) return;
    if (!deps.isReady() || !deps.hasRoom()) return schedule(againMs);
    if (!current.isSeen) return deps.look();
    isBuilding = true;
    // Of more than it may name, the others go in the next one.
    named = [...purge].slice(0, atOnce);
    for (const session of named) purge.delete(session);
    const covered = erasedBy;
    const built = await deps
      .build()
      .catch((error: unknown) => {
        failed();
        throw error;
      })
      .finally(() => {
        isBuilding = false;
      });
    if (isClosed) return;
    isTooLarge = !built;
    if (!built) {
      failed();
      return schedule(tooLargeAgainMs);
    }
    const { bytes, id } = built;
    underWay = { id, erasedBy: covered };
    cancelAnswer = clock.after(answerWithinMs, () => {
      failed();
      schedule();
    });
    deps.publish({
      bytes,
      previous: current.id,
      isSeal: wantsSeal,
      purged: named.flatMap((key) => parseId<SessionId>(key, 8) ?? []),
    });
  }

  const erase = () => (erasedBy = { seq: deps.cursor().seq });
  const isErased = () => purge.size === 0 && named.length === 0 && !erasedBy;

  /** What lies in a session that it may not name goes with a plain snapshot. */
  function forbidden(purged: readonly string[]) {
    atOnce = Math.ceil(purged.length / 2);
    if (purged.length > 1) return;
    for (const session of purged) {
      foreign.add(session);
      purge.delete(session);
    }
    erase();
  }

  function answered() {
    cancelAnswer();
    underWay = undefined;
    named = [];
  }
  /** Nothing came of the snapshot under way. */
  function failed() {
    for (const session of named) purge.add(session);
    answered();
  }

  return {
    current: () => current,
    /** Entries were added to the log. */
    grew(bytes: number) {
      bytesSince += bytes;
      schedule();
    },
    /** The document is full: its next snapshot is its last. */
    seal() {
      wantsSeal = true;
      schedule();
    },
    /** Another's snapshot left something out, or can't be read. */
    correct() {
      wantsCorrection = true;
      schedule();
    },
    /** Bodies of these sessions were erased here, and are to go from the relay; of none that this device may name. */
    purge(sessions: readonly SessionId[]) {
      const named = sessions.map(idToText).filter((session) => !foreign.has(session));
      for (const session of named) purge.add(session);
      if (named.length === 0 || named.length < sessions.length) erase();
      schedule();
    },
    /** Another's snapshot, which stands for the log up to there, was looked at: what was erased here isn't in it. */
    goneBy(seq: number) {
      if (!erasedBy || seq < erasedBy.seq) return;
      erasedBy = undefined;
      if (isErased()) deps.onPurged();
    },
    /** The document has this snapshot now. True where it is this device's own. */
    published(id: SnapshotId, cursor: Cursor, isSeal: boolean): boolean {
      const isOwn = underWay !== undefined && equalBytes(underWay.id, id);
      const isKnown = equalBytes(current.id, id);
      if (cursor.seq >= current.seq && !isKnown) {
        current = { id, seq: cursor.seq, isSeen: isOwn };
        bytesSince = 0;
      }
      if (isSeal) wantsSeal = false;
      if (isOwn) {
        if (erasedBy === underWay?.erasedBy) erasedBy = undefined;
        answered();
        if (isErased()) deps.onPurged();
        wantsCorrection = false;
      }
      schedule();
      return isOwn;
    },
    /** This device knows what is in it now; whole, it needs no correction, whatever was wrong with one before. */
    seen(id: SnapshotId, isWhole = false) {
      if (equalBytes(current.id, id)) {
        current = { ...current, isSeen: true };
        if (isWhole) wantsCorrection = false;
      }
      schedule();
    },
    isCorrecting: () => wantsCorrection,
    isNews: (id: SnapshotId) => !equalBytes(current.id, id),
    refused(code: RefusalCode, detail: Bytes) {
      if (!underWay) return;
      const purged = named;
      failed();
      if (code === 'snapshot-moved' && detail.length === 16) {
        current = { ...current, id: detail as SnapshotId, isSeen: equalBytes(detail, noSnapshot) };
      }
      if (code === 'forbidden' && purged.length > 0) forbidden(purged);
      schedule(code === 'snapshot-moved' ? soonMs : againMs);
    },
    /** Nothing is to be published, as far as it can be, or under way. */
    isIdle: () => (isTooLarge || !wants()) && !underWay && !isBuilding,
    /** The channel is live again: what waited for that, and is waited for, goes soon. */
    resume() {
      if (isUrgent()) {
        cancelTimer();
        isScheduled = false;
      }
      schedule();
    },
    pause: failed,
    close() {
      isClosed = true;
      cancelTimer();
      cancelAnswer();
    },
  };
}
export type Publishing = ReturnType<typeof createPublishing>;
