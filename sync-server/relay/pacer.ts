// Sends what a socket has missed (entries, mail) at the pace at which it takes it: some steps a turn, in turn among its
// channels, and none while its buffer is full.
import { maxStepsPerTurn, pacedAgainMs, pacedBufferBytes } from './bounds.ts';
import type { Clock } from './clock.ts';
import type { SocketPort } from './socketPort.ts';

/** Something with a backlog. `step` sends a piece of it, and is true while there is more. */
export interface Paced {
  step(): boolean;
}
export type Pacer = ReturnType<typeof createPacer>;

export function createPacer(clock: Clock, socket: SocketPort, guard: (work: () => void) => void) {
  const waiting = new Set<Paced>();
  let isScheduled = false;
  let cancelTimer: (() => void) | undefined;

  function schedule() {
    if (isScheduled || waiting.size === 0) return;
    if (socket.bufferedAmount > pacedBufferBytes) {
      cancelTimer ??= clock.after(pacedAgainMs, () => {
        cancelTimer = undefined;
        schedule();
      });
      return;
    }
    isScheduled = true;
    clock.soon(() => {
      isScheduled = false;
      guard(run);
    });
  }

  function run() {
    for (let steps = 0; steps < maxStepsPerTurn && socket.bufferedAmount <= pacedBufferBytes; steps++) {
      const [paced] = waiting;
      if (!paced) return;
      // Taken out first: what throws is not asked again, and what has more goes to the end of the row.
      waiting.delete(paced);
      if (paced.step()) waiting.add(paced);
    }
    schedule();
  }

  return {
    add(paced: Paced) {
      waiting.add(paced);
      schedule();
    },
    remove: (paced: Paced) => void waiting.delete(paced),
    /** The socket has room again. */
    drained() {
      cancelTimer?.();
      cancelTimer = undefined;
      schedule();
    },
    close() {
      waiting.clear();
      cancelTimer?.();
    },
  };
}
