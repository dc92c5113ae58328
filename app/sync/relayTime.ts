// What time it is, as the relay has it: a device's clock may be wrong by days, and may be set while the app runs. Learned
// from the relay's answers, and kept for when there is none. A relay may lie about it, so it moves nothing by more than a
// month, and takes no record back before what was seen (`hybridTime.ts`).
import type { Clock } from './clock.ts';

/** A smaller difference is a slow answer, or a clock that is good enough. */
export const toleranceMs = 30_000;
/** A larger one is no wrong clock: browsers refuse the relay's certificate then, or the relay's own is broken. */
const maxDifferenceMs = 31 * 24 * 3600_000;
/** An answer that took longer says too little. */
const maxTookMs = 20_000;
/** A person waits for this, and seldom. */
const patienceMs = 3_000;
/** What was heard is good for so long, unless the clock is set meanwhile. */
const goodForMs = 60_000;

/** So long a start waits for the relay before it does by the time alone what can't be taken back. */
const unheardMs = 20_000;

export interface RelayClock extends Clock {
  /** By this clock or the relay's, whichever is ahead: what is later than both is in the future. */
  latest(): number;
}
export interface RelayTimeDeps {
  readonly clock: Clock;
  /** As it was left by an earlier run: by how much the relay's clock is ahead of this one. */
  readonly differenceMs: number;
  readonly onDifference: (differenceMs: number) => void;
  /** Asks the relay for anything; its answer's time is `heard`. */
  readonly ask: () => Promise<unknown>;
}
export type RelayTime = ReturnType<typeof createRelayTime>;

export function createRelayTime({ clock, differenceMs: kept, onDifference, ask }: RelayTimeDeps) {
  let differenceMs = kept;
  /** Where the clock stood beside the one that nobody sets, when the relay was heard last; undefined before. */
  let lead: number | undefined;
  let heardAt = -Infinity;
  let asking: Promise<void> | undefined;
  let onFirstHeard = () => {};
  const leadNow = () => clock.now() - clock.elapsed();
  /** By how much the clock was set since, or the device has slept. */
  const moved = () => (lead === undefined ? 0 : leadNow() - lead);

  function now(): number {
    // Back is never sleep: it was set, and what passed since is known.
    return clock.now() + differenceMs - (moved() < -toleranceMs ? moved() : 0);
  }
  function askNow(): Promise<void> {
    asking ??= new Promise<void>((resolve) => {
      const cancel = clock.after(patienceMs, resolve);
      void ask().then(() => {
        cancel();
        resolve();
      });
    }).finally(() => {
      asking = undefined;
    });
    return asking;
  }

  async function settle(): Promise<void> {
    if (moved() <= toleranceMs) return;
    await askNow();
    if (moved() <= toleranceMs) return;
    // Nothing to be had: it has slept, until the relay says otherwise.
    lead = leadNow();
    heardAt = -Infinity;
  }
  let first: Promise<void> | undefined;

  const relayClock: RelayClock = {
    now,
    latest: () => Math.max(now(), clock.now()),
    elapsed: clock.elapsed,
    after: clock.after,
  };
  return {
    clock: relayClock,
    /** @param askedAt by `elapsed`. */
    heard(relayMs: number, askedAt: number) {
      const tookMs = clock.elapsed() - askedAt;
      if (tookMs > maxTookMs) return;
      const told = relayMs + Math.round(tookMs / 2) - clock.now();
      const isUseful = Math.abs(told) > toleranceMs && Math.abs(told) <= maxDifferenceMs;
      lead = leadNow();
      heardAt = clock.elapsed();
      const before = differenceMs;
      differenceMs = isUseful ? told : 0;
      if (Math.abs(before - differenceMs) > toleranceMs) onDifference(differenceMs);
      onFirstHeard();
    },
    /** The relay can be asked again. */
    online() {
      const isFresh = clock.elapsed() - heardAt < goodForMs;
      if (!isFresh || Math.abs(moved()) > toleranceMs) void askNow();
    },
    /** Before something is said. Whether the clock was set forward or the device has slept, only the relay knows. */
    settle,
    /** Before what can't be taken back is done by the time alone. A clock may have been set while no app was open. */
    async known(): Promise<void> {
      first ??= new Promise<void>((resolve) => {
        if (lead !== undefined) return resolve();
        const cancel = clock.after(unheardMs, resolve);
        onFirstHeard = () => {
          cancel();
          resolve();
        };
      });
      await first;
      await settle();
    },
  };
}
