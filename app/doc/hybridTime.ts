// The order on screen: a hybrid logical clock (Kulkarni et al. 2014), one number, milliseconds times 1024 plus a counter.
// A wrong clock may misplace a message by minutes, never lose it.

const ticksPerMs = 1024;
/** How far ahead of this device's clock another's time may pull it. */
const maxLeadMs = 5 * 60_000;

export type HybridTime = number;

export const hybridTimeToMs = (at: HybridTime): number => Math.floor(at / ticksPerMs);

/** The time of something new: after all that was seen, and not before the clock. */
export const nextHybridTime = (latest: HybridTime, nowMs: number): HybridTime =>
  Math.max(latest + 1, nowMs * ticksPerMs);

/** Another's time as it counts here: at most five minutes ahead of this device's clock. */
export const clampHybridTime = (at: HybridTime, nowMs: number): HybridTime =>
  Math.min(at, (nowMs + maxLeadMs) * ticksPerMs);

/** Later wins; ties by id, so that everyone has the same winner. */
export const isLater = (a: { at: number; id: string }, b: { at: number; id: string } | undefined): boolean =>
  b === undefined || a.at > b.at || (a.at === b.at && a.id > b.id);
