// Checks one document's log: that it is complete from its start, or from where a snapshot stands for it; that each entry is
// the one that was logged, in its session's place; that snapshots are what they are called; and that what is gone is gone.
import { equalBytes } from '../../shared/codec/bytes.ts';
import {
  extendLogHash,
  hashEntry,
  hashSnapshot,
  parseEntry,
  parseSnapshot,
} from '../../shared/protocol/entry.ts';
import type { Cursor } from '../../shared/protocol/frames/cursor.ts';
import { idToText, type EntryHash, type LedgerHead, type LogHash } from '../../shared/protocol/ids.ts';
import { sha256 } from '../auth/sha256.ts';
import type { ReadDocument } from '../log/openForReading.ts';
import { createRanges } from './ranges.ts';

interface Line {
  readonly sequence: number;
  readonly hash: EntryHash;
}

/** What ledgers say of a document. */
export interface LedgerFacts {
  /** Up to which the ledger of its chat goes, where that is known. */
  readonly newestEpoch: number | undefined;
  /** It is one of another chat's ledger. */
  readonly isForeign: (head: LedgerHead) => boolean;
}

export function verifyDocument(
  document: ReadDocument,
  { newestEpoch, isForeign }: LedgerFacts,
  sayProblem: (problem: string) => void,
) {
  const say = (problem: string) => sayProblem(`document ${idToText(document.documentId)}: ${problem}`);
  const { documentId, freed } = document;
  const sessions = new Map(document.sessions().map((session) => [session.row, session]));
  const snapshots = document.snapshots();
  /** Undefined once an entry is missing: whatever comes first may be right. */
  const lines = new Map<number, Line | undefined>(
    [...sessions].map(([row, { sequence, hash }]) => [row, { sequence, hash }]),
  );
  const hashAt = new Map<number, LogHash>([[freed.seq, freed.hash]]);
  const wanted = new Set(snapshots.map(({ cursor }) => cursor.seq));
  const changed = createRanges((range) => say(`entry ${range} is not what was logged`));
  const missing = createRanges((range) => say(`entry ${range} is missing`));
  const misplaced = createRanges((range) => say(`entry ${range} does not follow its session's entry before`));
  const early = createRanges((range) =>
    say(`entry ${range} is of an epoch that its chat's ledger does not have`),
  );
  const foreign = createRanges((range) => say(`entry ${range} names the ledger of another chat`));
  const twice = createRanges((range) => say(`entry ${range} is there twice`));
  const undead = createRanges((range) => say(`entry ${range} should be gone and is there`));
  const isEarly = (epoch: number) => newestEpoch !== undefined && epoch > newestEpoch;
  /** Sessions of which something is there, or was. */
  const begun = new Set([...sessions.values()].filter(({ sequence }) => sequence > 0).map(({ row }) => row));
  let end: Cursor = freed;
  let count = 0;

  for (const { cursor, session, sequence, bytes } of document.entries()) {
    const { seq } = cursor;
    if (seq <= freed.seq) {
      if (bytes.some((byte) => byte !== 0)) undead.add(seq);
      continue;
    }
    if (seq === end.seq) {
      twice.add(seq);
      continue;
    }
    count++;
    const isNext = seq === end.seq + 1;
    if (!isNext) {
      missing.addAll(end.seq + 1, seq - 1);
      for (const row of lines.keys()) lines.set(row, undefined);
    }
    const hash = hashEntry(sha256, documentId, bytes);
    const isLogged = !isNext || equalBytes(extendLogHash(sha256, end.hash, hash), cursor.hash);
    const header = parseEntry(bytes)?.header;
    const owner = sessions.get(session);
    begun.add(session);
    if (header && isLogged && isEarly(header.epoch)) early.add(seq);
    if (header && isLogged && isForeign(header.ledgerHead)) foreign.add(seq);
    if (!isLogged || !header) changed.add(seq);
    else if (!owner || !equalBytes(owner.session, header.session) || header.sequence !== sequence)
      say(`entry ${seq} is filed under another session or number`);
    else {
      const line = lines.get(session);
      const follows = !line || (sequence === line.sequence + 1 && equalBytes(header.previous, line.hash));
      if (!follows) misplaced.add(seq);
    }
    lines.set(session, isLogged ? { sequence, hash } : undefined);
    end = cursor;
    if (wanted.has(seq)) hashAt.set(seq, cursor.hash);
  }
  for (const ranges of [missing, changed, misplaced, early, foreign, twice, undead]) ranges.end();

  for (const { id, cursor, size, bytes } of snapshots) {
    const name = `snapshot ${idToText(id)}`;
    const header = parseSnapshot(bytes)?.header;
    const isItself = equalBytes(hashSnapshot(sha256, documentId, bytes), id) && bytes.length === size;
    if (header && isItself && isEarly(header.epoch))
      say(`${name} is of an epoch that its chat's ledger does not have`);
    if (!header || !isItself) say(`${name} is not what was published`);
    else if (header.sequence !== cursor.seq || !equalBytes(header.previous, cursor.hash))
      say(`${name} is filed under another cursor`);
    const known = hashAt.get(cursor.seq);
    if (!known || !equalBytes(known, cursor.hash)) say(`${name} stands for a log that is not this one`);
  }
  const lost = sessions.size - begun.size;
  if (end.seq === 0 && snapshots.length === 0) say('all of its entries are gone');
  else if (lost > 0) say(`of ${lost} of its sessions no entry is there: the end of the log is gone`);
  if (snapshots.length > 2) say(`there are ${snapshots.length} snapshots`);
  const current = snapshots.at(-1);
  if (freed.seq > 0 && !current) say(`entries up to ${freed.seq} are gone and no snapshot stands for them`);
  if (document.isSealed && current?.cursor.seq !== end.seq)
    say('it is sealed, and its snapshot is not its end');
  return { entries: count, snapshots: snapshots.length };
}
