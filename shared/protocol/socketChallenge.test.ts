import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import type { SigningPublicKey } from './ids.ts';
import { isSocketChallengeOf, makeSocketChallenge } from './socketChallenge.ts';

const sha256 = (bytes: Uint8Array) => new Uint8Array(createHash('sha256').update(bytes).digest());
const keyOf = (byte: number) => new Uint8Array(32).fill(byte) as SigningPublicKey;

test('[A13] a socket challenge names its relay, and no other', () => {
  const challenge = makeSocketChallenge(sha256, keyOf(1), new Uint8Array(16).fill(7));
  expect(Buffer.from(challenge).toString('hex')).toBe(
    '070707070707070707070707070707071d171c2dc856127730258a9aeb594497',
  );
  expect(isSocketChallengeOf(sha256, keyOf(1), challenge)).toBe(true);
  expect(isSocketChallengeOf(sha256, keyOf(2), challenge)).toBe(false);
  for (const index of challenge.keys()) {
    const tampered = challenge.slice() as typeof challenge;
    tampered[index] = (tampered[index] ?? 0) ^ 1;
    expect(isSocketChallengeOf(sha256, keyOf(1), tampered)).toBe(false);
  }
});
