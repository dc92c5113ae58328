// What a document held before the relay forgot it: read from the disk of its former life, to be said again where the
// relay has it no more.
import * as Y from 'yjs';
import { idToText, type DocumentId } from '../../shared/protocol/ids.ts';
import type { Storage } from '../storage/storage.ts';
import type { MetaValues } from './meta.ts';
import { openSegmentDisk } from './segmentDisk.ts';
import { pairsOf, type SegmentItem } from './segmentState.ts';

/** Each life of a segment's document has a database of its own: the first one the plain name. */
export const segmentDatabase = (storage: Storage, id: DocumentId, generation: number): string =>
  `${storage.name}/segment/${idToText(id)}${generation === 0 ? '' : `/${generation}`}`;

/** The records of a segment in an earlier life of its document. */
export async function readLostSegment(
  storage: Storage,
  id: DocumentId,
  generation: number,
): Promise<readonly SegmentItem[]> {
  const doc = new Y.Doc();
  const persistence = openSegmentDisk(segmentDatabase(storage, id, generation), doc);
  await persistence.whenLoaded;
  const items = [...doc.store.clients.values()].flatMap(pairsOf);
  await persistence.close();
  doc.destroy();
  return items;
}

export async function clearLostSegment(storage: Storage, id: DocumentId, generation: number): Promise<void> {
  const doc = new Y.Doc();
  await openSegmentDisk(segmentDatabase(storage, id, generation), doc).clear();
  doc.destroy();
}

/** Where the updates of a meta document's former life lie. */
export const lostMeta = (id: DocumentId): string => `${idToText(id)}/lost`;

/** The signed values of a meta document in its former life, by the key of their device. */
export async function readLostMeta(storage: Storage, id: DocumentId) {
  const doc = new Y.Doc();
  for (const update of (await storage.updates(lostMeta(id))).updates) Y.applyUpdate(doc, update);
  const valuesOf = (name: string) =>
    [...doc.getMap(name)].flatMap(([key, value]) =>
      value instanceof Uint8Array ? [[key, value] as const] : [],
    );
  const values: MetaValues = {
    marks: new Map(valuesOf('marks')),
    profiles: new Map(valuesOf('profiles')),
    left: new Map(valuesOf('left')),
  };
  doc.destroy();
  return values;
}
