// Relay → client: the answer to `look`: the log's end (the start where there is nothing), the current snapshot (zeros
// where there is none), and whether the document is sealed.
import { boolean, struct, varint } from '../../codec/codec.ts';
import { snapshotId } from '../ids.ts';
import { cursor } from './cursor.ts';

export const looked = struct({ request: varint, end: cursor, snapshot: snapshotId, isSealed: boolean });
