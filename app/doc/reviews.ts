// Looking at what others publish: a new snapshot is fetched by a few of its readers, each after a while, and reviewed.
// Enough look that a bad one is noticed, few enough that a large chat does not fetch everything a hundred times.
import type { Clock } from '../sync/clock.ts';
import type { RelaySnapshot } from '../sync/snapshotParts.ts';

/** Readers of a chat that look, on average. */
const reviewers = 4;
const jitterMs = 15_000;

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
  let cancelTimer = () => {};

  return {
    /** Someone else has published this. */
    due() {
      cancelTimer();
      if (deps.randomUnit() * deps.readers() > reviewers) return;
      cancelTimer = deps.clock.after(deps.randomUnit() * jitterMs, () => {
        isAwaited = true;
        deps.fetch();
      });
    },
    /** Without waiting: something is to be published over it. */
    now() {
      cancelTimer();
      isAwaited = true;
      deps.fetch();
    },
    /** True where a review asked for it; otherwise it belongs to the catch-up. */
    fetched(given: RelaySnapshot): boolean {
      if (!isAwaited) return false;
      isAwaited = false;
      void deps.review(given);
      return true;
    },
    pause() {
      cancelTimer();
      isAwaited = false;
    },
  };
}
