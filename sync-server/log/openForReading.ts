// A relay's database as it lies there, row by row, for whoever checks it. Opened read-only; it repairs and decides nothing.
import { existsSync } from 'node:fs';
import Database from 'better-sqlite3';
import type { Bytes } from '../../shared/codec/bytes.ts';
import type { Cursor } from '../../shared/protocol/frames/cursor.ts';
import type {
  ChatId,
  DeviceId,
  DocumentId,
  EntryHash,
  EntryHash32,
  LogHash,
  SessionId,
  SigningPublicKey,
  SnapshotId,
  UserId,
} from '../../shared/protocol/ids.ts';
import { fail, ok, type Result } from '../../shared/protocol/result.ts';
import { blobOf, numberOf, type Row } from './columns.ts';
import { isLocked } from './database.ts';
import { findFileDamage, findOrphans } from './fileDamage.ts';
import { oldestReadableVersion, schemaVersion } from './migrations.ts';
import { toReturnedBox, type ReturnedBox } from './returnedBoxes.ts';

export type ReadingFailure = 'not-there' | 'in-use' | 'no-database' | 'other-version';
type Reading = ReturnType<typeof createReading>;

export function openForReading(path: string): Result<Reading, ReadingFailure> {
  if (!existsSync(path)) return fail('not-there');
  let db: Database.Database | undefined;
  try {
    db = new Database(path, { readonly: true, timeout: 500 });
    const version = Number(db.pragma('user_version', { simple: true }));
    if (version < oldestReadableVersion || version > schemaVersion) return fail('other-version');
    return ok(createReading(db));
  } catch (error) {
    db?.close();
    if (isLocked(error)) return fail('in-use');
    if (error instanceof Database.SqliteError) return fail('no-database');
    throw error;
  }
}

const cursorOf = (row: Row, seq: string, hash: string): Cursor => ({
  seq: numberOf(row, seq),
  hash: blobOf<LogHash>(row, hash),
});

function createReading(db: Database.Database) {
  const all = <Q extends number[]>(sql: string, ...parameters: Q): Row[] =>
    db.prepare<Q, Row>(sql).all(...parameters);
  const entriesOf = db.prepare<[number], Row>(
    'SELECT * FROM entries WHERE document = ? AND document > 0 ORDER BY seq',
  );
  return {
    users: () =>
      all('SELECT id, user FROM users ORDER BY id').map((row) => ({
        userId: blobOf<UserId>(row, 'user'),
        entries: all(
          'SELECT entry FROM user_entries WHERE user = ? ORDER BY position',
          numberOf(row, 'id'),
        ).map((entry) => blobOf(entry, 'entry')),
        devices: all('SELECT device, key FROM devices WHERE user = ?', numberOf(row, 'id')).map((device) => ({
          deviceId: blobOf<DeviceId>(device, 'device'),
          key: blobOf<SigningPublicKey>(device, 'key'),
        })),
      })),
    returnedUsers: () =>
      all('SELECT user, entry FROM returned_users ORDER BY user').map((row) => ({
        userId: blobOf<UserId>(row, 'user'),
        entry: blobOf(row, 'entry'),
      })),
    /** Sentences about the file itself, and about rows that name others which are not there. */
    fileDamage: () => findFileDamage(db),
    orphans: () => findOrphans(db),
    chats: () =>
      all('SELECT id, chat FROM chats ORDER BY id').map((row) => ({
        row: numberOf(row, 'id'),
        chatId: blobOf<ChatId>(row, 'chat'),
        entries: all(
          'SELECT position, hash, entry FROM chat_entries WHERE chat = ? ORDER BY position',
          numberOf(row, 'id'),
        ).map((entry) => ({
          position: numberOf(entry, 'position'),
          hash: blobOf<EntryHash32>(entry, 'hash'),
          entry: blobOf(entry, 'entry'),
        })),
        boxesOf: (epoch: number): readonly Bytes[] =>
          all(
            'SELECT box FROM boxes WHERE chat = ? AND epoch = ? ORDER BY position',
            numberOf(row, 'id'),
            epoch,
          ).map((box) => blobOf(box, 'box')),
        boxEpochs: (): readonly number[] =>
          all('SELECT DISTINCT epoch FROM boxes WHERE chat = ? ORDER BY epoch', numberOf(row, 'id')).map(
            (box) => numberOf(box, 'epoch'),
          ),
        returnedBoxes: (): readonly ReturnedBox[] =>
          all('SELECT * FROM returned_boxes WHERE chat = ?', numberOf(row, 'id')).map(toReturnedBox),
      })),
    documents: () =>
      all('SELECT * FROM documents ORDER BY id').map((row) => ({
        documentId: blobOf<DocumentId>(row, 'document'),
        chat: numberOf(row, 'chat'),
        isSealed: numberOf(row, 'is_sealed') === 1,
        freed: cursorOf(row, 'freed_seq', 'freed_hash'),
        sessions: () =>
          all('SELECT * FROM sessions WHERE document = ?', numberOf(row, 'id')).map((session) => ({
            row: numberOf(session, 'id'),
            session: blobOf<SessionId>(session, 'session'),
            sequence: numberOf(session, 'freed_sequence'),
            hash: blobOf<EntryHash>(session, 'freed_hash'),
          })),
        snapshots: () =>
          all('SELECT * FROM snapshots WHERE document = ? ORDER BY id', numberOf(row, 'id')).map(
            (snapshot) => ({
              id: blobOf<SnapshotId>(snapshot, 'snapshot'),
              cursor: cursorOf(snapshot, 'seq', 'log_hash'),
              size: numberOf(snapshot, 'size'),
              bytes: blobOf(snapshot, 'bytes'),
            }),
          ),
        *entries() {
          for (const entry of entriesOf.iterate(numberOf(row, 'id')))
            yield {
              session: numberOf(entry, 'session'),
              sequence: numberOf(entry, 'sequence'),
              cursor: cursorOf(entry, 'seq', 'log_hash'),
              bytes: blobOf(entry, 'entry'),
            };
        },
      })),
    /** Entries of no document, and rows that should be empty and are not. */
    strayEntries: () =>
      all(
        `SELECT count(*) AS n FROM entries WHERE CASE WHEN document > 0
          THEN document NOT IN (SELECT id FROM documents) ELSE entry != zeroblob(length(entry)) END`,
      ).reduce((sum, row) => sum + numberOf(row, 'n'), 0),
    close: () => db.close(),
  };
}

export type StoredUser = ReturnType<Reading['users']>[number];
export type ReturnedUser = ReturnType<Reading['returnedUsers']>[number];
export type StoredChat = ReturnType<Reading['chats']>[number];
export type ReadDocument = ReturnType<Reading['documents']>[number];
export type { Reading };
