// Time as the floors above get it: injected, so that a test can hold it, skew it and let it run.

export interface Clock {
  /** Milliseconds since 1970, as far as the device's clock is right: somebody may set it at any time. */
  now(): number;
  /** Milliseconds since some moment: for waits, which nobody may make longer by setting a clock. */
  elapsed(): number;
  /** Runs once after `ms`; the returned function takes it back. */
  after(ms: number, run: () => void): () => void;
}

export const platformClock: Clock = {
  now: () => Date.now(),
  elapsed: () => performance.now(),
  after(ms, run) {
    const timer = setTimeout(run, ms);
    return () => clearTimeout(timer);
  },
};
