// How long to wait before the next try: doubling, bounded, and with full jitter so that a relay that comes back is not
// met by everyone in the same second.

/** First wait, as an upper bound: short, because most breaks are a tunnel or a lift. */
const firstMs = 500;
/** Long enough to spare a relay that is down, short enough that nobody reloads the page. */
const longestMs = 30_000;

/** @param attempt 0 for the first retry. @param unit random in [0, 1). @returns milliseconds. */
export const backoffMs = (attempt: number, unit: number): number =>
  Math.round(Math.min(longestMs, firstMs * 2 ** Math.min(attempt, 16)) * (0.5 + unit / 2));
