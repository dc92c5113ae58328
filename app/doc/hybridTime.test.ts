import { expect, test } from 'vitest';
import fc from 'fast-check';
import { clampHybridTime, hybridTimeToMs, nextHybridTime } from './hybridTime.ts';

const ms = fc.integer({ min: 0, max: 4_000_000_000_000 });

test('[D8] a new time is after all that was seen, and not before the clock', () => {
  fc.assert(
    fc.property(ms, ms, (seenMs, nowMs) => {
      const seen = seenMs * 1024 + 7;
      const next = nextHybridTime(seen, nowMs);
      expect(next).toBeGreaterThan(seen);
      expect(hybridTimeToMs(next)).toBeGreaterThanOrEqual(nowMs);
      expect(Number.isSafeInteger(next)).toBe(true);
    }),
  );
});

test("[D8] another's time pulls this device's at most five minutes ahead", () => {
  const nowMs = 1_767_225_600_000;
  const wild = (nowMs + 86_400_000) * 1024;
  const seen = clampHybridTime(wild, nowMs);
  expect(hybridTimeToMs(nextHybridTime(seen, nowMs)) - nowMs).toBe(5 * 60_000);
  expect(clampHybridTime(nowMs * 1024, nowMs)).toBe(nowMs * 1024);
});
