// A clock that stands still until it is turned, for what takes minutes.
import type { Clock } from '../../../sync-server/relay/clock.ts';

export interface TurnedClock extends Clock {
  advance(ms: number): void;
}

export function createTurnedClock(): TurnedClock {
  let now = Date.UTC(2026, 0, 1);
  const timers = new Set<{ readonly at: number; readonly call: () => void }>();
  return {
    now: () => now,
    after(delayMs, call) {
      const timer = { at: now + delayMs, call };
      timers.add(timer);
      return () => void timers.delete(timer);
    },
    soon: (call) => void setImmediate(call),
    advance(ms) {
      now += ms;
      for (const timer of [...timers].filter(({ at }) => at <= now)) {
        timers.delete(timer);
        timer.call();
      }
    },
  };
}
