// A segment's Y.Doc on the disk, through y-indexeddb: a database for each open segment. What it writes is sealed already,
// because the records inside the document are. The cursor lies beside it, and never claims more than the updates hold.
import { IndexeddbPersistence } from 'y-indexeddb';
import type { Doc } from 'yjs';
import * as v from 'valibot';
import type { Batch } from './batch.ts';
import { storedCursor, type StoredCursor } from './models.ts';

export interface DocumentPersistence {
  /** Resolves once all that the disk holds is in the document. */
  readonly whenLoaded: Promise<void>;
  /** Adds work of this device to the batch that keeps the entry which carries it. */
  addOwn(batch: Batch, update: Uint8Array): Batch;
  cursor(): Promise<StoredCursor | undefined>;
  /** Resolves when everything applied to the document so far is durable (`applied` is the last of it), and this cursor. */
  saveCursor(cursor: StoredCursor, applied: readonly Uint8Array[]): Promise<void>;
  close(): Promise<void>;
}
export interface SegmentPersistence extends DocumentPersistence {
  /** Closes it, and takes all that it held from the disk. */
  clear(): Promise<void>;
}

export function createSegmentPersistence(name: string, doc: Doc): SegmentPersistence {
  const persistence = new IndexeddbPersistence(name, doc);
  const whenLoaded = persistence.whenSynced.then(() => {});
  return {
    whenLoaded,
    // y-indexeddb has written it already; and a record that reached no entry is in the outbox.
    addOwn: (batch) => batch,
    async cursor() {
      const parsed = v.safeParse(storedCursor, await persistence.get('cursor'));
      return parsed.success ? parsed.output : undefined;
    },
    async saveCursor(cursor) {
      await whenLoaded;
      // A transaction over both stores starts only after the writes of updates before it are done.
      const transaction = persistence.db?.transaction(['updates', 'custom'], 'readwrite');
      if (!transaction) return;
      transaction.objectStore('custom').put(cursor, 'cursor');
      await new Promise<void>((resolve, reject) => {
        transaction.oncomplete = () => resolve();
        transaction.onabort = () => reject(transaction.error ?? new Error('the cursor could not be written'));
      });
    },
    async close() {
      await persistence.destroy();
    },
    clear: () => persistence.clearData(),
  };
}
