// How the relay's file is opened: what each commit promises hangs on these settings alone.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import Database from 'better-sqlite3';
import { openDatabase } from './database.ts';
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
