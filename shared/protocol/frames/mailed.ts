// Relay → client: the mail is durable in every mailbox it was for.
import { struct, varint } from '../../codec/codec.ts';

export const mailed = struct({ request: varint });
