// Token buckets by key (an address, an account), in bounded memory: who has been quiet for longest is forgotten first.
import type { Clock } from './clock.ts';

export interface Rate {
  readonly burst: number;
  readonly perSecond: number;
}
export interface RateLimiter {
  /** 0 when granted, else how many milliseconds to wait. */
  take(key: string): number;
}

/** About 2 MB. */
const maxKeys = 20_000;

export function createRateLimiter(clock: Clock, { burst, perSecond }: Rate): RateLimiter {
  const buckets = new Map<string, { level: number; at: number }>();
  return {
    take(key) {
      const now = clock.now();
      const bucket = buckets.get(key) ?? { level: burst, at: now };
      const level = Math.min(burst, bucket.level + (Math.max(0, now - bucket.at) / 1000) * perSecond);
      const granted = level >= 1;
      buckets.delete(key);
      buckets.set(key, { level: granted ? level - 1 : level, at: now });
      if (buckets.size > maxKeys) for (const oldest of buckets.keys()) return forget(oldest, granted, level);
      return answer(granted, level);
    },
  };
  function answer(granted: boolean, level: number): number {
    return granted ? 0 : Math.ceil(((1 - level) / perSecond) * 1000);
  }
  function forget(key: string, granted: boolean, level: number): number {
    buckets.delete(key);
    return answer(granted, level);
  }
}
