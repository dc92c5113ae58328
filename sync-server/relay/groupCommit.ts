// Group commit: everything that arrives in one turn of the event loop becomes durable in one transaction at its end,
// and is acknowledged only after it. Where that fails, each part is tried alone, so that one can't take down the others.
import type { Result } from '../../shared/protocol/result.ts';
import { maxCommitBytes, maxCommitItems } from './bounds.ts';
import type { Clock } from './clock.ts';

export type CommitFailure = 'disk-full' | 'internal';
export interface Participant {
  /** Inside the transaction. May run twice, and changes nothing in memory. */
  store(): void;
  /** It is durable. */
  stored(): void;
  /** Nothing of it is stored. */
  failed(failure: CommitFailure): void;
}
export type GroupCommit = ReturnType<typeof createGroupCommit>;

export function createGroupCommit({
  write,
  clock,
  reportBug,
}: {
  write: (work: () => void) => Result<void, 'disk-full'>;
  clock: Clock;
  reportBug: (place: string, error: unknown) => void;
}) {
  let waiting = new Set<Participant>();
  let bytes = 0;
  let items = 0;
  let isScheduled = false;

  function attempt(participants: readonly Participant[]): CommitFailure | undefined {
    try {
      const result = write(() => participants.forEach((participant) => participant.store()));
      return result.ok ? undefined : result.error;
    } catch (error) {
      reportBug('commit', error);
      return 'internal';
    }
  }

  function settle(participant: Participant, failure: CommitFailure | undefined) {
    try {
      if (failure) participant.failed(failure);
      else participant.stored();
    } catch (error) {
      reportBug('after commit', error);
    }
  }

  function flush() {
    if (waiting.size === 0) return;
    const participants = [...waiting];
    waiting = new Set();
    bytes = 0;
    items = 0;
    const failure = attempt(participants);
    for (const participant of participants) {
      const own = failure && participants.length > 1 ? attempt([participant]) : failure;
      settle(participant, own);
    }
  }

  return {
    /** Takes part in the commit at the end of this turn; `weight` is how many bytes that adds. */
    join(participant: Participant, weight: number) {
      waiting.add(participant);
      bytes += weight;
      items += 1;
      if (bytes > maxCommitBytes || items > maxCommitItems) return flush();
      if (isScheduled) return;
      isScheduled = true;
      clock.soon(() => {
        isScheduled = false;
        flush();
      });
    },
    /** Commits now what waits. */
    flush,
  };
}
