import fc from 'fast-check';
import { expect, test } from 'vitest';
import { concatBytes, textToBytes } from '../../shared/codec/bytes.ts';
import { boxesRoot, boxPath, checkBoxPath } from './boxTree.ts';
import { sha256 } from './hash.ts';
import { counting, hex, spoiled } from './vectors.ts';

const boxesOf = (count: number) => Array.from({ length: count }, (_, i) => counting(10 + i, i));
const leaf = (box: Uint8Array) => sha256(concatBytes(textToBytes('convo/box-leaf/1'), box));
const node = (left: Uint8Array, right: Uint8Array) =>
  sha256(concatBytes(textToBytes('convo/box-node/1'), left, right));

test('[K13] the root of no boxes is zeros, of one box its leaf', () => {
  expect(boxesRoot([])).toEqual(new Uint8Array(32));
  expect(boxesRoot([counting(5)])).toEqual(leaf(counting(5)));
  expect(boxPath([counting(5)], 0)).toEqual([]);
});

test('[K13] the tree of five: an odd node rises unchanged', () => {
  const boxes = boxesOf(5);
  const [a, b, c, d, e] = boxes.map(leaf);
  if (!a || !b || !c || !d || !e) throw new Error('expected five leaves');
  const four = node(node(a, b), node(c, d));
  expect(boxesRoot(boxes)).toEqual(node(four, e));
  expect(boxPath(boxes, 4)).toEqual([four]);
  expect(boxPath(boxes, 2)).toEqual([d, node(a, b), e]);
  expect(hex(boxesRoot(boxes))).toBe('42470835326a42c1a88288f08c3a0a50cb5b2226e8704d9acacf45e0a9ae4b63');
});

test('[K13] every box of every tree has a path that checks, and no other place does', () => {
  for (let count = 1; count <= 20; count++) {
    const boxes = boxesOf(count);
    const root = boxesRoot(boxes);
    for (const [index, box] of boxes.entries()) {
      const path = boxPath(boxes, index);
      for (let place = -1; place <= count; place++) {
        expect(checkBoxPath(root, { box, index: place, count, path })).toBe(place === index);
      }
    }
  }
});

test('[K13] a path is refused once a byte of root, box or path has changed, or a sibling is missing or added', () => {
  const boxes = boxesOf(7);
  const root = boxesRoot(boxes);
  const box = counting(10 + 3, 3);
  const path = boxPath(boxes, 3);
  expect(checkBoxPath(root, { box, index: 3, count: 7, path })).toBe(true);
  for (const changed of spoiled(root))
    expect(checkBoxPath(changed, { box, index: 3, count: 7, path })).toBe(false);
  for (const changed of spoiled(box))
    expect(checkBoxPath(root, { box: changed, index: 3, count: 7, path })).toBe(false);
  for (const [at, sibling] of path.entries()) {
    for (const changed of spoiled(sibling)) {
      expect(checkBoxPath(root, { box, index: 3, count: 7, path: path.with(at, changed) })).toBe(false);
    }
  }
  expect(checkBoxPath(root, { box, index: 3, count: 7, path: path.slice(1) })).toBe(false);
  expect(checkBoxPath(root, { box, index: 3, count: 7, path: [...path, counting(32)] })).toBe(false);
});

test('[K13] a node can not be passed for a box', () => {
  const boxes = boxesOf(4);
  const inner = concatBytes(leaf(counting(10, 0)), leaf(counting(11, 1)));
  const sibling = node(leaf(counting(12, 2)), leaf(counting(13, 3)));
  expect(checkBoxPath(boxesRoot(boxes), { box: inner, index: 0, count: 2, path: [sibling] })).toBe(false);
});

test('[K13] nothing that a relay sends makes the check throw', () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 40 }),
      fc.double(),
      fc.double(),
      fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 12 }),
      (root, index, count, path) => !checkBoxPath(root, { box: counting(9), index, count, path }),
    ),
  );
  expect(
    checkBoxPath(counting(32), { box: counting(9), index: 0, count: Number.MAX_SAFE_INTEGER, path: [] }),
  ).toBe(false);
});

test('[K13] a path to a box that is not there is a bug, and throws', () => {
  expect(() => boxPath(boxesOf(3), 3)).toThrow(RangeError);
  expect(() => boxPath(boxesOf(3), -1)).toThrow(RangeError);
  expect(() => boxPath(boxesOf(3), 0.5)).toThrow(RangeError);
  expect(() => boxPath([], 0)).toThrow(RangeError);
});
