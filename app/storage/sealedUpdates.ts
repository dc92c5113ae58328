// A shared document (meta, notes) on the disk: its updates one by one, sealed under the storage key, and at the next
// start one in the place of many. The cursor is written after the updates that it covers. What this device wrote itself
// comes in with the entry that carries it (`addOwn`), so that the disk never holds work that nobody will be told of.
import type { Storage } from './storage.ts';
import type { DocumentPersistence } from './segmentPersistence.ts';

/** So many updates become one: opening them takes a few milliseconds by then. */
const compactAfter = 64;

export interface SharedDocument {
  apply(updates: readonly Uint8Array[]): void;
  encode(): Uint8Array;
  /** Calls back with each update of others; returns how to stop. */
  onUpdate(listener: (update: Uint8Array) => void): () => void;
}

export function createSealedUpdates(
  storage: Storage,
  document: string,
  shared: SharedDocument,
): DocumentPersistence {
  let queue: Promise<void> = Promise.resolve();
  const enqueue = (write: () => Promise<void>) => {
    queue = queue.then(write, write);
    return queue;
  };
  const load = async () => {
    const updates = await storage.updates(document);
    shared.apply(updates);
    if (updates.length > compactAfter) {
      await storage.batch().replaceUpdates(document, shared.encode()).commit();
    }
  };
  const whenLoaded = load();
  const stop = shared.onUpdate((update) => {
    void enqueue(() => storage.batch().addUpdate(document, update).commit());
  });
  return {
    whenLoaded,
    addOwn: (batch, update) => batch.addUpdate(document, update),
    cursor: () => storage.cursor(document),
    saveCursor: (cursor) => enqueue(() => storage.batch().putCursor(document, cursor).commit()),
    async close() {
      stop();
      await queue;
    },
  };
}
