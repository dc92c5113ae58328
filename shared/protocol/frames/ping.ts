// Client → relay, answered by `pong` with the same number: is anyone there?
import { struct, varint } from '../../codec/codec.ts';

export const ping = struct({ nonce: varint });
