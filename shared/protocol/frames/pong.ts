// Relay → client: the answer to `ping`.
import { struct, varint } from '../../codec/codec.ts';

export const pong = struct({ nonce: varint });
