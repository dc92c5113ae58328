// A place in a document's log: how many entries, and the hash over all of them.
import { struct, varint, type ValueOf } from '../../codec/codec.ts';
import { emptyLogHash, logHash } from '../ids.ts';

export const cursor = struct({ seq: varint, hash: logHash });
export type Cursor = ValueOf<typeof cursor>;
export const startCursor: Cursor = { seq: 0, hash: emptyLogHash };
