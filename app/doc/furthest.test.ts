import { expect, test } from 'vitest';
import { furthestBegun } from './furthest.ts';

const asking = (has: (n: number) => boolean) => {
  const asked: number[] = [];
  const hasBegun = async (n: number) => {
    asked.push(n);
    return has(n);
  };
  return { asked, hasBegun };
};

test.each([7, 8, 9, 71, 72, 73, 900])('[S14] from 7 on the row is begun up to %i', async (last) => {
  const { asked, hasBegun } = asking((n) => n <= last);
  expect(await furthestBegun(7, hasBegun)).toBe(last);
  expect(asked.length).toBeLessThanOrEqual(last - 7 + 65);
});

test('[S14] where the next has not begun, one question is asked', async () => {
  const { asked, hasBegun } = asking((n) => n <= 3);
  expect(await furthestBegun(3, hasBegun)).toBe(3);
  expect(asked).toEqual([4]);
});

test('[S14] nothing counts behind a hole', async () => {
  const { hasBegun } = asking((n) => n !== 40 && n < 50);
  expect(await furthestBegun(0, hasBegun)).toBe(39);
});

test('[S14] a relay that says yes to everything is asked a bounded number of times', async () => {
  const { asked, hasBegun } = asking(() => true);
  await furthestBegun(0, hasBegun);
  expect(asked.length).toBeLessThan(1024 + 65);
});
