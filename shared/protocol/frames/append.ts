// Client → relay: one sealed entry for the end of the channel's document.
import { blob, struct, varint } from '../../codec/codec.ts';
import { maxEntryBytes } from '../limits.ts';

export const append = struct({ channel: varint, entry: blob(maxEntryBytes) });
