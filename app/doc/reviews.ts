// Looking at what others publish: a new snapshot is fetched by a few of its readers, each after a while, and reviewed.
// Enough look that a bad one is noticed, few enough that a large chat does not fetch everything a hundred times.
import { equalBytes } from '../../shared/codec/bytes.ts';
import type { SnapshotId } from '../../shared/protocol/ids.ts';
import type { Clock } from '../sync/clock.ts';
import type { RelaySnapshot } from '../sync/snapshotParts.ts';

/** Readers of a chat that look, on average. */
const reviewers = 4;
const jitterMs = 15_000;
/** Bodies that are gone without a known deletion are looked at again so often, and so much later. */
const maxWaits = 4;
const waitMs = 20_000;

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
  let isScheduled = false;
  /** Reviews that are under way. */
  let running = 0;
  let waited: { readonly id: SnapshotId; readonly times: number } | undefined;
  const fetch = () => {
    isAwaited = true;
    deps.fetch();
  };
  let cancelTimer = () => {};
  function schedule(ms: number) {
    isScheduled = true;
    cancelTimer = deps.clock.after(ms, () => {
      isScheduled = false;
      fetch();
    });
  }
  function unschedule() {
    cancelTimer();
    isScheduled = false;
  }

  return {
    /** Someone else has published this. */
    due() {
      unschedule();
      waited = undefined;
      if (deps.randomUnit() * deps.readers() > reviewers) return;
      schedule(deps.randomUnit() * jitterMs);
    },
    /** Without waiting: something is to be published over it. */
    now() {
      if (waited || isAwaited) return;
      unschedule();
      fetch();
    },
    /** True where this snapshot is to be looked at again later; false when that was done often enough. */
    waits(id: SnapshotId): boolean {
      const times = waited && equalBytes(waited.id, id) ? waited.times + 1 : 1;
      waited = times > maxWaits ? undefined : { id, times };
      unschedule();
      if (waited) schedule(waitMs);
      return waited !== undefined;
    },
    /** True where a review asked for it; otherwise it belongs to the catch-up. */
    fetched(given: RelaySnapshot): boolean {
      if (!isAwaited) return false;
      isAwaited = false;
      running++;
      void deps.review(given).finally(() => running--);
      return true;
    },
    /** No snapshot is being looked at, or will be. */
    isIdle: () => !isScheduled && !isAwaited && running === 0,
    pause() {
      unschedule();
      isAwaited = false;
      waited = undefined;
    },
  };
}
