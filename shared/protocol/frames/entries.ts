// Relay → client: consecutive entries of the channel's log, the first of them numbered `firstSeq`.
import { blob, list, struct, varint } from '../../codec/codec.ts';
import { maxBatchEntries, maxEntryBytes } from '../limits.ts';

export const entries = struct({
  channel: varint,
  firstSeq: varint,
  entries: list(blob(maxEntryBytes), maxBatchEntries),
});
