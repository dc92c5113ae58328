import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compareBytes, concatBytes, equalBytes, textToBytes } from './bytes.ts';

test('[W1] concatBytes joins in order, into an array of its own', () => {
  const part = Uint8Array.of(1, 2);
  const joined = concatBytes(part, new Uint8Array(0), Uint8Array.of(3));
  expect(joined).toEqual(Uint8Array.of(1, 2, 3));
  part[0] = 9;
  expect(joined[0]).toBe(1);
  expect(concatBytes()).toEqual(new Uint8Array(0));
});

test('[W1] equalBytes and compareBytes agree with the platform', () => {
  const bytes = fc.uint8Array({ max: 3, maxLength: 4 });
  fc.assert(
    fc.property(bytes, bytes, (a, b) => {
      const order = Buffer.compare(a, b);
      expect(Math.sign(compareBytes(a, b))).toBe(order);
      expect(equalBytes(a, b)).toBe(order === 0);
    }),
    { numRuns: 500 },
  );
});

test('[W1] textToBytes is UTF-8', () => {
  expect(textToBytes('aä€😀')).toEqual(
    Uint8Array.of(0x61, 0xc3, 0xa4, 0xe2, 0x82, 0xac, 0xf0, 0x9f, 0x98, 0x80),
  );
});
