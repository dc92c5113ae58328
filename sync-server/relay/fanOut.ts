// Stored entries as frames for many readers: consecutive entries of one author travel together, and a frame is built
// once for all readers whose channel has the same number.
import type { Bytes } from '../../shared/codec/bytes.ts';
import { encodeDownTo } from '../../shared/protocol/frames/down.ts';
import { maxBatchBytes, maxBatchEntries } from '../../shared/protocol/limits.ts';
import type { Follower, PendingEntry } from './room.ts';

/** A copy in Node's pool, where it is small: making room of its own takes longer, and a frame is gone in a moment. */
const pooled = (written: Bytes): Bytes => Buffer.from(written);

export interface Run {
  readonly author: Follower;
  readonly firstSeq: number;
  readonly entries: readonly PendingEntry[];
  frameFor(channel: number): Uint8Array;
}

/** Splits entries, which follow one another in the log, into runs of one author that each fit a frame. */
export function createRuns(entries: readonly PendingEntry[]): Run[] {
  const runs: Run[] = [];
  let held: PendingEntry[] = [];
  let bytes = 0;
  for (const entry of entries) {
    const [first] = held;
    const isFull = held.length >= maxBatchEntries || bytes + entry.bytes.length > maxBatchBytes;
    if (first && (first.author !== entry.author || isFull)) {
      runs.push(createRun(first, held));
      held = [];
      bytes = 0;
    }
    held.push(entry);
    bytes += entry.bytes.length;
  }
  const [first] = held;
  if (first) runs.push(createRun(first, held));
  return runs;
}

function createRun(first: PendingEntry, held: readonly PendingEntry[]): Run {
  const frames = new Map<number, Bytes>();
  const firstSeq = first.cursor.seq;
  return {
    author: first.author,
    firstSeq,
    entries: held,
    frameFor(channel) {
      const built = frames.get(channel);
      if (built) return built;
      const entries = held.map(({ bytes }) => bytes);
      const frame = encodeDownTo(pooled, { type: 'entries', channel, firstSeq, entries });
      frames.set(channel, frame);
      return frame;
    },
  };
}
