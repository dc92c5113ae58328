import { expect, test } from 'vitest';
import { parseRefusalNumber, refusalCodes, refusalNumberByCode } from './refusals.ts';

test('[W7] every refusal has a number of its own, and comes back from it', () => {
  const numbers = refusalCodes.map((code) => refusalNumberByCode[code]);
  expect(new Set(numbers).size).toBe(refusalCodes.length);
  for (const code of refusalCodes) expect(parseRefusalNumber(refusalNumberByCode[code])).toBe(code);
});

test.each([0, -1, 0.5, 9999, Number.NaN])('[W7] %d is the number of no refusal', (number) => {
  expect(parseRefusalNumber(number)).toBeUndefined();
});
