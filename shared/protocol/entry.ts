// A sealed entry as it lies in a document's log: a header that the relay reads, and ciphertext that it can't.
// The whole header and the document's id are the ciphertext's associated data (SPEC K7).
import { concatBytes, textToBytes, type Bytes } from '../codec/bytes.ts';
import {
  fixed,
  literal,
  rest,
  struct,
  u8,
  varint,
  encode,
  decode,
  decodeStart,
  type ValueOf,
} from '../codec/codec.ts';
import {
  authorTag,
  entryHash,
  ledgerHead,
  sessionId,
  type DocumentId,
  type EntryHash,
  type LogHash,
  type SnapshotId,
} from './ids.ts';
import { maxEntryBytes, maxSnapshotBytes } from './limits.ts';

/** What kind of document an entry belongs to; a reader sets aside kinds that it doesn't know. */
/**
 * Snapshots are entries of a kind of their own: `sequence` and `previous` are the log's cursor (its `seq` and hash) that
 * they stand for. They lie beside the log, not in it.
 */
export const entryKinds = { segment: 1, meta: 2, notes: 3, segmentSnapshot: 4, metaSnapshot: 5 } as const;

export const entryHeader = struct({
  version: literal(1),
  kind: u8,
  epoch: varint,
  ledgerHead,
  author: authorTag,
  session: sessionId,
  /** 1 for the session's first entry in this document, then without a gap. */
  sequence: varint,
  /** Hash of the session's previous entry; zeros for the first. */
  previous: entryHash,
  /** Says which key opens it (SPEC K7). */
  commitment: fixed(16),
  nonce: fixed(24),
});
export type EntryHeader = ValueOf<typeof entryHeader>;

const sealedEntry = struct({ header: entryHeader, ciphertext: rest() });
export type SealedEntry = ValueOf<typeof sealedEntry>;

/** The header and ciphertext of an entry, or undefined if it is malformed or too large. */
export const parseEntry = (bytes: Uint8Array): SealedEntry | undefined =>
  bytes.length > maxEntryBytes ? undefined : decode(sealedEntry, bytes);
/** As `parseEntry`, for who has no use for the ciphertext: it is not copied. */
export const parseEntryHeader = (bytes: Uint8Array): EntryHeader | undefined =>
  bytes.length > maxEntryBytes ? undefined : decodeStart(entryHeader, bytes);
export const encodeEntry = (entry: SealedEntry): Bytes => encode(sealedEntry, entry);

/** As `parseEntry`, for a snapshot. */
export const parseSnapshot = (bytes: Uint8Array): SealedEntry | undefined =>
  bytes.length > maxSnapshotBytes ? undefined : decode(sealedEntry, bytes);

/** Keeps nothing of what it is given. */
export type Sha256 = (bytes: Uint8Array) => Uint8Array;
const entryLabel = textToBytes('convo/entry/1');
const snapshotLabel = textToBytes('convo/snapshot/1');
const logLabel = textToBytes('convo/log/1');

/** What is hashed is put together here, where it fits: making room for it takes longer than a short hash. */
const room = new Uint8Array(4096);

function shortHash(sha256: Sha256, label: Bytes, first: Uint8Array, second: Uint8Array): Bytes {
  const from = label.length + first.length;
  const length = from + second.length;
  if (length > room.length) return sha256(concatBytes(label, first, second)).slice(0, 16);
  room.set(label);
  room.set(first, label.length);
  room.set(second, from);
  return sha256(room.subarray(0, length)).slice(0, 16);
}

/** Hash of one entry in its place: bound to the document. */
export const hashEntry = (sha256: Sha256, document: DocumentId, entry: Uint8Array): EntryHash =>
  shortHash(sha256, entryLabel, document, entry) as EntryHash;

/** Names a snapshot: bound to its document. */
export const hashSnapshot = (sha256: Sha256, document: DocumentId, bytes: Uint8Array): SnapshotId =>
  shortHash(sha256, snapshotLabel, document, bytes) as SnapshotId;

/** The log's hash after one more entry; before the first it is 16 zeros. */
export const extendLogHash = (sha256: Sha256, before: LogHash, entry: EntryHash): LogHash =>
  shortHash(sha256, logLabel, before, entry) as LogHash;
