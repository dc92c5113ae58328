// A document's snapshots, as bytes: the current one and, while it is unconfirmed, the one that it takes the place of.
// Every write here runs inside `log.write`.
import type { Bytes } from '../../shared/codec/bytes.ts';
import type { Cursor } from '../../shared/protocol/frames/cursor.ts';
import type { ChatId, DocumentId, LogHash, SnapshotId } from '../../shared/protocol/ids.ts';
import type { UserRow } from './accounts.ts';
import { blobOf, numberOf, type Row } from './columns.ts';
import type { Sqlite } from './database.ts';
import type { DocumentRow } from './documents.ts';

export type SnapshotRow = number & { readonly row: 'snapshot' };

export interface StoredSnapshot {
  readonly row: SnapshotRow;
  readonly id: SnapshotId;
  /** It stands for the log up to here. */
  readonly cursor: Cursor;
  readonly publisher: UserRow;
  readonly publishedAt: number;
  readonly isCountersigned: boolean;
  readonly size: number;
}
export type Snapshots = ReturnType<typeof createSnapshots>;

/** As much of a row as may lie on a page with others, and more (see the schema). */
const pad = new Uint8Array(4096);

export function createSnapshots(db: Sqlite) {
  const current = db.prepare<[number], Row>(
    `SELECT id, snapshot, seq, log_hash, publisher, published_at, is_countersigned, size FROM snapshots
      WHERE document = ? ORDER BY id DESC LIMIT 1`,
  );
  const part = db.prepare<[number, number, number], Row>(
    'SELECT substr(bytes, ? + 1, ?) AS part FROM snapshots WHERE id = ?',
  );
  const insert = db.prepare<
    [number, Uint8Array, number, Uint8Array, number, number, number, number, Uint8Array, Uint8Array]
  >(
    `INSERT INTO snapshots
      (document, snapshot, seq, log_hash, publisher, published_at, is_countersigned, size, pad, bytes)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const removeAll = db.prepare<[number]>('DELETE FROM snapshots WHERE document = ?');
  const removeUnconfirmed = db.prepare<[number]>(
    'DELETE FROM snapshots WHERE document = ? AND is_countersigned = 0',
  );
  const removeBefore = db.prepare<[number, number]>('DELETE FROM snapshots WHERE document = ? AND id < ?');
  const confirm = db.prepare<[number]>('UPDATE snapshots SET is_countersigned = 1 WHERE id = ?');
  const due = db.prepare<[number], Row>(
    `SELECT chats.chat, documents.document FROM snapshots
      JOIN documents ON documents.id = snapshots.document JOIN chats ON chats.id = documents.chat
      WHERE is_countersigned = 0 AND published_at <= ? ORDER BY published_at LIMIT 1`,
  );

  return {
    currentOf(document: DocumentRow): StoredSnapshot | undefined {
      const row = current.get(document);
      return (
        row && {
          row: numberOf(row, 'id') as SnapshotRow,
          id: blobOf<SnapshotId>(row, 'snapshot'),
          cursor: { seq: numberOf(row, 'seq'), hash: blobOf<LogHash>(row, 'log_hash') },
          publisher: numberOf(row, 'publisher') as UserRow,
          publishedAt: numberOf(row, 'published_at'),
          isCountersigned: numberOf(row, 'is_countersigned') === 1,
          size: numberOf(row, 'size'),
        }
      );
    },
    /** Undefined once it is gone. */
    partOf(snapshot: SnapshotRow, from: number, length: number): Bytes | undefined {
      const row = part.get(from, length, snapshot);
      return row && blobOf(row, 'part');
    },
    /** The newest confirmed one stays beside it; an unconfirmed one goes, because the log that it stood for is here. */
    add(document: DocumentRow, snapshot: Omit<StoredSnapshot, 'row' | 'size'>, bytes: Bytes): SnapshotRow {
      removeUnconfirmed.run(document);
      const { id, cursor, publisher, publishedAt, isCountersigned } = snapshot;
      const { lastInsertRowid } = insert.run(
        document,
        id,
        cursor.seq,
        cursor.hash,
        publisher,
        publishedAt,
        isCountersigned ? 1 : 0,
        bytes.length,
        pad,
        bytes,
      );
      return Number(lastInsertRowid) as SnapshotRow;
    },
    removeAll: (document: DocumentRow) => void removeAll.run(document),
    /** It is to be trusted: the one before it goes. */
    confirm(document: DocumentRow, snapshot: SnapshotRow) {
      confirm.run(snapshot);
      removeBefore.run(document, snapshot);
    },
    /** A document whose current snapshot was published by then and is unconfirmed. */
    nextDue(publishedBy: number): { readonly chat: ChatId; readonly document: DocumentId } | undefined {
      const row = due.get(publishedBy);
      return row && { chat: blobOf<ChatId>(row, 'chat'), document: blobOf<DocumentId>(row, 'document') };
    },
  };
}
