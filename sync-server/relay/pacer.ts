// Sends what a socket has missed (entries, mail) at the pace at which it takes it: some steps a turn, in turn among its
// channels, and none while its buffer is full.
import { maxStepsPerTurn, pacedAgainMs, pacedBufferBytes } from './bounds.ts';
import type { Clock } from './clock.ts';
import type { SocketPort } from './socketPort.ts';

/** Something with a backlog. `step` sends a piece of it, and is true while there is more. */
export interface Paced {
  step(): boolean;
}

export interface PacerHost {
  /** Runs a turn's steps, and deals with what they throw. */
  guard(work: () => void): void;
  /** Nothing waits any more: the pacer may go. */
  rested(): void;
}

/** A class, as are the other things of which each idle socket has one: closures made its memory half as much again. */
export class Pacer {
  readonly #clock: Clock;
  readonly #socket: SocketPort;
  readonly #host: PacerHost;
  #waiting: Set<Paced> | undefined;
  #isScheduled = false;
  #cancelTimer: (() => void) | undefined;

  constructor(clock: Clock, socket: SocketPort, host: PacerHost) {
    this.#clock = clock;
    this.#socket = socket;
    this.#host = host;
  }

  #schedule(): void {
    if (this.#isScheduled) return;
    if (!this.#waiting) {
      this.close();
      return this.#host.rested();
    }
    if (this.#socket.bufferedAmount > pacedBufferBytes) {
      this.#cancelTimer ??= this.#clock.after(pacedAgainMs, () => {
        this.#cancelTimer = undefined;
        this.#schedule();
      });
      return;
    }
    this.#isScheduled = true;
    this.#clock.soon(() => {
      this.#isScheduled = false;
      this.#host.guard(() => this.#run());
    });
  }

  #run(): void {
    for (let steps = 0; steps < maxStepsPerTurn && this.#socket.bufferedAmount <= pacedBufferBytes; steps++) {
      const [paced] = this.#waiting ?? [];
      if (!paced) break;
      // Taken out first: what throws is not asked again, and what has more goes to the end of the row.
      this.remove(paced);
      if (paced.step()) (this.#waiting ??= new Set()).add(paced);
    }
    this.#schedule();
  }

  add(paced: Paced): void {
    (this.#waiting ??= new Set()).add(paced);
    this.#schedule();
  }
  remove(paced: Paced): void {
    this.#waiting?.delete(paced);
    if (this.#waiting?.size === 0) this.#waiting = undefined;
  }
  /** The socket has room again. */
  drained(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    this.#schedule();
  }
  close(): void {
    this.#waiting = undefined;
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
  }
}
