import { expect, test } from 'vitest';
import { platformRandom } from './random.ts';

test('[K1] platformRandom fills any length, also beyond what the platform gives in one call', () => {
  const bytes = platformRandom(200_000);
  expect(bytes.length).toBe(200_000);
  // Zeros in the last kilobyte of true chance: a mean of 4. Left unfilled it would be 1,024 of them.
  expect(bytes.subarray(-1024).filter((byte) => byte === 0).length).toBeLessThan(64);
  expect(platformRandom(32)).not.toEqual(platformRandom(32));
  expect(platformRandom(0)).toEqual(new Uint8Array(0));
});
