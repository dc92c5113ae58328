// Group commit: everything that arrives in one turn of the event loop becomes durable in one transaction at its end,
// and is acknowledged only after it. While the disk is at work on a large one the relay goes on, and what arrives
// meanwhile is the next. Where a transaction fails, each part is tried alone, so that one can't take down the others.
import type { Result } from '../../shared/protocol/result.ts';
import { maxCommitBytes, maxCommitItems, maxLightItems } from './bounds.ts';
import type { Clock } from './clock.ts';

export type CommitFailure = 'disk-full' | 'internal';
export interface Participant {
  /** Inside the transaction. May run twice, and changes nothing in memory. */
  store(): void;
  /** The transaction is through, and the next one builds on it. What this returns is called once it is durable. */
  written(): () => void;
  /** Nothing of it is stored. */
  failed(failure: CommitFailure): void;
}
type Write = (work: () => void) => Result<void, 'disk-full'>;
export interface CommitLog {
  /** One transaction: durable when this returns. */
  readonly write: Write;
  /** One transaction: durable after the next sync. */
  readonly writeUnsynced: Write;
  /** Makes durable what was written before. Throws what the disk says. */
  sync(): void;
  /** The same without waiting for it; one at a time. */
  syncApart(done: (error: Error | null) => void): void;
}
export type GroupCommit = ReturnType<typeof createGroupCommit>;

export function createGroupCommit({
  log,
  diskLost,
  clock,
  reportBug,
}: {
  log: CommitLog;
  /**
   * A sync of what was written has failed: what is on the disk is known only to who opens it anew. Nothing is told any
   * more, and the process has to end. Where nobody can be called, the relay waits for each commit.
   */
  diskLost: ((error: unknown) => void) | undefined;
  clock: Clock;
  reportBug: (place: string, error: unknown) => void;
}) {
  let waiting = new Set<Participant>();
  let bytes = 0;
  let items = 0;
  let isScheduled = false;
  /** The disk is at work on a sync apart. */
  let isAtWork = false;
  /** What is to be told once it is done, unless somebody could not wait. */
  let syncing: readonly (() => void)[] | undefined;
  /** What is durable and not told yet, in the order of the commits. */
  const durable: (() => void)[] = [];
  let isLost = false;

  function attempt(write: Write, participants: readonly Participant[]): CommitFailure | undefined {
    try {
      const result = write(() => participants.forEach((participant) => participant.store()));
      return result.ok ? undefined : result.error;
    } catch (error) {
      reportBug('commit', error);
      return 'internal';
    }
  }
  function guard(work: () => void) {
    try {
      work();
    } catch (error) {
      reportBug('after commit', error);
    }
  }

  /** What waits is written. What is to be told of it once it is durable. */
  function writeWaiting(write: Write): (() => void)[] {
    const participants = [...waiting];
    waiting = new Set();
    bytes = 0;
    items = 0;
    const calls: (() => void)[] = [];
    if (participants.length === 0) return calls;
    const failure = attempt(write, participants);
    for (const participant of participants) {
      const own = failure && participants.length > 1 ? attempt(write, [participant]) : failure;
      guard(() => (own ? participant.failed(own) : void calls.push(participant.written())));
    }
    return calls;
  }

  function tell() {
    for (let call = durable.shift(); call; call = durable.shift()) guard(call);
  }

  function lost(error: unknown) {
    if (isLost) return;
    isLost = true;
    diskLost?.(error);
  }

  function commitApart() {
    const calls = writeWaiting(log.writeUnsynced);
    if (calls.length === 0) return;
    syncing = calls;
    isAtWork = true;
    log.syncApart((error) => {
      isAtWork = false;
      // Also where somebody could not wait: it may be the next commit that failed.
      if (error) return lost(error);
      if (isLost || syncing !== calls) return;
      syncing = undefined;
      durable.push(...calls);
      // The disk goes on while these are told.
      commit();
      tell();
    });
  }

  /** Of what is being synced and what waits, all is durable and told when this returns. */
  function flush() {
    if (isLost) return;
    const before = syncing;
    syncing = undefined;
    const calls = writeWaiting(log.write);
    try {
      // Also after a commit: one that changed nothing has synced nothing.
      if (before) log.sync();
    } catch (error) {
      return lost(error);
    }
    durable.push(...(before ?? []), ...calls);
    tell();
  }

  function commit() {
    if (isLost) return;
    if (diskLost && items > maxLightItems && !isAtWork) commitApart();
    else flush();
  }

  return {
    /** Takes part in the commit at the end of this turn; `weight` is how many bytes that adds. */
    join(participant: Participant, weight: number) {
      waiting.add(participant);
      bytes += weight;
      items++;
      if (bytes > maxCommitBytes || items > maxCommitItems) return flush();
      if (isScheduled) return;
      isScheduled = true;
      clock.soon(() => {
        isScheduled = false;
        if (!syncing) commit();
      });
    },
    /** Commits now what waits, and returns when it is durable and told; after a sync that failed, nothing is. */
    flush,
  };
}
