import { expect, test } from 'vitest';
import * as Y from 'yjs';
import type { SessionId } from '../../shared/protocol/ids.ts';
import { holdsErased, itemsOfState, lackOf, pairsOf, type SegmentItem } from './segmentState.ts';
import { arrayOf } from './segmentUpdate.ts';

/** A segment with one record. */
function oneRecord() {
  const doc = new Y.Doc();
  const record = [new Uint8Array([1]), new Uint8Array([2])];
  doc.getArray<Uint8Array>(arrayOf(new Uint8Array(8).fill(1) as SessionId)).push(record);
  const clocks = new Map(Y.decodeStateVector(Y.encodeStateVector(doc)));
  return { doc, clocks, items: itemsOfState(Y.encodeStateAsUpdate(doc)) };
}
const judges = (isDeleted: boolean) => ({ isRecord: async () => true, isDeleted: async () => isDeleted });

test('[D15] a snapshot lacks a record, or a body of which no deletion is known', async () => {
  const { doc, clocks, items } = oneRecord();
  expect([...doc.store.clients.values()].flatMap(pairsOf)).toEqual(items);
  const erased: SegmentItem[] = items.map((item) => ({ ...item, body: undefined }));
  expect(await lackOf(items, doc, clocks, judges(false))).toBe('nothing');
  expect(await lackOf([], doc, clocks, judges(true))).toBe('records');
  expect(await lackOf(erased, doc, clocks, judges(false))).toBe('bodies');
  expect(await lackOf(erased, doc, clocks, judges(true))).toBe('nothing');
});

test('[D18] a snapshot holds what was erased here where it has the body of a hole', () => {
  const { doc, items } = oneRecord();
  const erased: SegmentItem[] = items.map((item) => ({ ...item, body: undefined }));
  expect(holdsErased(items, doc)).toBe(false);
  doc.transact((transaction) => {
    for (const structs of doc.store.clients.values()) {
      const body = structs[1];
      if (body instanceof Y.Item) body.delete(transaction);
    }
  });
  expect(holdsErased(items, doc)).toBe(true);
  expect(holdsErased(erased, doc)).toBe(false);
  expect(holdsErased(items, new Y.Doc())).toBe(false);
});
