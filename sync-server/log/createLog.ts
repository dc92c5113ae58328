// The relay's durable memory: the only floor that knows SQL. It stores what it is told and judges nothing.
import type { Bytes } from '../../shared/codec/bytes.ts';
import { fail, ok, type Result } from '../../shared/protocol/result.ts';
import { createAccounts } from './accounts.ts';
import { createAwaitedNames } from './awaitedNames.ts';
import { createChats } from './chats.ts';
import { blobOf, type Row } from './columns.ts';
import {
  createSynchronous,
  emptyWriteAheadLog,
  isDiskFull,
  openDatabase,
  openWriteAheadLog,
  setMaxPageCount,
} from './database.ts';
import { createDocuments } from './documents.ts';
import { createFreedSpace } from './freedSpace.ts';
import { createInvitations } from './invitations.ts';
import { createMailboxes } from './mailboxes.ts';
import { createSnapshots } from './snapshots.ts';
import { createReturnedBoxes } from './returnedBoxes.ts';
import { createTokenFamilies } from './tokenFamilies.ts';

export type Log = ReturnType<typeof createLog>;

export function createLog({
  path,
  random,
  onDiskFull = () => {},
}: {
  path: string;
  random: (length: number) => Bytes;
  /** Something could not be written for want of room. */
  onDiskFull?: () => void;
}) {
  const db = openDatabase(path);
  const synchronous = createSynchronous(db);
  const writeAheadLog = openWriteAheadLog(path);
  const begin = db.prepare('BEGIN IMMEDIATE');
  const commit = db.prepare('COMMIT');
  const rollback = db.prepare('ROLLBACK');
  const freedSpace = createFreedSpace(db);

  /** One transaction: written when this returns ok, and nothing of it stored otherwise. What `work` throws is passed on. */
  function transact<T>(work: () => T): Result<T, 'disk-full'> {
    try {
      begin.run();
      const value = work();
      commit.run();
      return ok(value);
    } catch (error) {
      // SQLite has rolled back by itself after some of its errors.
      if (db.inTransaction) rollback.run();
      return noRoom(error);
    }
  }

  function noRoom(error: unknown) {
    if (!isDiskFull(error)) throw error;
    onDiskFull();
    return fail('disk-full');
  }

  function withRoom(work: () => void): Result<void, 'disk-full'> {
    try {
      return ok(work());
    } catch (error) {
      return noRoom(error);
    }
  }

  function birth(): Bytes {
    const row = db.prepare<[], Row>('SELECT birth FROM relay').get();
    if (row) return blobOf(row, 'birth');
    const made = random(32);
    db.prepare<[Uint8Array]>('INSERT INTO relay (id, birth) VALUES (1, ?)').run(made);
    return made;
  }

  return {
    /** One transaction: durable when this returns ok, and nothing of it stored otherwise. What `work` throws is passed on. */
    write<T>(work: () => T): Result<T, 'disk-full'> {
      synchronous('FULL');
      return transact(work);
    },
    /** As `write`, but durable only after the next `sync`, or once the next `syncApart` is done. */
    writeUnsynced<T>(work: () => T): Result<T, 'disk-full'> {
      synchronous('NORMAL');
      return transact(work);
    },
    /** These throw, or end with, what the disk says: then it is unknown how much of what was written is on it. */
    sync: writeAheadLog.sync,
    syncApart: writeAheadLog.syncApart,
    /** Random bytes made with the database. */
    birth: birth(),
    accounts: createAccounts(db),
    tokenFamilies: createTokenFamilies(db),
    invitations: createInvitations(db),
    chats: createChats(db),
    documents: createDocuments(db),
    snapshots: createSnapshots(db),
    freedSpace,
    mailboxes: createMailboxes(db),
    /**
     * After it, nothing that was freed is in any file. Outside of `write`; disk-full: what was committed is durable, and
     * still in the write-ahead log.
     */
    emptyWriteAheadLog: () => withRoom(() => emptyWriteAheadLog(db)),
    /** Some of the file's free pages to the disk. Outside of `write`. */
    giveBack() {
      synchronous('FULL');
      return withRoom(() => freedSpace.giveBack());
    },
    awaitedNames: createAwaitedNames(db),
    returnedBoxes: createReturnedBoxes(db),
    setMaxPageCount: (pages: number) => setMaxPageCount(db, pages),
    close() {
      writeAheadLog.close();
      db.close();
    },
  };
}
