import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { SearchKey } from './keyTree.ts';
import { createTermHasher } from './searchTerms.ts';
import { counting } from './vectors.ts';

const hashTerm = createTermHasher(counting(32) as SearchKey);

test('[K15] terms are pinned', () => {
  expect(['', 'a', 'hello', 'grüße', '日本'].map(hashTerm)).toEqual([
    153459980773959, 123360374426819, 67549688267139, 157967558312642, 45553448454068,
  ]);
});

test('[K15] a term is a whole number of at most 48 bits, always the same one', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (term) => {
      const number = hashTerm(term);
      expect(Number.isInteger(number) && number >= 0 && number < 2 ** 48).toBe(true);
      expect(hashTerm(term)).toBe(number);
      expect(createTermHasher(counting(32) as SearchKey)(term)).toBe(number);
    }),
  );
});

test('[K15] terms differ from each other, and between devices', () => {
  const terms = Array.from({ length: 20_000 }, (_, i) => `word${i}`);
  const numbers = new Set(terms.map(hashTerm));
  expect(numbers.size).toBe(terms.length);
  const elsewhere = createTermHasher(counting(32, 1) as SearchKey);
  expect(terms.some((term) => numbers.has(elsewhere(term)))).toBe(false);
  // Spread over the whole range: the mean lies near its middle.
  const mean = [...numbers].reduce((sum, number) => sum + number / numbers.size, 0);
  expect(Math.abs(mean / 2 ** 48 - 0.5)).toBeLessThan(0.02);
});
