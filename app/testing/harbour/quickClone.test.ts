import { expect, test } from 'vitest';
import { createQuickClone } from './quickClone.ts';

const row = {
  id: 'a',
  at: -Infinity,
  sealed: new Uint8Array([1, 2, 3]).subarray(1),
  list: [1, [null, true]],
  no: undefined,
};

test('a plain value is copied as the platform copies it, and shares nothing with it', () => {
  const quickClone = createQuickClone(() => {
    throw new Error('it was to be copied here');
  });
  const copy = quickClone(row);
  expect(copy).toStrictEqual(structuredClone(row));
  expect(copy.sealed).not.toBe(row.sealed);
  row.sealed[0] = 9;
  expect(copy.sealed[0]).toBe(2);
});

test('all else is copied by the platform', () => {
  const quickClone = createQuickClone(structuredClone);
  const circle: { own?: unknown } = {};
  circle.own = circle;
  const copy = quickClone(circle);
  expect(copy.own).toBe(copy);
  for (const one of [new Date(5), { map: new Map([[1, 2]]) }, [new Uint8Array(2).buffer]])
    expect(quickClone<unknown>(one)).toStrictEqual(structuredClone<unknown>(one));
  expect(() => quickClone({ run() {} })).toThrow(DOMException);
});
