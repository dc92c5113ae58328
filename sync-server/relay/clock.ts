// Time as the relay takes it, so that a test can be its own clock.

export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  /** Calls once after that many milliseconds, unless the returned function is called before. */
  after(delayMs: number, call: () => void): () => void;
  /** Calls at the end of this turn of the event loop. */
  soon(call: () => void): void;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  after(delayMs, call) {
    const timer = setTimeout(call, delayMs);
    timer.unref();
    return () => clearTimeout(timer);
  },
  soon: (call) => void setImmediate(call),
};
