// Relay → client, last on a socket that the relay closes on purpose.
import { struct, varint, text } from '../../codec/codec.ts';

export const bye = struct({ reason: text(64), retryAfterMs: varint });
