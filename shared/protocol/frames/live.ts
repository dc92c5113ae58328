// Relay → client: the channel has caught up to this cursor; from here on entries come as they are stored.
import { struct, varint } from '../../codec/codec.ts';
import { cursor } from './cursor.ts';

export const live = struct({ channel: varint, cursor });
