// A segment's Y.Doc as its disk has to do with it: rows that can't be read are left out, and how far it went when it was
// last written is compared with what came back.
import * as Y from 'yjs';
import { createSegmentPersistence, type SegmentPersistence } from '../storage/segmentPersistence.ts';

const origin = 'disk';

export const openSegmentDisk = (name: string, doc: Y.Doc): SegmentPersistence =>
  createSegmentPersistence(name, {
    apply: (rows) => Y.transact(doc, () => rows.map((row) => applyRow(doc, row)), origin, false),
    encode: () => Y.encodeStateAsUpdate(doc),
    extent: () => Y.encodeStateVector(doc),
    reaches: (extent) => reaches(doc, extent),
    onUpdate(listener) {
      const heard = (update: Uint8Array, from: unknown) => {
        if (from !== origin) listener(update);
      };
      doc.on('update', heard);
      return () => doc.off('update', heard);
    },
  });

function applyRow(doc: Y.Doc, row: unknown): boolean {
  if (!(row instanceof Uint8Array)) return false;
  try {
    Y.applyUpdate(doc, row, origin);
    return true;
  } catch {
    return false;
  }
}

/** What Yjs holds back, because something before it is gone, doesn't count. */
function reaches(doc: Y.Doc, extent: unknown): boolean {
  if (!(extent instanceof Uint8Array)) return false;
  try {
    const clocks = Y.decodeStateVector(extent);
    return [...clocks].every(([client, clock]) => Y.getState(doc.store, client) >= clock);
  } catch {
    return false;
  }
}
