// Boxes: bytes sealed to the holder of one key pair. X-Wing (draft-connolly-cfrg-xwing-kem) joins X25519 and
// ML-KEM-768, so that traffic recorded today stays closed to a later quantum computer. A box says nothing about who
// made it: it is a claim until what is inside matches a ledger's commitment.
import { ml_kem768_x25519 as xwing } from '@noble/post-quantum/hybrid.js';
import { concatBytes, equalBytes, type Bytes } from '../../shared/codec/bytes.ts';
import type { BoxPublicKey } from '../../shared/protocol/ids.ts';
import { aeadNonceBytes, aeadTagBytes, openAead, sealAead } from './aead.ts';
import { hkdfSha256, sha256 } from './hash.ts';
import type { Random } from './random.ts';
import type { Secret } from './secret.ts';

/** The secret half of a box key pair (32 bytes): an X-Wing decapsulation key. */
export type BoxSeed = Secret<'BoxSeed'>;

const seedBytes = 32;
const encapsulationSeedBytes = 64;
const publicKeyBytes = 1216;
const kemBytes = 1120;
/** By how much a box is longer than what is in it. */
export const boxOverheadBytes = kemBytes + aeadTagBytes;

/** Every box has a key of its own, so its nonce need not differ. */
const nonce = new Uint8Array(aeadNonceBytes);

export function generateBoxKeys(random: Random): { publicKey: BoxPublicKey; seed: BoxSeed } {
  const seed = random(seedBytes) as BoxSeed;
  return { publicKey: boxPublicKeyOf(seed), seed };
}

export function boxPublicKeyOf(seed: Bytes): BoxPublicKey {
  return xwing.keygen(new Uint8Array(seed)).publicKey as Bytes as BoxPublicKey;
}

/** What seeds make, of each as long as somebody has its bytes. */
const publicKeys = new WeakMap<Uint8Array, { readonly of: Bytes; readonly publicKey: BoxPublicKey }>();

/** Who is sent many boxes opens them with one seed: making its public key costs a third of opening one. */
function knownPublicKeyOf(seed: Bytes): BoxPublicKey {
  const known = publicKeys.get(seed);
  if (known && equalBytes(known.of, seed)) return known.publicKey;
  const publicKey = boxPublicKeyOf(seed);
  publicKeys.set(seed, { of: new Uint8Array(seed), publicKey });
  return publicKey;
}

/** Binds the box's key to exactly this ciphertext and recipient. */
const boxKey = (sharedSecret: Uint8Array, kem: Uint8Array, publicKey: Uint8Array): Bytes =>
  hkdfSha256(sharedSecret, 'convo/box/1', 32, sha256(concatBytes(kem, publicKey)));

/** Copies go in, because a library that wipes what it is given would wipe a key that is still needed. */
const encapsulate = (publicKey: Uint8Array, seed: Uint8Array) =>
  xwing.encapsulate(new Uint8Array(publicKey), new Uint8Array(seed));

/**
 * Whether boxes can be sealed to this key: ML-KEM's modulus check (FIPS 203 section 7.2), and an X25519 half that is
 * not of small order. A ledger must refuse a key that fails, or its owner could stop every rotation. Costs as much as
 * sealing a box.
 */
export function isBoxPublicKey(bytes: Uint8Array): bytes is BoxPublicKey {
  if (bytes.length !== publicKeyBytes) return false;
  try {
    encapsulate(bytes, new Uint8Array(encapsulationSeedBytes));
    return true;
  } catch {
    // Both lengths are right, so it was the key.
    return false;
  }
}

/** KEM ciphertext (1120) ‖ sealed plaintext and tag (16). Throws where `isBoxPublicKey` is false. */
export function sealToBox(
  publicKey: BoxPublicKey,
  plaintext: Uint8Array,
  aad: Uint8Array,
  random: Random,
): Bytes {
  const { cipherText, sharedSecret } = encapsulate(publicKey, random(encapsulationSeedBytes));
  return concatBytes(
    cipherText,
    sealAead(boxKey(sharedSecret, cipherText, publicKey), nonce, plaintext, aad),
  );
}

/** Undefined where the box was sealed to another key or with another `aad`, or a byte of it has changed. */
export function openBox(seed: Bytes, box: Uint8Array, aad: Uint8Array): Bytes | undefined {
  if (seed.length !== seedBytes) throw new RangeError(`expected a seed of ${seedBytes} bytes`);
  if (box.length < boxOverheadBytes) return undefined;
  const kem = new Uint8Array(box.subarray(0, kemBytes));
  const sharedSecret = decapsulate(kem, seed);
  if (!sharedSecret) return undefined;
  return openAead(boxKey(sharedSecret, kem, knownPublicKeyOf(seed)), nonce, box.subarray(kemBytes), aad);
}

function decapsulate(kem: Bytes, seed: Bytes): Bytes | undefined {
  try {
    return xwing.decapsulate(kem, new Uint8Array(seed));
  } catch {
    // Both lengths are right: the X25519 part of the ciphertext is a point of small order.
    return undefined;
  }
}
