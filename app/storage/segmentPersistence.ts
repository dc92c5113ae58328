// A segment's Y.Doc on the disk, as y-indexeddb lays it out: a database for each open segment, an update in each row. It is
// read and written here, because y-indexeddb doesn't tell when a write is done or has failed, and never begins where one
// row can't be read. What is written is sealed already, because the records inside the document are. Rows, the cursor and
// how far the rows go are one transaction, so the cursor never claims more than the rows hold.
import { clearDocument } from 'y-indexeddb';
import * as v from 'valibot';
import type { Batch } from './batch.ts';
import { storedCursor, type StoredCursor } from './models.ts';
import { answerOf, noRoom } from './transaction.ts';

/** Then one row with the document's state takes the place of all; y-indexeddb's own number. */
const mostRows = 500;

export interface DocumentPersistence {
  /** Resolves once all that the disk holds is in the document. */
  readonly whenLoaded: Promise<void>;
  /** Rows that were written can't be read any more, or are gone: known once it is loaded. */
  isDamaged(): boolean;
  /** Adds work of this device to the batch that keeps the entry which carries it. */
  addOwn(batch: Batch, update: Uint8Array): Batch;
  cursor(): Promise<StoredCursor | undefined>;
  /** Resolves when everything applied to the document so far is durable (`applied` is the last of it), and this cursor. */
  saveCursor(cursor: StoredCursor, applied: readonly Uint8Array[]): Promise<void>;
  close(): Promise<void>;
}
export interface SegmentPersistence extends DocumentPersistence {
  /** Something was erased: the next write leaves no row that may still have it. */
  forget(): void;
  /** Closes it, and takes all that it held from the disk. */
  clear(): Promise<void>;
}
/** A Y.Doc, as its disk has to do with it. */
export interface PersistedDocument {
  /** Applies what can be read of these rows; says of each whether it could. */
  apply(rows: readonly unknown[]): readonly boolean[];
  /** All of it as one update. */
  encode(): Uint8Array;
  /** How far it goes. */
  extent(): Uint8Array;
  /** Whether it goes at least so far. */
  reaches(extent: unknown): boolean;
  /** Hears of every update but those of `apply`. */
  onUpdate(listener: (update: Uint8Array) => void): () => void;
}

export function createSegmentPersistence(name: string, document: PersistedDocument): SegmentPersistence {
  const opening = openDatabase(name);
  let isDamaged = false;
  let rowCount = 0;
  let hasErased = false;
  /** As the disk has it. */
  let cursorRow: unknown;
  /** In the document, and in no row. */
  const unsaved: Uint8Array[] = [];
  let writing: Promise<void> = Promise.resolve();
  let isWriteDue = false;

  async function load() {
    const transaction = (await opening).transaction(['updates', 'custom'], 'readwrite');
    const store = transaction.objectStore('updates');
    const custom = transaction.objectStore('custom');
    const [keys, rows, extent, cursor] = await Promise.all([
      answerOf(store.getAllKeys()),
      answerOf(store.getAll()),
      answerOf(custom.get('extent')),
      answerOf(custom.get('cursor')),
    ]);
    cursorRow = cursor;
    const areRead = document.apply(rows);
    // They are worth nothing any more, and what is sealed in them may have been erased since.
    for (const [index, key] of keys.entries()) if (!areRead[index]) store.delete(key);
    rowCount = areRead.filter(Boolean).length;
    isDamaged = rowCount < rows.length || (extent !== undefined && !document.reaches(extent));
    // Written by y-indexeddb itself, which left there what was erased since.
    hasErased = extent === undefined && rowCount > 0;
  }

  /** All that is unsaved, with this cursor. Where it fails it stays so, and goes with the next. */
  async function put(cursor?: StoredCursor) {
    isWriteDue = false;
    const database = await opening;
    const saving = [...unsaved];
    const wasErased = hasErased;
    hasErased = false;
    const isReplaced = wasErased || rowCount + saving.length > mostRows;
    try {
      await inOne(database, (updates, custom) => {
        if (isReplaced) updates.clear();
        for (const update of isReplaced ? [document.encode()] : saving) updates.add(update);
        custom.put(document.extent(), 'extent');
        if (cursor) custom.put(cursor, 'cursor');
      });
    } catch (error) {
      hasErased ||= wasErased;
      throw error;
    }
    if (cursor) cursorRow = cursor;
    rowCount = isReplaced ? 1 : rowCount + saving.length;
    unsaved.splice(0, saving.length);
  }
  const write = (cursor?: StoredCursor) => {
    const written = writing.then(() => put(cursor));
    writing = written.catch(() => {});
    return written;
  };

  const whenLoaded = load();
  const stopListening = document.onUpdate((update) => {
    unsaved.push(update);
    if (isWriteDue) return;
    isWriteDue = true;
    // Where there was no room it goes with the next cursor, which is not written without it.
    void whenLoaded.then(() => write()).catch(() => {});
  });

  async function close() {
    stopListening();
    await whenLoaded.catch(() => {});
    await writing;
    if (unsaved.length > 0) await write().catch(() => {});
    (await opening).close();
  }
  return {
    whenLoaded,
    isDamaged: () => isDamaged,
    // It is written like everything else; and a record that reached no entry is in the outbox.
    addOwn: (batch) => batch,
    async cursor() {
      await whenLoaded;
      const parsed = v.safeParse(storedCursor, cursorRow);
      return parsed.success ? parsed.output : undefined;
    },
    async saveCursor(cursor) {
      await whenLoaded;
      await write(cursor);
    },
    forget() {
      hasErased = true;
    },
    close,
    async clear() {
      await close();
      void clearSegmentDatabase(name);
    },
  };
}

/** Resolves when it is gone from the disk; where there is none, too. */
export const clearSegmentDatabase = (name: string): Promise<void> => clearDocument(name);

/** With the stores of y-indexeddb. */
async function openDatabase(name: string): Promise<IDBDatabase> {
  const request = indexedDB.open(name);
  request.onupgradeneeded = () => {
    request.result.createObjectStore('updates', { autoIncrement: true });
    request.result.createObjectStore('custom');
  };
  const database = await answerOf(request);
  // Whoever deletes it need not wait.
  database.onversionchange = () => database.close();
  return database;
}

/** All of it is written, or nothing. */
function inOne(
  database: IDBDatabase,
  work: (updates: IDBObjectStore, custom: IDBObjectStore) => void,
): Promise<void> {
  const transaction = database.transaction(['updates', 'custom'], 'readwrite');
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onabort = () => reject(transaction.error ?? noRoom());
    try {
      work(transaction.objectStore('updates'), transaction.objectStore('custom'));
    } catch (error) {
      reject(error);
      // Throws where it has ended by itself, which changes nothing any more.
      transaction.abort();
    }
  });
}
