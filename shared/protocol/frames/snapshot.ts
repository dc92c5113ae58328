// Relay → client: one part of a document's current snapshot, in order. When it is whole, entries go on after its cursor.
import { blob, boolean, struct, varint } from '../../codec/codec.ts';
import { snapshotId } from '../ids.ts';
import { maxSnapshotPartBytes } from '../limits.ts';
import { cursor } from './cursor.ts';

export const snapshot = struct({
  channel: varint,
  snapshot: snapshotId,
  cursor,
  isSeal: boolean,
  index: varint,
  count: varint,
  part: blob(maxSnapshotPartBytes),
});
