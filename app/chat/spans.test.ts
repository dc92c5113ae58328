import fc from 'fast-check';
import { expect, test } from 'vitest';
import { hasNumber, takeRunAfter, withNumber, type Spans } from './spans.ts';

const small = fc.array(fc.integer({ min: 1, max: 30 }), { maxLength: 25 });
const made = (numbers: readonly number[]): Spans =>
  numbers.reduce<Spans>((spans, n) => withNumber(spans, n), []);
const listed = (spans: Spans): readonly number[] =>
  spans.flatMap((span) =>
    typeof span === 'number' ? [span] : Array.from({ length: span[1] - span[0] + 1 }, (_, i) => span[0] + i),
  );

test('[D16] numbers ahead of a gap are the same set, in whatever order they come, in one span for each run', () => {
  fc.assert(
    fc.property(small, (numbers) => {
      const spans = made(numbers);
      const set = [...new Set(numbers)].toSorted((a, b) => a - b);
      expect(listed(spans)).toEqual(set);
      expect(spans).toHaveLength(set.filter((n) => !set.includes(n - 1)).length);
      for (let n = 0; n <= 31; n++) expect(hasNumber(spans, n)).toBe(set.includes(n));
    }),
  );
});

test('[D16] the run that closes a gap is taken whole, and the others stay', () => {
  fc.assert(
    fc.property(small, fc.integer({ min: 0, max: 31 }), (numbers, n) => {
      const ahead = numbers.filter((one) => one > n);
      const { spans, last } = takeRunAfter(made(ahead), n);
      let expected = n;
      while (ahead.includes(expected + 1)) expected++;
      expect(last).toBe(expected);
      expect(listed(spans)).toEqual(
        [...new Set(ahead)].filter((one) => one > last).toSorted((a, b) => a - b),
      );
    }),
  );
});

test('[X5] numbers that an older version kept one by one, in the order in which they came, are joined with the next', () => {
  expect(withNumber([7, 5, 3], 4)).toEqual([[3, 5], 7]);
  expect(takeRunAfter([5, 9, 4], 3)).toEqual({ spans: [9], last: 5 });
});
