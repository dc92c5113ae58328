// Opens the relay's one SQLite file: write-ahead log, synchronous=FULL (a commit that returned survives a power cut),
// locked for this process alone, because rooms keep the end of their logs in memory. Knows nothing of what is in it.
import { closeSync, fdatasync, fdatasyncSync, openSync } from 'node:fs';
import Database from 'better-sqlite3';
import { migrate } from './migrations.ts';

export type Sqlite = Database.Database;

/** Pages of 4 KB; between checkpoints the write-ahead log may grow to 16 MB, so a burst isn't slowed by them. */
const checkpointPages = 4000;

export function openDatabase(path: string): Sqlite {
  // A relay that is just stopping lets go of its lock within a moment.
  const db = new Database(path, { timeout: 500 });
  try {
    db.pragma('locking_mode = EXCLUSIVE');
    // Before anything is in it: free pages can go back to the disk, when somebody says so.
    db.pragma('auto_vacuum = INCREMENTAL');
    db.pragma('journal_mode = WAL');
    db.pragma('synchronous = FULL');
    db.pragma('foreign_keys = ON');
    // What is deleted is overwritten; nothing is set down in temporary files.
    db.pragma('secure_delete = ON');
    db.pragma('temp_store = MEMORY');
    db.pragma(`wal_autocheckpoint = ${checkpointPages}`);
    migrate(db);
    if (db.pragma('auto_vacuum', { simple: true }) !== incremental) rebuild(db);
    // What the last relay freed may still lie in the write-ahead log that it left.
    emptyWriteAheadLog(db);
  } catch (error) {
    db.close();
    throw error;
  }
  return db;
}

/** As SQLite numbers its ways of giving room back. */
const incremental = 2;

/** A file from before it could give room back: once, written anew. That numbers the rows of entries anew, too. */
function rebuild(db: Sqlite): void {
  db.exec('UPDATE space SET swept_to = 0');
  try {
    db.exec('VACUUM');
  } catch (error) {
    // It takes the file's size once more. Where there is no room for it, the next start tries again.
    if (!isDiskFull(error)) throw error;
  }
}

/** Gives free pages at the end of the file back to the disk, and moves others there; at most so many. */
export function giveBack(db: Sqlite, pages: number): void {
  db.pragma(`incremental_vacuum(${pages})`);
}

/** How far a commit gets before it returns: onto the disk, or into the write-ahead log, which its caller then syncs. */
export function createSynchronous(db: Sqlite) {
  let current: 'FULL' | 'NORMAL' = 'FULL';
  return (wanted: typeof current) => {
    if (wanted !== current) db.pragma(`synchronous = ${wanted}`);
    current = wanted;
  };
}

/**
 * The write-ahead log as a file that can be synced beside SQLite: frames that it had before are on the disk after it, and
 * a commit counts after a crash if all frames up to its own are. It stays the same file while the database is open.
 * Linux tells of a failed write once for each time that a file was opened, at the next sync there: so SQLite, `sync` and
 * `syncApart` have each opened it for themselves, before anything is written that they sync.
 */
export function openWriteAheadLog(path: string) {
  const open = () => openSync(`${path}-wal`, 'r+');
  const [file, fileApart] = [open(), open()];
  let isAtWork = false;
  let isClosed = false;
  return {
    sync: () => fdatasyncSync(file),
    /** One at a time: of two on one descriptor only one would hear of a failure. */
    syncApart(done: (error: Error | null) => void) {
      if (isAtWork) throw new Error('the disk is still at work on the last sync');
      isAtWork = true;
      fdatasync(fileApart, (error) => {
        isAtWork = false;
        if (isClosed) closeSync(fileApart);
        done(error);
      });
    },
    /** A sync that is at work ends first. */
    close() {
      if (isClosed) return;
      isClosed = true;
      closeSync(file);
      if (!isAtWork) closeSync(fileApart);
    },
  };
}

/** Puts all that is committed into the database itself, and cuts the write-ahead log to nothing. */
export function emptyWriteAheadLog(db: Sqlite): void {
  db.pragma('wal_checkpoint(TRUNCATE)');
}

/** Stands in for a full disk: SQLite refuses to grow the file beyond this. 0 lifts the limit. */
export function setMaxPageCount(db: Sqlite, pages: number): void {
  db.pragma(`max_page_count = ${pages === 0 ? 0xfffffffe : pages}`);
}

const fullCodes: ReadonlySet<string> = new Set(['SQLITE_FULL', 'SQLITE_IOERR_WRITE', 'SQLITE_IOERR_FSYNC']);
/** No room, or a medium that takes no more: nothing of the transaction is stored. */
export const isDiskFull = (error: unknown): boolean =>
  error instanceof Database.SqliteError && fullCodes.has(error.code);
export const isLocked = (error: unknown): boolean =>
  error instanceof Database.SqliteError && error.code.startsWith('SQLITE_BUSY');
export const isNoDatabase = (error: unknown): boolean =>
  error instanceof Database.SqliteError && /^SQLITE_(NOTADB|CORRUPT)/.test(error.code);
/** A folder or file system that takes no writes; on one that is mounted read-only the lock is what fails first. */
export const isUnwritable = (error: unknown): boolean =>
  error instanceof Database.SqliteError && /^SQLITE_(READONLY|CANTOPEN|IOERR_LOCK)/.test(error.code);
