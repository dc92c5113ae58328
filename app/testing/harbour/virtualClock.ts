// One clock for everyone in the harbour. It stands still until it is told to pass time; then it calls what is due, in
// order, and lets each call's consequences come to rest before the next. A minute costs what happens in it.
import { createTurns } from './turns.ts';

interface Timer {
  readonly at: number;
  readonly n: number;
  readonly run: () => void;
}

/** A clock as one party sees it: skewed, and stopped when the party is gone. */
export interface ClockView {
  now(): number;
  /** Never set. */
  elapsed(): number;
  after(ms: number, run: () => void): () => void;
  soon(run: () => void): void;
  /** Nothing that it was asked for happens any more. */
  stop(): void;
}
export type VirtualClock = ReturnType<typeof createVirtualClock>;

export function createVirtualClock(startMs: number) {
  const turns = createTurns();
  let now = startMs;
  let nextNumber = 0;
  /** Sorted by time, then by when they were asked for. */
  const timers: Timer[] = [];

  function after(ms: number, run: () => void): () => void {
    // Whole, as the platform's clock is.
    const timer = { at: now + Math.max(0, Math.ceil(ms)), n: nextNumber++, run };
    let [low, high] = [0, timers.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      const other = timers[middle];
      if (other && other.at <= timer.at) low = middle + 1;
      else high = middle;
    }
    timers.splice(low, 0, timer);
    return () => {
      const index = timers.indexOf(timer);
      if (index !== -1) timers.splice(index, 1);
    };
  }

  /** Passes time; `isDone` is looked at whenever all is at rest. */
  async function pass(ms: number, isDone: () => boolean = () => false) {
    const end = now + ms;
    for (;;) {
      await turns.rest();
      const [next] = timers;
      if (isDone()) return;
      if (!next || next.at > end) break;
      now = Math.max(now, next.at);
      while (timers[0] && timers[0].at <= now) timers.shift()?.run();
    }
    now = end;
  }

  return {
    now: () => now,
    elapsed: () => now,
    after,
    pass,
    turns,
    /** Passes as much time as it takes for the promise to settle, up to `withinMs`. */
    async until<T>(promise: Promise<T>, withinMs = 10 * 60_000): Promise<T> {
      let isSettled = false;
      const settle = () => {
        isSettled = true;
      };
      promise.then(settle, settle);
      await pass(withinMs, () => isSettled);
      if (!isSettled) throw new Error(`nothing came of it within ${withinMs} ms`);
      return promise;
    },
    /** @param skewMs how far ahead of the others this party is; it may change. */
    view(skewMs = () => 0): ClockView {
      let isStopped = false;
      return {
        now: () => now + skewMs(),
        elapsed: () => now,
        after: (ms, run) => (isStopped ? () => {} : after(ms, () => isStopped || run())),
        soon: (run) => void setImmediate(() => isStopped || run()),
        stop() {
          isStopped = true;
        },
      };
    },
  };
}
