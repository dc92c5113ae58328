// Client → relay: one part of a snapshot (`entry.ts`) that stands for the log up to the cursor in its header. It takes the
// place of `previous` (zeros: of none), or is refused. Parts come in order; the last one makes it whole.
import { blob, boolean, list, struct, varint } from '../../codec/codec.ts';
import { sessionId, snapshotId } from '../ids.ts';
import { maxPurgedSessions, maxSnapshotPartBytes } from '../limits.ts';

export const publish = struct({
  channel: varint,
  previous: snapshotId,
  /** The document is complete: it takes no entries after this. */
  isSeal: boolean,
  /** Sessions whose bodies it has erased; then what it stands for is erased at once. Empty: it erases nothing. */
  purged: list(sessionId, maxPurgedSessions),
  index: varint,
  count: varint,
  part: blob(maxSnapshotPartBytes),
});
