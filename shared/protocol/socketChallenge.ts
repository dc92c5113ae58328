// The challenge that a socket starts with: half random, half a hash that names the relay. A client signs no other
// relay's, so a relay can't pass one on and use the proof in its own name (SPEC A13).
import { concatBytes, equalBytes, textToBytes } from '../codec/bytes.ts';
import type { Sha256 } from './entry.ts';
import type { Challenge, SigningPublicKey } from './ids.ts';

const label = textToBytes('convo/socket-challenge/1');
const half = 16;

const nameOf = (sha256: Sha256, relayKey: SigningPublicKey, nonce: Uint8Array) =>
  sha256(concatBytes(label, relayKey, nonce)).slice(0, half);

/** @param nonce 16 random bytes. */
export const makeSocketChallenge = (
  sha256: Sha256,
  relayKey: SigningPublicKey,
  nonce: Uint8Array,
): Challenge => concatBytes(nonce, nameOf(sha256, relayKey, nonce)) as Challenge;

export const isSocketChallengeOf = (
  sha256: Sha256,
  relayKey: SigningPublicKey,
  challenge: Challenge,
): boolean => equalBytes(challenge.subarray(half), nameOf(sha256, relayKey, challenge.subarray(0, half)));
