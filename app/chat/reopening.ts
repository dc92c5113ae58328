// When a chat's documents may begin another life: at once the first time that the relay has lost theirs, and each time
// only after twice as long as the last. A relay may forget again at once, or only say so.
import type { Clock } from '../sync/clock.ts';

const firstPauseMs = 10_000;
const maxPauseMs = 10 * 60_000;

/** @param reopen is called once for any number of asks before it. */
export function createReopening(clock: Clock, reopen: (chat: string) => void) {
  const last = new Map<string, { readonly at: number; readonly pauseMs: number }>();
  const waiting = new Set<string>();

  function ask(chat: string) {
    if (waiting.has(chat)) return;
    const before = last.get(chat);
    const now = clock.elapsed();
    const waitMs = before ? before.at + before.pauseMs - now : 0;
    if (waitMs > 0) {
      waiting.add(chat);
      clock.after(waitMs, () => {
        waiting.delete(chat);
        ask(chat);
      });
      return;
    }
    const isCalm = !before || now > before.at + 10 * maxPauseMs;
    last.set(chat, { at: now, pauseMs: isCalm ? firstPauseMs : Math.min(before.pauseMs * 2, maxPauseMs) });
    reopen(chat);
  }
  return { ask };
}
