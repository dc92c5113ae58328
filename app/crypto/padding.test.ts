import fc from 'fast-check';
import { expect, test } from 'vitest';
import { pad, padmeLength, unpad } from './padding.ts';
import { spoiled } from './vectors.ts';

test('[K5] PADMÉ rounds as the paper does', () => {
  const rounded = [0, 1, 2, 7, 8, 9, 10, 11, 63, 64, 65, 100, 129, 1000, 1025, 1_000_000];
  expect(rounded.map(padmeLength)).toEqual([
    0, 1, 2, 7, 8, 10, 10, 12, 64, 64, 72, 104, 144, 1024, 1088, 1_015_808,
  ]);
});

test('[K5] PADMÉ never shrinks, keeps order, and adds at most 12 %', () => {
  fc.assert(
    fc.property(fc.maxSafeNat(), (n) => {
      const length = padmeLength(Math.min(n, 2 ** 52));
      expect(length).toBeGreaterThanOrEqual(Math.min(n, 2 ** 52));
      expect(length).toBeLessThanOrEqual(Math.min(n, 2 ** 52) * 1.12 + 1);
      expect(padmeLength(length)).toBe(length);
    }),
  );
  for (let n = 1; n < 5000; n++) expect(padmeLength(n)).toBeGreaterThanOrEqual(padmeLength(n - 1));
  expect(padmeLength(2 ** 49 - 1)).toBe(2 ** 49);
  expect(() => padmeLength(-1)).toThrow(RangeError);
  expect(() => padmeLength(1.5)).toThrow(RangeError);
});

test('[K5] unpad gives back what pad was given, and its length is that of PADMÉ', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 3000 }), (bytes) => {
      const padded = pad(bytes);
      expect(padded.length).toBe(Math.max(64, padmeLength(bytes.length + 1)));
      expect(unpad(padded)).toEqual(new Uint8Array(bytes));
    }),
  );
});

test('[K5] a plaintext that itself ends in the marker and zeros survives', () => {
  const bytes = Uint8Array.of(1, 0x80, 0, 0, 0);
  expect(unpad(pad(bytes))).toEqual(bytes);
});

test('[K5] unpad refuses all that pad would not have written', () => {
  const padded = pad(Uint8Array.of(1, 2, 3));
  for (const changed of spoiled(padded)) {
    const opened = unpad(changed);
    if (opened) expect(pad(opened)).toEqual(changed);
  }
  const hidden = new Uint8Array(padded);
  hidden[40] = 7;
  expect(unpad(hidden)).toBeUndefined();
  expect(unpad(new Uint8Array(64))).toBeUndefined();
  expect(unpad(new Uint8Array(0))).toBeUndefined();
  const longer = new Uint8Array(128);
  longer[3] = 0x80;
  expect(unpad(longer)).toBeUndefined();
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      const opened = unpad(bytes);
      return opened === undefined || pad(opened).join() === bytes.join();
    }),
  );
});
