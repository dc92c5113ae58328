// The append-only logs of sealed entries. Numbers them as told, and hands them back in order; the end of a log is what
// its last row says, or how far it was freed. Every write here runs inside `log.write`.
import type { Bytes } from '../../shared/codec/bytes.ts';
import type { Cursor } from '../../shared/protocol/frames/cursor.ts';
import type { DocumentId, EntryHash, LogHash, SessionId } from '../../shared/protocol/ids.ts';
import type { DeviceRow, UserRow } from './accounts.ts';
import type { ChatRow } from './chats.ts';
import { blobOf, numberOf, type Row } from './columns.ts';
import type { Sqlite } from './database.ts';

export type DocumentRow = number & { readonly row: 'document' };
export type SessionRow = number & { readonly row: 'session' };

export interface StoredDocument {
  readonly row: DocumentRow;
  readonly isSealed: boolean;
  /** Entries up to here are gone: a snapshot stands for them. The start, where all are there. */
  readonly freed: Cursor;
}
export interface StoredEntry {
  readonly cursor: Cursor;
  readonly bytes: Bytes;
}
/** The newest entry of a session that is gone. */
export interface FreedEntry {
  readonly sequence: number;
  readonly hash: EntryHash;
}
export interface StoredSession {
  readonly row: SessionRow;
  readonly device: DeviceRow;
  /** Its newest entry that is kept; undefined if all of them are gone. */
  readonly last: (StoredEntry & { readonly sequence: number }) | undefined;
  readonly freed: FreedEntry | undefined;
}

export interface NewEntry extends StoredEntry {
  readonly session: SessionRow;
  readonly sequence: number;
}
/** Rows of one statement: as many statements of a row each take twice the time, of four each a third more. */
const maxRowsAtOnce = 16;

export type Documents = ReturnType<typeof createDocuments>;

export function createDocuments(db: Sqlite) {
  const find = db.prepare<[number, Uint8Array], Row>(
    'SELECT * FROM documents WHERE chat = ? AND document = ?',
  );
  const insert = db.prepare<[number, Uint8Array]>('INSERT INTO documents (chat, document) VALUES (?, ?)');
  const seal = db.prepare<[number]>('UPDATE documents SET is_sealed = 1 WHERE id = ?');
  const end = db.prepare<[number, number], Row>(
    'SELECT seq, log_hash FROM entries WHERE document = ? AND document > 0 AND seq > ? ORDER BY seq DESC LIMIT 1',
  );
  const hashAt = db.prepare<[number, number], Row>(
    'SELECT log_hash FROM entries WHERE document = ? AND document > 0 AND seq = ?',
  );
  const kept = db.prepare<[number, number, number, number], Row>(
    `SELECT
      (SELECT coalesce(sum(length(entry)), 0) FROM entries WHERE document = ? AND document > 0 AND seq > ?)
        + (SELECT coalesce(sum(size), 0) FROM snapshots WHERE document = ?) AS bytes,
      (SELECT count(*) FROM sessions WHERE document = ?) AS sessions`,
  );
  const session = db.prepare<[number, Uint8Array], Row>(
    'SELECT id, device, freed_sequence, freed_hash FROM sessions WHERE document = ? AND session = ?',
  );
  const userOfSession = db.prepare<[number, Uint8Array], Row>(
    `SELECT devices.user FROM sessions JOIN devices ON devices.id = sessions.device
      WHERE sessions.document = ? AND sessions.session = ?`,
  );
  const insertSession = db.prepare<[number, Uint8Array, number]>(
    'INSERT INTO sessions (document, session, device) VALUES (?, ?, ?)',
  );
  const lastOf = db.prepare<[number, number, number], Row>(
    `SELECT seq, sequence, log_hash, entry FROM entries WHERE document = ? AND document > 0 AND seq > ? AND session = ?
      ORDER BY seq DESC LIMIT 1`,
  );
  const entryOf = db.prepare<[number, number, number, number], Row>(
    `SELECT seq, log_hash, entry FROM entries WHERE document = ? AND document > 0 AND seq > ? AND session = ? AND sequence = ?
      ORDER BY seq DESC LIMIT 1`,
  );
  const prepareAppend = (rows: number) =>
    db.prepare<(number | Uint8Array)[]>(
      `INSERT INTO entries (document, seq, session, sequence, log_hash, entry)
        VALUES ${Array.from({ length: rows }, () => '(?, ?, ?, ?, ?, ?)').join(', ')}`,
    );
  /** By how many rows; each once it is wanted. */
  const appends = new Map<number, ReturnType<typeof prepareAppend>>();
  function appendOf(rows: number) {
    const prepared = appends.get(rows) ?? prepareAppend(rows);
    appends.set(rows, prepared);
    return prepared;
  }
  const read = db.prepare<[number, number, number, number], Row>(
    'SELECT entry FROM entries WHERE document = ? AND document > 0 AND seq > ? AND seq <= ? ORDER BY seq LIMIT ?',
  );

  return {
    find(chat: ChatRow, documentId: DocumentId): StoredDocument | undefined {
      const row = find.get(chat, documentId);
      return (
        row && {
          row: numberOf(row, 'id') as DocumentRow,
          isSealed: numberOf(row, 'is_sealed') === 1,
          freed: { seq: numberOf(row, 'freed_seq'), hash: blobOf<LogHash>(row, 'freed_hash') },
        }
      );
    },
    create: (chat: ChatRow, documentId: DocumentId): DocumentRow =>
      Number(insert.run(chat, documentId).lastInsertRowid) as DocumentRow,
    seal: (document: DocumentRow) => void seal.run(document),
    endOf({ row: document, freed }: StoredDocument): Cursor {
      const row = end.get(document, freed.seq);
      return row ? { seq: numberOf(row, 'seq'), hash: blobOf<LogHash>(row, 'log_hash') } : freed;
    },
    /** The log's hash after its `seq`th entry; undefined if there is none, or it is gone. */
    hashAt({ row: document, freed }: StoredDocument, seq: number): LogHash | undefined {
      if (seq <= freed.seq) return seq === freed.seq ? freed.hash : undefined;
      const row = hashAt.get(document, seq);
      return row && blobOf<LogHash>(row, 'log_hash');
    },
    /** Bytes of its entries and snapshots that are not gone, and how many sessions there ever were in it. */
    kept({ row: document, freed }: StoredDocument): { bytes: number; sessions: number } {
      const row = kept.get(document, freed.seq, document, document);
      return row
        ? { bytes: numberOf(row, 'bytes'), sessions: numberOf(row, 'sessions') }
        : { bytes: 0, sessions: 0 };
    },
    findSession({ row: document, freed }: StoredDocument, sessionId: SessionId): StoredSession | undefined {
      const row = session.get(document, sessionId);
      if (!row) return undefined;
      const id = numberOf(row, 'id') as SessionRow;
      const last = lastOf.get(document, freed.seq, id);
      const freedSequence = numberOf(row, 'freed_sequence');
      return {
        row: id,
        device: numberOf(row, 'device') as DeviceRow,
        last: last && { ...toEntry(last), sequence: numberOf(last, 'sequence') },
        freed:
          freedSequence === 0
            ? undefined
            : { sequence: freedSequence, hash: blobOf<EntryHash>(row, 'freed_hash') },
      };
    },
    /** Whose device began the session. */
    userOfSession(document: DocumentRow, sessionId: SessionId): UserRow | undefined {
      const row = userOfSession.get(document, sessionId);
      return row && (numberOf(row, 'user') as UserRow);
    },
    createSession: (document: DocumentRow, sessionId: SessionId, device: DeviceRow): SessionRow =>
      Number(insertSession.run(document, sessionId, device).lastInsertRowid) as SessionRow,
    entryOf(
      { row: document, freed }: StoredDocument,
      of: SessionRow,
      sequence: number,
    ): StoredEntry | undefined {
      const found = entryOf.get(document, freed.seq, of, sequence);
      return found && toEntry(found);
    },
    append(document: DocumentRow, entries: readonly NewEntry[]) {
      for (let from = 0; from < entries.length; from += maxRowsAtOnce) {
        const some = entries.slice(from, from + maxRowsAtOnce);
        const values: (number | Uint8Array)[] = [];
        for (const { cursor, session, sequence, bytes } of some)
          values.push(document, cursor.seq, session, sequence, cursor.hash, bytes);
        appendOf(some.length).run(...values);
      }
    },
    /** Consecutive entries after `after` up to `upTo`; at most `maxEntries`, and of `maxBytes` unless one alone is larger. */
    read(document: DocumentRow, after: number, upTo: number, maxEntries: number, maxBytes: number): Bytes[] {
      const entries: Bytes[] = [];
      let size = 0;
      for (const row of read.iterate(document, after, upTo, maxEntries)) {
        const entry = blobOf(row, 'entry');
        size += entry.length;
        if (size > maxBytes && entries.length > 0) break;
        entries.push(entry);
      }
      return entries;
    },
  };
}

const toEntry = (row: Row): StoredEntry => ({
  cursor: { seq: numberOf(row, 'seq'), hash: blobOf<LogHash>(row, 'log_hash') },
  bytes: blobOf(row, 'entry'),
});
