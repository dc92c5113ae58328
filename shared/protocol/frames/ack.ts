// Relay → client: an entry of this client's is durable, and this is the log's cursor after it.
import { struct, varint } from '../../codec/codec.ts';
import { sessionId } from '../ids.ts';
import { cursor } from './cursor.ts';

export const ack = struct({ channel: varint, session: sessionId, sequence: varint, cursor });
