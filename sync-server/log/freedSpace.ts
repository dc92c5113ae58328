// Entries that are gone, to the last byte. SQLite overwrites what it deletes, but when a deletion makes it move a row to
// another page, the old place keeps a copy, and who deletes that row later does not find it. So rows of `entries` are
// never deleted where they lie. A freed entry is overwritten in its place, by zeros of its length. Its room is taken back
// from the front of the table: rows there that are still wanted are written again at its end, and rows are deleted only
// so far behind that nothing but zeros is near enough to be moved.
import type { Bytes } from '../../shared/codec/bytes.ts';
import type { EntryHash } from '../../shared/protocol/ids.ts';
import type { Cursor } from '../../shared/protocol/frames/cursor.ts';
import { blobOf, numberOf, type Row } from './columns.ts';
import { giveBack, type Sqlite } from './database.ts';
import type { StoredDocument } from './documents.ts';

/** Sweeping writes again what is live: it waits until this much is freed, and a twelfth of the file. */
const worthSweepingBytes = 1024 * 1024;
const worthSweepingShare = 0.08;
/** Of one sweep: a few milliseconds. */
const maxRowsPerSweep = 256;
const maxBytesPerSweep = 1024 * 1024;
const pageBytes = 4096;
/** Free pages that the file keeps, because it will soon want them: a megabyte, or this share of it. */
const keptFreePages = 256;
const keptFreeShare = 0.05;
/** Of one step: a few milliseconds. */
const pagesGivenAtOnce = 256;
/** A deletion may move the rows of three pages; four are kept free of anything but zeros. */
const keptBehindBytes = 4 * 4096;
/** Of a row on its page: at least this (its header and a sealed entry's header), and of a large one no more. */
const leastRowBytes = 120;
const leastLargeRowBytes = 480;

/**
 * What stands for the document in a row that was written again elsewhere: takes as many bytes, so the row stays in place
 * (the sizes are those of SQLite's record format), and is no document.
 */
function nobodyLike(document: number): number {
  if (document === 1) return 0;
  if (document < 2 ** 7) return -1;
  if (document < 2 ** 15) return -(2 ** 15);
  if (document < 2 ** 23) return -(2 ** 23);
  return document < 2 ** 31 ? -(2 ** 31) : -(2 ** 47);
}

export type FreedSpace = ReturnType<typeof createFreedSpace>;

export function createFreedSpace(db: Sqlite) {
  // Of each session its newest: with max(), SQLite takes the other columns from that row.
  const newest = db.prepare<[number, number, number], Row>(
    `SELECT session, max(sequence) AS sequence, entry FROM entries
      WHERE document = ? AND document > 0 AND seq > ? AND seq <= ? GROUP BY session`,
  );
  const setSession = db.prepare<[number, Uint8Array, number]>(
    'UPDATE sessions SET freed_sequence = ?, freed_hash = ? WHERE id = ?',
  );
  const size = db.prepare<[number, number, number], Row>(
    `SELECT coalesce(sum(length(entry)), 0) AS n FROM entries
      WHERE document = ? AND document > 0 AND seq > ? AND seq <= ?`,
  );
  const overwrite = db.prepare<[number, number, number]>(
    `UPDATE entries SET entry = zeroblob(length(entry))
      WHERE document = ? AND document > 0 AND seq > ? AND seq <= ?`,
  );
  const setFreed = db.prepare<[number, Uint8Array, number]>(
    'UPDATE documents SET freed_seq = ?, freed_hash = ? WHERE id = ?',
  );
  const space = db.prepare<[], Row>('SELECT swept_to, freed_bytes FROM space');
  const addFreed = db.prepare<[number]>('UPDATE space SET freed_bytes = freed_bytes + ?');
  const setSwept = db.prepare<[number, number]>(
    'UPDATE space SET swept_to = ?, freed_bytes = max(0, freed_bytes - ?)',
  );
  const ahead = db.prepare<[number, number], Row>(
    `SELECT entries.rowid AS id, length(entry) AS size, entries.seq <= documents.freed_seq AS is_freed
      FROM entries CROSS JOIN documents ON documents.id = entries.document
      WHERE entries.rowid > ? ORDER BY entries.rowid LIMIT ?`,
  );
  const rowOf = db.prepare<[number], Row>('SELECT * FROM entries WHERE rowid = ?');
  const vacate = db.prepare<[number, number]>(
    'UPDATE entries SET document = ?, entry = zeroblob(length(entry)) WHERE rowid = ?',
  );
  const writeAgain = db.prepare<[number, number, number, number, Uint8Array, Uint8Array]>(
    'INSERT INTO entries (document, seq, session, sequence, log_hash, entry) VALUES (?, ?, ?, ?, ?, ?)',
  );
  const behind = db.prepare<[number], Row>(
    'SELECT rowid AS id, length(entry) AS size FROM entries WHERE rowid <= ? ORDER BY rowid DESC LIMIT 256',
  );
  const remove = db.prepare<[number]>('DELETE FROM entries WHERE rowid <= ?');

  function pages(pragma: 'page_count' | 'freelist_count'): number {
    const count = db.pragma(pragma, { simple: true });
    return typeof count === 'number' ? count : 0;
  }

  function move(id: number) {
    const row = rowOf.get(id);
    if (!row) throw new Error('a row that was just there');
    const document = numberOf(row, 'document');
    const entry = blobOf(row, 'entry');
    vacate.run(nobodyLike(document), id);
    writeAgain.run(
      document,
      numberOf(row, 'seq'),
      numberOf(row, 'session'),
      numberOf(row, 'sequence'),
      blobOf(row, 'log_hash'),
      entry,
    );
  }

  /** Deletes swept rows, up to where a moved row could be one that is not swept. */
  function removeBehind(sweptTo: number) {
    let kept = 0;
    for (const row of behind.all(sweptTo)) {
      if (kept > keptBehindBytes) return void remove.run(numberOf(row, 'id'));
      kept += numberOf(row, 'size') > 4000 ? leastLargeRowBytes : leastRowBytes;
    }
  }

  return {
    /** Inside `log.write`: entries up to there are gone. `hashOf` names an entry for the sessions that go on. */
    free({ row, freed }: StoredDocument, upTo: Cursor, hashOf: (entry: Bytes) => EntryHash) {
      const range = [row, freed.seq, upTo.seq] as const;
      for (const found of newest.all(...range)) {
        setSession.run(
          numberOf(found, 'sequence'),
          hashOf(blobOf(found, 'entry')),
          numberOf(found, 'session'),
        );
      }
      const freedSize = size.get(...range);
      addFreed.run(freedSize ? numberOf(freedSize, 'n') : 0);
      overwrite.run(...range);
      setFreed.run(upTo.seq, upTo.hash, row);
    },
    isWorthSweeping(): boolean {
      const row = space.get();
      const freedBytes = row ? numberOf(row, 'freed_bytes') : 0;
      return freedBytes > Math.max(worthSweepingBytes, pages('page_count') * pageBytes * worthSweepingShare);
    },
    isWorthGivingBack: (): boolean =>
      pages('freelist_count') > Math.max(keptFreePages, pages('page_count') * keptFreeShare),
    /** Some of the free pages, to the disk; the file is smaller after the next `emptyWriteAheadLog`. */
    giveBack: () => giveBack(db, pagesGivenAtOnce),
    /** Inside `log.write`: one sweep of bounded length at the front of the table. */
    sweep() {
      const from = space.get();
      let sweptTo = from ? numberOf(from, 'swept_to') : 0;
      let [moved, taken] = [0, 0];
      const rows = ahead.all(sweptTo, maxRowsPerSweep);
      // At the end of the table nothing that was freed can be ahead, whatever was counted.
      if (rows.length === 0) taken = Number.MAX_SAFE_INTEGER;
      for (const row of rows) {
        const id = numberOf(row, 'id');
        if (moved > maxBytesPerSweep) break;
        if (numberOf(row, 'is_freed') === 1) {
          taken += numberOf(row, 'size');
        } else {
          moved += numberOf(row, 'size');
          move(id);
        }
        sweptTo = id;
      }
      setSwept.run(sweptTo, taken);
      removeBehind(sweptTo);
    },
  };
}
