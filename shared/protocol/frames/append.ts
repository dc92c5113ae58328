// Client → relay: one sealed entry for the end of the channel's document.
import { blobView, struct, varint } from '../../codec/codec.ts';
import { maxEntryBytes } from '../limits.ts';

/** The relay has stored and passed on an entry within a moment; what its socket has read is nobody else's. */
export const append = struct({ channel: varint, entry: blobView(maxEntryBytes) });
