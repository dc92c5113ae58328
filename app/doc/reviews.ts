// Looking at what others publish: a new snapshot is fetched by a few of its readers, each after a while, and reviewed.
// Enough look that a bad one is noticed, few enough that a large chat does not fetch everything a hundred times.
import { equalBytes } from '../../shared/codec/bytes.ts';
import type { SnapshotId } from '../../shared/protocol/ids.ts';
import type { Clock } from '../sync/clock.ts';
import type { RelaySnapshot } from '../sync/snapshotParts.ts';

/** Readers of a chat that look, on average. */
const reviewers = 4;
const jitterMs = 15_000;
/**
 * Bodies that are gone without a known deletion are looked at again so often, each time after twice as long, twenty minutes
 * in all: the deletion may be with somebody who has only just come back to a relay that had lost it.
 */
const maxWaits = 6;
const waitMs = 20_000;
/** Time for those who saw the whole log to look at a snapshot, to correct it, and to look at that. */
const believingMs = 60_000;

export interface ReviewsDeps {
  readonly clock: Clock;
  /** In [0, 1). */
  readonly randomUnit: () => number;
  readonly readers: () => number;
  readonly fetch: () => void;
  readonly review: (snapshot: RelaySnapshot) => Promise<void>;
}

export function createReviews(deps: ReviewsDeps) {
  let isAwaited = false;
  /** Somebody else's newest is still to be looked at by this device. */
  let isOwed = false;
  let isScheduled = false;
  /** Reviews that are under way. */
  let running = 0;
  let believesUntil = 0;
  const isBelieving = () => deps.clock.elapsed() < believesUntil;
  let waited: { readonly id: SnapshotId; readonly times: number; readonly until: number } | undefined;
  /** One that was taken, and is to be looked at as it came. */
  let held: RelaySnapshot | undefined;
  const fetch = () => {
    isAwaited = true;
    deps.fetch();
  };
  function look(given: RelaySnapshot) {
    running++;
    void deps.review(given).finally(() => running--);
  }
  let cancelTimer = () => {};
  function schedule(ms: number) {
    isScheduled = true;
    cancelTimer = deps.clock.after(ms, () => {
      isScheduled = false;
      const given = held;
      held = undefined;
      if (given) look(given);
      else fetch();
    });
  }
  function unschedule() {
    cancelTimer();
    isScheduled = false;
  }
  const later = () => schedule(deps.randomUnit() * jitterMs);

  return {
    /** What this device has, it has by the word of another who published it: those who know better go first. */
    believed() {
      believesUntil = deps.clock.elapsed() + believingMs;
    },
    isBelieving,
    /** Someone else has published this. */
    due() {
      unschedule();
      waited = held = undefined;
      isOwed = isBelieving() || deps.randomUnit() * deps.readers() <= reviewers;
      if (isOwed) later();
    },
    /** What this device had seems not to be in it: it is looked at once deletions that came with it are known. */
    owes(given: RelaySnapshot) {
      isOwed = true;
      held = given;
    },
    isOwed: () => isOwed,
    /** @param isWhole it has all that the log had, and so has this device. */
    done(isWhole: boolean) {
      isOwed = false;
      waited = undefined;
      if (isWhole) believesUntil = 0;
    },
    /** The channel is live again. */
    resume() {
      if (waited) schedule(waited.until - deps.clock.elapsed());
      else if (isOwed) later();
    },
    /** Without waiting: something is to be published over it. */
    now() {
      if (waited || isAwaited) return;
      unschedule();
      held = undefined;
      fetch();
    },
    /** True where this snapshot is to be looked at again later; false when that was done often enough. */
    waits(id: SnapshotId): boolean {
      const times = waited && equalBytes(waited.id, id) ? waited.times + 1 : 1;
      const ms = waitMs * 2 ** (times - 1);
      waited = times > maxWaits ? undefined : { id, times, until: deps.clock.elapsed() + ms };
      unschedule();
      if (waited) schedule(ms);
      return waited !== undefined;
    },
    /** True where a review asked for it; otherwise it belongs to the catch-up. */
    fetched(given: RelaySnapshot): boolean {
      if (!isAwaited) return false;
      isAwaited = false;
      look(given);
      return true;
    },
    /** No snapshot is being looked at, or will be. */
    isIdle: () => !isScheduled && !isAwaited && running === 0,
    pause() {
      unschedule();
      isAwaited = false;
    },
  };
}
