import { expect, test } from 'vitest';
import fc from 'fast-check';
import * as Y from 'yjs';
import type { SessionId } from '../../shared/protocol/ids.ts';
import {
  arrayOf,
  checkSegmentSnapshot,
  checkSegmentUpdate,
  clientOf,
  isOwnUpdate,
  takeOwnPieces,
} from './segmentUpdate.ts';

const session = Uint8Array.of(0, 0, 0, 7, 1, 2, 3, 4) as SessionId;
const other = Uint8Array.of(0, 0, 0, 9, 1, 2, 3, 4) as SessionId;
const bytes = (...values: number[]) => Uint8Array.from(values);

/** A document of this session's client, after `change`; and what the change alone added. */
function updateOf(change: (doc: Y.Doc) => void, before: (doc: Y.Doc) => void = () => {}, of = session) {
  const doc = new Y.Doc();
  doc.clientID = clientOf(of);
  before(doc);
  const state = Y.encodeStateVector(doc);
  change(doc);
  return Y.encodeStateAsUpdate(doc, state);
}
const push = (doc: Y.Doc, name = arrayOf(session), ...values: Uint8Array[]) =>
  doc.getArray<Uint8Array>(name).push(values);
const pair = (doc: Y.Doc) => push(doc, arrayOf(session), bytes(1), bytes(2));

test('[D3] pairs at the end of the own array are taken, first and later', () => {
  expect(checkSegmentUpdate(updateOf(pair), session)).toBeDefined();
  const doc = new Y.Doc();
  for (const update of [updateOf(pair), updateOf(pair, pair)]) {
    const checked = checkSegmentUpdate(update, session);
    if (checked) Y.applyUpdate(doc, checked);
  }
  expect(doc.getArray(arrayOf(session)).toArray()).toEqual([bytes(1), bytes(2), bytes(1), bytes(2)]);
});

const hostile: [what: string, update: () => Uint8Array][] = [
  [
    "another session's client",
    () =>
      updateOf(
        (doc) => push(doc, arrayOf(session), bytes(1)),
        () => {},
        other,
      ),
  ],
  ["another session's array", () => updateOf((doc) => push(doc, arrayOf(other), bytes(1)))],
  ['a map', () => updateOf((doc) => doc.getMap(arrayOf(session)).set('a', bytes(1)))],
  ['a text', () => updateOf((doc) => doc.getText(arrayOf(session)).insert(0, 'a'))],
  ['plain values', () => updateOf((doc) => doc.getArray<unknown>(arrayOf(session)).push(['a', 1]))],
  ['a type inside', () => updateOf((doc) => doc.getArray<unknown>(arrayOf(session)).push([new Y.Map()]))],
  [
    'an insertion at the front',
    () => updateOf((doc) => doc.getArray<Uint8Array>(arrayOf(session)).insert(0, [bytes(9)]), pair),
  ],
  [
    'an insertion in the middle',
    () => updateOf((doc) => doc.getArray<Uint8Array>(arrayOf(session)).insert(1, [bytes(9)]), pair),
  ],
  [
    'a deleted item',
    () =>
      updateOf((doc) => {
        pair(doc);
        doc.getArray(arrayOf(session)).delete(0, 1);
      }),
  ],
  ['nothing', () => updateOf(() => {})],
  [
    'a gap between clocks',
    () =>
      Y.mergeUpdates([
        updateOf(pair),
        updateOf(pair, (doc) => {
          pair(doc);
          pair(doc);
        }),
      ]),
  ],
  [
    "others' work beside its own",
    () =>
      updateOf((doc) => {
        Y.applyUpdate(
          doc,
          updateOf(
            (d) => push(d, arrayOf(other), bytes(1)),
            () => {},
            other,
          ),
        );
        pair(doc);
      }),
  ],
];
test.each(hostile)('[D3] %s refuses the update', (_what, update) => {
  expect(checkSegmentUpdate(update(), session)).toBeUndefined();
});

test('[D3] deletions in an update do not reach the document', () => {
  const mine = new Y.Doc();
  mine.clientID = clientOf(session);
  pair(mine);
  const theirs = new Y.Doc();
  theirs.clientID = clientOf(other);
  Y.applyUpdate(theirs, Y.encodeStateAsUpdate(mine));
  theirs.getArray(arrayOf(session)).delete(0, 2);
  push(theirs, arrayOf(other), bytes(3));
  const update = Y.encodeStateAsUpdate(theirs, Y.encodeStateVector(mine));
  const checked = checkSegmentUpdate(update, other);
  if (checked) Y.applyUpdate(mine, checked);
  expect(mine.getArray(arrayOf(session)).length).toBe(2);
});

test('[D3] bytes that are no update are refused without a throw', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (anything) => {
      checkSegmentUpdate(anything, session);
      isOwnUpdate(anything, session);
    }),
    { numRuns: 300 },
  );
  expect(checkSegmentUpdate(bytes(1, 200, 3), session)).toBeUndefined();
});

test('[D3] own work is cut into pieces of whole pairs that together are all of it', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 1, max: 400 }), { minLength: 1, maxLength: 40 }),
      fc.integer({ min: 1, max: 1500 }),
      (sizes, maxBytes) => {
        const doc = new Y.Doc();
        doc.clientID = clientOf(session);
        for (const size of sizes) push(doc, arrayOf(session), new Uint8Array(size), new Uint8Array(size));
        const pieces = takeOwnPieces(Y.encodeStateAsUpdate(doc), session, 0, maxBytes);
        const copy = new Y.Doc();
        let clock = 0;
        for (const { update, from, to } of pieces) {
          expect([from, to % 2]).toEqual([clock, 0]);
          clock = to;
          const checked = checkSegmentUpdate(update, session);
          if (checked) Y.applyUpdate(copy, checked);
        }
        expect(clock).toBe(sizes.length * 2);
        expect(copy.getArray(arrayOf(session)).length).toBe(sizes.length * 2);
      },
    ),
    { numRuns: 50 },
  );
});

test("[D11] a shared document takes an update only of its session's own items", () => {
  const own = updateOf((doc) => doc.getMap('marks').set('a', bytes(1)));
  expect(isOwnUpdate(own, session)).toBe(true);
  expect(isOwnUpdate(own, other)).toBe(false);
});

const lineOf = (of: SessionId) => ({ session: of });
test('[D13] a snapshot with anything but pairs in their own arrays is none', () => {
  const good = updateOf(pair);
  expect(checkSegmentSnapshot(good, [lineOf(session)])).toBe(good);
  expect(checkSegmentSnapshot(good, [])).toBeUndefined();
  expect(checkSegmentSnapshot(good, [lineOf(other)])).toBeUndefined();
  const half = updateOf((doc) => push(doc, arrayOf(session), bytes(1)));
  expect(checkSegmentSnapshot(half, [lineOf(session)])).toBeUndefined();
  for (const [what, update] of hostile) {
    if (what === 'nothing') continue;
    expect(checkSegmentSnapshot(update(), [lineOf(session)]), what).toBeUndefined();
  }
});

test('[D13] a snapshot with two sessions on one Yjs client is none', () => {
  const sameClient = new Uint8Array([...session.slice(0, 4), 5, 5, 5, 5]) as SessionId;
  expect(checkSegmentSnapshot(updateOf(pair), [lineOf(session), lineOf(sameClient)])).toBeUndefined();
  expect(checkSegmentSnapshot(updateOf(pair), [lineOf(sameClient), lineOf(session)])).toBeUndefined();
});

test('[D13] a state with anything behind it, the word of a deletion too, is none', () => {
  const update = updateOf(pair);
  const check = (state: Uint8Array) => checkSegmentSnapshot(state, [{ session }]);
  expect(check(update)).toEqual(update);
  expect(check(new Uint8Array([...update, 0]))).toBeUndefined();
  // Of client 9 two items from clock 0 on.
  expect(check(new Uint8Array([...update.slice(0, -1), 1, 9, 1, 0, 2]))).toBeUndefined();
});
