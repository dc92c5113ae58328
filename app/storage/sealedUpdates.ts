// A shared document (meta, notes) on the disk: its updates one by one, sealed under the storage key, and now and then
// one in the place of all. The cursor is written after the updates that it covers.
import type { Storage } from './storage.ts';
import type { DocumentPersistence } from './segmentPersistence.ts';

/** So many updates become one: opening them takes a few milliseconds by then. */
const compactAfter = 64;

export interface SharedDocument {
  apply(updates: readonly Uint8Array[]): void;
  encode(): Uint8Array;
  /** Calls back with each update that is not from `apply`; returns how to stop. */
  onUpdate(listener: (update: Uint8Array) => void): () => void;
}

export function createSealedUpdates(
  storage: Storage,
  document: string,
  shared: SharedDocument,
): DocumentPersistence {
  let count = 0;
  let queue: Promise<void> = Promise.resolve();
  const enqueue = (write: () => Promise<void>) => {
    queue = queue.then(write, write);
    return queue;
  };
  const whenLoaded = storage.updates(document).then((updates) => {
    count = updates.length;
    shared.apply(updates);
  });
  const stop = shared.onUpdate((update) => {
    void enqueue(async () => {
      const batch = storage.batch();
      if (++count <= compactAfter) batch.addUpdate(document, update);
      else {
        count = 1;
        batch.replaceUpdates(document, shared.encode());
      }
      await batch.commit();
    });
  });
  return {
    whenLoaded,
    cursor: () => storage.cursor(document),
    saveCursor: (cursor) => enqueue(() => storage.batch().putCursor(document, cursor).commit()),
    async close() {
      stop();
      await queue;
    },
  };
}
