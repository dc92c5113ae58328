// Snapshots travel in parts: cut here for the relay, and put together again from what the relay sends. One at a time for
// each channel; parts that don't follow one another, or grow beyond the limit, are forgotten.
import { concatBytes, equalBytes, type Bytes } from '../../shared/codec/bytes.ts';
import type { Cursor } from '../../shared/protocol/frames/cursor.ts';
import type { DownFrame } from '../../shared/protocol/frames/down.ts';
import type { SessionId, SnapshotId } from '../../shared/protocol/ids.ts';
import { maxSnapshotBytes, maxSnapshotPartBytes } from '../../shared/protocol/limits.ts';

/** A snapshot as the relay hands it out; what it says of itself is checked by whoever opens it. */
export interface RelaySnapshot {
  readonly id: SnapshotId;
  readonly cursor: Cursor;
  readonly isSeal: boolean;
  readonly bytes: Bytes;
}
export interface NewSnapshot {
  readonly bytes: Bytes;
  /** The one whose place it takes; zeros for none. */
  readonly previous: SnapshotId;
  readonly isSeal: boolean;
  /** Sessions whose bodies it has erased; empty where it erases nothing. */
  readonly purged: readonly SessionId[];
}

export function* partsOf({ bytes, ...about }: NewSnapshot) {
  const count = Math.max(1, Math.ceil(bytes.length / maxSnapshotPartBytes));
  for (let index = 0; index < count; index++) {
    const from = index * maxSnapshotPartBytes;
    yield { ...about, index, count, part: bytes.slice(from, from + maxSnapshotPartBytes) };
  }
}

export function createSnapshotParts() {
  let parts: Bytes[] = [];
  let id: SnapshotId | undefined;

  return {
    /** The whole snapshot, once its last part is here. */
    add({
      snapshot,
      cursor,
      isSeal,
      index,
      count,
      part,
    }: DownFrame & { type: 'snapshot' }): RelaySnapshot | undefined {
      if (index === 0) {
        parts = [];
        id = snapshot;
      }
      const follows = id !== undefined && equalBytes(id, snapshot) && index === parts.length;
      if (!follows || count > Math.ceil(maxSnapshotBytes / maxSnapshotPartBytes)) {
        parts = [];
        id = undefined;
        return undefined;
      }
      parts.push(part);
      if (parts.length < count) return undefined;
      const bytes = concatBytes(...parts);
      parts = [];
      id = undefined;
      return { id: snapshot, cursor, isSeal, bytes };
    },
  };
}
