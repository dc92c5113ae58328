// A snapshot: a document's whole state, sealed and signed as an entry of a kind of its own, that stands for the log up to
// a cursor. It carries the last place of each session, so that what follows in the log continues it. What it says of
// others is a claim: records inside verify by themselves, and whoever misses something says it again.
import { decode, encode, list, rest, struct, varint, type ValueOf } from '../../shared/codec/codec.ts';
import type { Bytes } from '../../shared/codec/bytes.ts';
import { hashSnapshot, parseSnapshot } from '../../shared/protocol/entry.ts';
import type { Cursor } from '../../shared/protocol/frames/cursor.ts';
import {
  entryHash,
  sessionId,
  type DocumentId,
  type EntryHash,
  type LogHash,
  type SessionId,
  type SnapshotId,
} from '../../shared/protocol/ids.ts';
import { maxSnapshotBytes } from '../../shared/protocol/limits.ts';
import { fail, ok, type Result } from '../../shared/protocol/result.ts';
import { sha256 } from '../crypto/hash.ts';
import type { Random } from '../crypto/random.ts';
import type { Author, ChatContext } from './chatContext.ts';
import { openUpdate, sealUpdate, type EntryFault } from './entrySeal.ts';

/**
 * Sessions in one document: each run of a device that wrote here is one. A segment has at most 1,000 records; a meta
 * document has all runs of all its devices, and so many are 1.7 MB: years of a lively group.
 */
const maxSessions = 65_536;

const sessionLine = struct({ session: sessionId, sequence: varint, hash: entryHash });
/** Where a session stood at the snapshot's cursor. */
export type SessionLine = ValueOf<typeof sessionLine>;
const content = struct({ sessions: list(sessionLine, maxSessions), update: rest() });

export interface Snapshot {
  readonly id: SnapshotId;
  readonly author: Author;
  /** It stands for the log up to here. */
  readonly cursor: Cursor;
  readonly sessions: readonly SessionLine[];
  /** A Yjs update, not yet checked. */
  readonly update: Uint8Array;
}

/** @param kind `entryKinds.segmentSnapshot` or `metaSnapshot`. Throws a RangeError above `maxSnapshotBytes`. */
export const sealSnapshot = (
  context: ChatContext,
  document: DocumentId,
  kind: number,
  state: {
    readonly session: SessionId;
    readonly cursor: Cursor;
    readonly sessions: readonly SessionLine[];
    readonly update: Uint8Array;
  },
  random: Random,
): Promise<Bytes> => {
  const { session, cursor, sessions, update } = state;
  const place = {
    kind,
    session,
    sequence: cursor.seq,
    previous: cursor.hash as Bytes as EntryHash,
  };
  const plaintext = encode(content, { sessions: [...sessions], update: new Uint8Array(update) });
  return sealUpdate(context, document, place, plaintext, random, maxSnapshotBytes);
};

/** Undefined for what is too large for a snapshot. */
export async function tryToSealSnapshot(
  ...state: Parameters<typeof sealSnapshot>
): Promise<Bytes | undefined> {
  try {
    return await sealSnapshot(...state);
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

export async function openSnapshot(
  context: ChatContext,
  document: DocumentId,
  kind: number,
  bytes: Uint8Array,
): Promise<Result<Snapshot, EntryFault>> {
  const opened = await openUpdate(context, document, kind, bytes, parseSnapshot);
  if (!opened.ok) return opened;
  const { header, author, update } = opened.value;
  const parsed = decode(content, update);
  if (!parsed) return fail('malformed');
  const cursor = { seq: header.sequence, hash: header.previous as Bytes as LogHash };
  return ok({ id: hashSnapshot(sha256, document, bytes), author, cursor, ...parsed });
}
