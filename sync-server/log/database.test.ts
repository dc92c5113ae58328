// How the relay's file is opened: what each commit promises hangs on these settings alone.
import fs, { mkdtempSync, rmSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import Database from 'better-sqlite3';
import { openDatabase, openWriteAheadLog } from './database.ts';
import { migrate } from './migrations.ts';

test('[R3] an open database survives a power cut after each commit, and overwrites what is deleted', () => {
  const folder = mkdtempSync(join(tmpdir(), 'convo-database-'));
  const db = openDatabase(join(folder, 'relay.db'));
  onTestFinished(() => {
    db.close();
    rmSync(folder, { recursive: true });
  });
  const settings = ['journal_mode', 'synchronous', 'secure_delete'].map((name) => [
    name,
    db.pragma(name, { simple: true }),
  ]);
  // Of `synchronous`, 2 is FULL: each commit reaches the disk before it returns.
  expect(Object.fromEntries(settings)).toEqual({ journal_mode: 'wal', synchronous: 2, secure_delete: 1 });
});

test('[R42] a file from before it could give room back is written anew, once, with all that is in it', () => {
  const folder = mkdtempSync(join(tmpdir(), 'convo-database-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const path = join(folder, 'relay.db');
  const old = new Database(path);
  migrate(old);
  const insert = old.prepare('INSERT INTO entries VALUES (1, ?, 1, ?, ?, ?)');
  for (let seq = 1; seq <= 100; seq++) insert.run(seq, seq, Buffer.alloc(16), Buffer.alloc(200, seq));
  old.exec('DELETE FROM entries WHERE seq % 2 = 0; UPDATE space SET swept_to = 50');
  const all = 'SELECT seq, entry FROM entries ORDER BY rowid';
  const rows = old.prepare(all).all();
  old.close();

  const db = openDatabase(path);
  expect(db.pragma('auto_vacuum', { simple: true })).toBe(2);
  expect(db.prepare(all).all()).toEqual(rows);
  // Rows have new numbers now: sweeping begins at the front.
  expect(db.prepare('SELECT swept_to FROM space').pluck().get()).toBe(0);
  db.close();
});

test('[R43] each way to sync has opened the log for itself, before anything is written, and lets go of it in the end', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'convo-database-'));
  const real = {
    openSync: fs.openSync,
    closeSync: fs.closeSync,
    fdatasync: fs.fdatasync,
    fdatasyncSync: fs.fdatasyncSync,
  };
  onTestFinished(() => {
    Object.assign(fs, real);
    syncBuiltinESMExports();
    rmSync(folder, { recursive: true });
  });
  const [opened, synced] = [new Set<number>(), new Set<number>()];
  Object.assign(fs, {
    openSync(path: string, flags: string) {
      const file = real.openSync(path, flags);
      opened.add(file);
      return file;
    },
    closeSync(file: number) {
      opened.delete(file);
      real.closeSync(file);
    },
    fdatasync(file: number, done: (error: Error | null) => void) {
      synced.add(file);
      real.fdatasync(file, done);
    },
    fdatasyncSync(file: number) {
      synced.add(file);
      real.fdatasyncSync(file);
    },
  });
  syncBuiltinESMExports();
  const db = openDatabase(join(folder, 'relay.db'));
  const log = openWriteAheadLog(join(folder, 'relay.db'));
  expect(opened.size).toBe(2);
  const before = [...opened];
  log.sync();
  const isDone = new Promise((resolve) => log.syncApart(resolve));
  expect([...synced].toSorted()).toEqual(before.toSorted());
  // Closed while the disk is at work: that sync keeps its file until it is done.
  log.close();
  log.close();
  expect(opened.size).toBe(1);
  expect(await isDone).toBe(null);
  expect(opened.size).toBe(0);
  db.close();
});
