// Ed25519 in plain JavaScript, for browsers that lack it: some ten times slower. Loaded only there (`sign.ts` imports it
// when it is needed). Must agree with the platform about every signature, or members would see different chats.
import { ed25519 } from '@noble/curves/ed25519.js';
import { sha512 } from '@noble/hashes/sha2.js';
import { concatBytes, equalBytes, type Bytes } from '../../shared/codec/bytes.ts';
import type { Signature, SigningPublicKey } from '../../shared/protocol/ids.ts';

export const publicKeyByNoble = (seed: Uint8Array): SigningPublicKey =>
  ed25519.getPublicKey(seed) as Bytes as SigningPublicKey;

export const signByNoble = (seed: Uint8Array, message: Uint8Array): Signature =>
  ed25519.sign(message, seed) as Bytes as Signature;

function littleEndian(bytes: Uint8Array): bigint {
  let value = 0n;
  for (const byte of bytes.toReversed()) value = (value << 8n) | BigInt(byte);
  return value;
}

/**
 * The equation of RFC 8032 section 5.1.7 without the cofactor, comparing encodings, as OpenSSL and BoringSSL do:
 * encode([S]B - [k]A) = R. Noble's own `verify` multiplies by the cofactor and takes signatures that they refuse.
 */
export function verifyByNoble(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  const { Point } = ed25519;
  const order = Point.Fn.ORDER;
  const r = signature.subarray(0, 32);
  const s = littleEndian(signature.subarray(32));
  if (s >= order) return false;
  let key;
  try {
    key = Point.fromBytes(publicKey, false);
  } catch {
    // Not a point, or not in its one encoding.
    return false;
  }
  const k = littleEndian(sha512(concatBytes(r, publicKey, message))) % order;
  const expected = Point.BASE.multiplyUnsafe(s).subtract(key.multiplyUnsafe(k));
  return equalBytes(expected.toBytes(), r);
}
