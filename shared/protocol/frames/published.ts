// Relay → client: a document has a new snapshot, durable; to whoever published it and to all that follow the document.
import { boolean, struct, varint } from '../../codec/codec.ts';
import { snapshotId } from '../ids.ts';
import { cursor } from './cursor.ts';

export const published = struct({ channel: varint, snapshot: snapshotId, cursor, isSeal: boolean });
