// How the relay's file is opened: what each commit promises hangs on these settings alone.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { openDatabase } from './database.ts';

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
