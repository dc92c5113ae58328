// What was freed still lies in the write-ahead log after its commit. Whoever has promised that it is gone waits here: the
// log is emptied once for all that wait at the end of a turn, and only then are they called (SPEC R34).
import type { Log } from '../log/createLog.ts';
import { diskFullRetryMs } from './bounds.ts';
import type { Clock } from './clock.ts';

export type Wiping = ReturnType<typeof createWiping>;

export function createWiping({
  log,
  clock,
  reportBug,
}: {
  log: Pick<Log, 'emptyWriteAheadLog'>;
  clock: Clock;
  reportBug: (place: string, error: unknown) => void;
}) {
  let waiting: (() => void)[] = [];
  let isScheduled = false;

  function flush() {
    if (waiting.length === 0) return;
    try {
      if (!log.emptyWriteAheadLog().ok) return again();
    } catch (error) {
      reportBug('wiping', error);
      return again();
    }
    const calls = waiting;
    waiting = [];
    for (const call of calls) call();
  }
  /** It is durable, and stays promised. */
  function again() {
    clock.after(diskFullRetryMs, flush);
  }

  return {
    /** Calls once nothing that is freed by now is in any file. */
    afterwards(call: () => void) {
      waiting.push(call);
      if (isScheduled) return;
      isScheduled = true;
      clock.soon(() => {
        isScheduled = false;
        flush();
      });
    },
    flush,
  };
}
