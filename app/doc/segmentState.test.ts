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

test('[D15] a record lies in a snapshot once without its body, and once with it: that is no lack', async () => {
  const { doc, clocks, items } = oneRecord();
  const empty: SegmentItem[] = items.map((item) => ({ ...item, body: new Uint8Array(0) }));
  const erased: SegmentItem[] = items.map((item) => ({ ...item, body: undefined }));
  const other: SegmentItem[] = items.map((item) => ({ ...item, body: new Uint8Array([3]) }));
  for (const copy of [empty, erased, other]) {
    expect(await lackOf([...items, ...copy], doc, clocks, judges(false))).toBe('nothing');
    expect(await lackOf([...copy, ...items], doc, clocks, judges(false))).toBe('nothing');
  }
  // Where no copy has it, it may have been deleted; what is another body was not.
  for (const state of [empty, [...erased, ...empty], [...empty, ...other], [...other, ...erased]]) {
    expect(await lackOf(state, doc, clocks, judges(false))).toBe('bodies');
    expect(await lackOf(state, doc, clocks, judges(true))).toBe('nothing');
  }
  expect(await lackOf([...other, ...other], doc, clocks, judges(true))).toBe('records');
});

test('[D15] of a record that is here without its body a snapshot lacks none', async () => {
  const doc = new Y.Doc();
  const session = new Uint8Array(8).fill(1) as SessionId;
  doc.getArray<Uint8Array>(arrayOf(session)).push([new Uint8Array([1]), new Uint8Array(0)]);
  const clocks = new Map(Y.decodeStateVector(Y.encodeStateVector(doc)));
  const [empty] = itemsOfState(Y.encodeStateAsUpdate(doc));
  if (!empty) throw new Error('expected a record');
  for (const body of [new Uint8Array([2]), new Uint8Array(0), undefined]) {
    expect(await lackOf([{ ...empty, body }], doc, clocks, judges(false))).toBe('nothing');
  }
  expect(await lackOf([], doc, clocks, judges(false))).toBe('records');
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
  const empty: SegmentItem[] = items.map((item) => ({ ...item, body: new Uint8Array(0) }));
  expect(holdsErased(empty, doc)).toBe(false);
  expect(holdsErased(items, new Y.Doc())).toBe(false);
});
