// Short runs of the weather among the unit tests; the long ones are `npm run weather`.
import { expect, test } from 'vitest';
import { sail } from './voyage.ts';

test.each(['one', 'two'])('[S6] a short voyage through all weather: %s', async (seed) => {
  const { findings } = await sail(`a voyage in the tests, ${seed}`, 60);
  expect(findings).toEqual([]);
});

test('[S6] the same seed tells the same story', async () => {
  const [first, second] = [await sail('twice', 40), await sail('twice', 40)];
  expect(second.trace).toEqual(first.trace);
  expect(second.weather).toEqual(first.weather);
});
