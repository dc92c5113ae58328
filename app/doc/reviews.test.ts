import { expect, test } from 'vitest';
import type { Cursor } from '../../shared/protocol/frames/cursor.ts';
import type { LogHash, SnapshotId } from '../../shared/protocol/ids.ts';
import type { RelaySnapshot } from '../sync/snapshotParts.ts';
import { createVirtualClock } from '../testing/harbour/virtualClock.ts';
import { createReviews } from './reviews.ts';

const cursor: Cursor = { seq: 1, hash: new Uint8Array(16) as LogHash };
const given: RelaySnapshot = {
  id: new Uint8Array(16).fill(1) as SnapshotId,
  cursor,
  isSeal: false,
  bytes: new Uint8Array(0),
};

function createLooking(readers: number, unit: number) {
  const clock = createVirtualClock(0);
  const seen = { fetched: 0, reviewed: 0 };
  const reviews = createReviews({
    clock: clock.view(),
    randomUnit: () => unit,
    readers: () => readers,
    fetch: () => void seen.fetched++,
    review: async () => void seen.reviewed++,
  });
  return { clock, reviews, seen };
}

test("[D15] another's snapshot is looked at by four readers on average, however many there are", () => {
  for (const readers of [1, 4, 5, 100]) {
    let looking = 0;
    for (let i = 0; i < 100; i++) {
      const { reviews } = createLooking(readers, (i + 0.5) / 100);
      reviews.due();
      looking += Number(reviews.isOwed());
    }
    expect(looking).toBe(Math.round(100 * Math.min(1, 4 / readers)));
  }
});

test('[D15] who believed one looks for sure at what comes within a minute, however many readers there are', async () => {
  const { clock, reviews, seen } = createLooking(100, 0.9);
  reviews.due();
  expect(reviews.isOwed()).toBe(false);
  reviews.believed();
  await clock.pass(59_000);
  reviews.due();
  expect(reviews.isOwed()).toBe(true);
  await clock.pass(15_000);
  expect(seen.fetched).toBe(1);
  reviews.done(false);
  reviews.due();
  expect(reviews.isOwed()).toBe(false);
});

test('[D15] what was taken and lacks something is looked at as it came, once the document is live', async () => {
  const { clock, reviews, seen } = createLooking(100, 0.9);
  reviews.owes(given);
  expect(reviews.isOwed()).toBe(true);
  await clock.pass(60_000);
  expect(seen).toEqual({ fetched: 0, reviewed: 0 });
  reviews.resume();
  await clock.pass(15_000);
  expect(seen).toEqual({ fetched: 0, reviewed: 1 });
});
