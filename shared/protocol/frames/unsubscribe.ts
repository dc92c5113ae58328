// Client → relay: closes a channel.
import { struct, varint } from '../../codec/codec.ts';

export const unsubscribe = struct({ channel: varint });
