// A shared document (meta, notes) on the disk: its updates one by one, sealed under the storage key, and at the next
// start one in the place of many. Updates of others are kept as they came, with the cursor that covers them: also those
// that Yjs still holds back, because something before them is under way. What this device wrote itself comes in with the
// entry that carries it (`addOwn`), so that the disk never holds work that nobody will be told of.
import type { Storage } from './storage.ts';
import type { DocumentPersistence } from './segmentPersistence.ts';

/** So many updates become one: opening them takes a few milliseconds by then. */
const compactAfter = 64;

export interface SharedDocument {
  apply(updates: readonly Uint8Array[]): void;
  encode(): Uint8Array;
}

export function createSealedUpdates(
  storage: Storage,
  document: string,
  shared: SharedDocument,
): DocumentPersistence {
  let unsaved: readonly Uint8Array[] = [];
  let isDamaged = false;
  const load = async () => {
    const { updates, isWhole } = await storage.updates(document);
    isDamaged = !isWhole;
    shared.apply(updates);
    if (updates.length > compactAfter && !isDamaged) {
      // Where there is no room it stays as it is.
      await storage
        .batch()
        .replaceUpdates(document, shared.encode())
        .commit()
        .catch(() => {});
    }
  };
  return {
    whenLoaded: load(),
    isDamaged: () => isDamaged,
    addOwn: (batch, update) => batch.addUpdate(document, update),
    cursor: () => storage.cursor(document),
    async saveCursor(cursor, applied) {
      const saving = [...unsaved, ...applied];
      unsaved = saving;
      const batch = storage.batch().putCursor(document, cursor);
      for (const update of saving) batch.addUpdate(document, update);
      await batch.commit();
      unsaved = unsaved.slice(saving.length);
    },
    async close() {},
  };
}
