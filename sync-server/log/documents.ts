// The append-only logs of sealed entries. Numbers them as told, and hands them back in order; the end of a log is what
// its last row says. Every write here runs inside `log.write`.
import type { Bytes } from '../../shared/codec/bytes.ts';
import type { Cursor } from '../../shared/protocol/frames/cursor.ts';
import { startCursor } from '../../shared/protocol/frames/cursor.ts';
import { emptyLogHash, type DocumentId, type LogHash, type SessionId } from '../../shared/protocol/ids.ts';
import type { DeviceRow } from './accounts.ts';
import type { ChatRow } from './chats.ts';
import { blobOf, numberOf, type Row } from './columns.ts';
import type { Sqlite } from './database.ts';

export type DocumentRow = number & { readonly row: 'document' };
export type SessionRow = number & { readonly row: 'session' };

export interface StoredEntry {
  readonly cursor: Cursor;
  readonly bytes: Bytes;
}
export interface StoredSession {
  readonly row: SessionRow;
  readonly device: DeviceRow;
  /** Its newest entry; undefined only if all of them are gone. */
  readonly last: (StoredEntry & { readonly sequence: number }) | undefined;
}

export type Documents = ReturnType<typeof createDocuments>;

export function createDocuments(db: Sqlite) {
  const find = db.prepare<[number, Uint8Array], Row>(
    'SELECT id FROM documents WHERE chat = ? AND document = ?',
  );
  const insert = db.prepare<[number, Uint8Array]>('INSERT INTO documents (chat, document) VALUES (?, ?)');
  const end = db.prepare<[number], Row>(
    'SELECT seq, log_hash FROM entries WHERE document = ? ORDER BY seq DESC LIMIT 1',
  );
  const hashAt = db.prepare<[number, number], Row>(
    'SELECT log_hash FROM entries WHERE document = ? AND seq = ?',
  );
  const session = db.prepare<[number, Uint8Array], Row>(
    'SELECT id, device FROM sessions WHERE document = ? AND session = ?',
  );
  const insertSession = db.prepare<[number, Uint8Array, number]>(
    'INSERT INTO sessions (document, session, device) VALUES (?, ?, ?)',
  );
  const lastOf = db.prepare<[number, number], Row>(
    `SELECT seq, sequence, log_hash, entry FROM entries WHERE document = ? AND session = ?
      ORDER BY seq DESC LIMIT 1`,
  );
  const entryOf = db.prepare<[number, number, number], Row>(
    `SELECT seq, log_hash, entry FROM entries WHERE document = ? AND session = ? AND sequence = ?
      ORDER BY seq DESC LIMIT 1`,
  );
  const append = db.prepare<[number, number, number, number, Uint8Array, Uint8Array]>(
    'INSERT INTO entries (document, seq, session, sequence, log_hash, entry) VALUES (?, ?, ?, ?, ?, ?)',
  );
  const read = db.prepare<[number, number, number, number], Row>(
    'SELECT entry FROM entries WHERE document = ? AND seq > ? AND seq <= ? ORDER BY seq LIMIT ?',
  );

  return {
    find(chat: ChatRow, documentId: DocumentId): DocumentRow | undefined {
      const row = find.get(chat, documentId);
      return row && (numberOf(row, 'id') as DocumentRow);
    },
    create: (chat: ChatRow, documentId: DocumentId): DocumentRow =>
      Number(insert.run(chat, documentId).lastInsertRowid) as DocumentRow,
    endOf(document: DocumentRow): Cursor {
      const row = end.get(document);
      return row ? { seq: numberOf(row, 'seq'), hash: blobOf<LogHash>(row, 'log_hash') } : startCursor;
    },
    /** The log's hash after its `seq`th entry; undefined if there is none. */
    hashAt(document: DocumentRow, seq: number): LogHash | undefined {
      if (seq === 0) return emptyLogHash;
      const row = hashAt.get(document, seq);
      return row && blobOf<LogHash>(row, 'log_hash');
    },
    findSession(document: DocumentRow, sessionId: SessionId): StoredSession | undefined {
      const row = session.get(document, sessionId);
      if (!row) return undefined;
      const id = numberOf(row, 'id') as SessionRow;
      const last = lastOf.get(document, id);
      return {
        row: id,
        device: numberOf(row, 'device') as DeviceRow,
        last: last && { ...toEntry(last), sequence: numberOf(last, 'sequence') },
      };
    },
    createSession: (document: DocumentRow, sessionId: SessionId, device: DeviceRow): SessionRow =>
      Number(insertSession.run(document, sessionId, device).lastInsertRowid) as SessionRow,
    entryOf(document: DocumentRow, of: SessionRow, sequence: number): StoredEntry | undefined {
      const found = entryOf.get(document, of, sequence);
      return found && toEntry(found);
    },
    append: (document: DocumentRow, of: SessionRow, sequence: number, { cursor, bytes }: StoredEntry) =>
      void append.run(document, cursor.seq, of, sequence, cursor.hash, bytes),
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
