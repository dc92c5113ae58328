// Challenges for signing in: random, good once and for a minute, and never more of them than fit in little memory.
import type { Bytes } from '../../shared/codec/bytes.ts';
import type { Challenge, DeviceId, UserId } from '../../shared/protocol/ids.ts';
import { keyOf } from './keyOf.ts';

const lifeMs = 60_000;
/** 2 MB at most; whoever floods it only shortens the life of others' challenges, and rate limits come before. */
const maxChallenges = 10_000;

export type Challenges = ReturnType<typeof createChallenges>;

export function createChallenges({ now, random }: { now: () => number; random: (length: number) => Bytes }) {
  const issued = new Map<string, { userId: UserId; deviceId: DeviceId; expiresAt: number }>();
  return {
    issue(userId: UserId, deviceId: DeviceId): Challenge {
      for (const [key, { expiresAt }] of issued) {
        if (expiresAt > now() && issued.size < maxChallenges) break;
        issued.delete(key);
      }
      const challenge = random(32) as Bytes as Challenge;
      issued.set(keyOf(challenge), { userId, deviceId, expiresAt: now() + lifeMs });
      return challenge;
    },
    /** True once, for whom it was issued. Asking uses it up. */
    take(challenge: Challenge, userId: UserId, deviceId: DeviceId): boolean {
      const key = keyOf(challenge);
      const found = issued.get(key);
      issued.delete(key);
      if (!found || found.expiresAt <= now()) return false;
      return keyOf(found.userId) === keyOf(userId) && keyOf(found.deviceId) === keyOf(deviceId);
    },
  };
}
