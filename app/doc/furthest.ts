// How far a chat's segments go at the relay, asked before they are read: who was away for long goes to the newest first.

/** Looks under way at once, once there is much to look for. */
const atOnce = 64;
/** A million messages. What goes further is looked for again from there. */
const mostSegments = 1024;

/**
 * The last segment that has begun, in a row without a hole from `from` on, which has. A row with a hole has nothing behind it:
 * nobody goes on there, whatever a member has put there.
 * @param hasBegun whether the relay has something of it; false also where it can't be asked.
 */
export async function furthestBegun(
  from: number,
  hasBegun: (n: number) => Promise<boolean>,
): Promise<number> {
  let furthest = from;
  // Nearly always the next has not begun: one question then.
  for (let count = 1; furthest - from < mostSegments; count = atOnce) {
    const numbers = Array.from({ length: count }, (_, i) => furthest + 1 + i);
    const begun = (await Promise.all(numbers.map(hasBegun))).indexOf(false);
    if (begun !== -1) return furthest + begun;
    furthest += count;
  }
  return furthest;
}
