// Looking at what others publish: a new snapshot is fetched by a few of its readers, each after a while, and reviewed.
// Enough look that a bad one is noticed, few enough that a large chat does not fetch everything a hundred times.
import { equalBytes } from '../../shared/codec/bytes.ts';
import type { SnapshotId } from '../../shared/protocol/ids.ts';
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
  let awaited: SnapshotId | undefined;
  let cancelTimer = () => {};

  return {
    /** Someone else has published this. */
    due(snapshot: SnapshotId) {
      cancelTimer();
      awaited = undefined;
      if (deps.randomUnit() * deps.readers() > reviewers) return;
      cancelTimer = deps.clock.after(deps.randomUnit() * jitterMs, () => {
        awaited = snapshot;
        deps.fetch();
      });
    },
    /** True where a review asked for it; otherwise it belongs to the catch-up. */
    fetched(given: RelaySnapshot): boolean {
      if (!awaited) return false;
      const isAwaited = equalBytes(awaited, given.id);
      awaited = undefined;
      if (isAwaited) void deps.review(given);
      return true;
    },
    pause() {
      cancelTimer();
      awaited = undefined;
    },
  };
}
