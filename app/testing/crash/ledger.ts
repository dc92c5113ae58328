// What was promised against what is there: every acknowledged entry must lie in the log once, at its place.
import { bytesToBase64url } from '../../../shared/codec/base64url.ts';
import { equalBytes, type Bytes } from '../../../shared/codec/bytes.ts';
import { extendLogHash, hashEntry, type Sha256 } from '../../../shared/protocol/entry.ts';
import type { Cursor } from '../../../shared/protocol/frames/cursor.ts';
import { emptyLogHash, type DocumentId, type EntryHash } from '../../../shared/protocol/ids.ts';

/** An acknowledgement, or an entry that was passed on to a reader: both only happen once it is durable. */
export interface Promised {
  readonly hash: EntryHash;
  readonly cursor: Pick<Cursor, 'seq'> & Partial<Cursor>;
}
export interface Verdict {
  readonly promised: number;
  readonly lost: number;
  readonly doubled: number;
}

/** Promises that name the same entry at the same place count as one. */
export function judgeLog(
  sha256: Sha256,
  document: DocumentId,
  log: readonly Bytes[],
  promises: Iterable<Promised>,
): Verdict {
  const places = new Map<string, number[]>();
  const logHashes = [emptyLogHash];
  let running = emptyLogHash;
  for (const [index, entry] of log.entries()) {
    const hash = hashEntry(sha256, document, entry);
    running = extendLogHash(sha256, running, hash);
    logHashes.push(running);
    const key = bytesToBase64url(hash);
    places.set(key, [...(places.get(key) ?? []), index + 1]);
  }
  const seqByHash = new Map<string, number>();
  let lost = 0;
  for (const { hash, cursor } of promises) {
    const key = bytesToBase64url(hash);
    const known = seqByHash.get(key);
    seqByHash.set(key, cursor.seq);
    const logHash = logHashes[cursor.seq];
    const isThere = places.get(key)?.includes(cursor.seq) === true;
    const isSameLog =
      cursor.hash === undefined || (logHash !== undefined && equalBytes(cursor.hash, logHash));
    if (!isThere || !isSameLog || (known !== undefined && known !== cursor.seq)) lost += 1;
  }
  const doubled = [...places.values()].reduce((sum, at) => sum + at.length - 1, 0);
  return { promised: seqByHash.size, lost, doubled };
}
