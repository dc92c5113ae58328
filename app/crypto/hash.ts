// SHA-256 and what is built from it. Synchronous, because ids and keys are derived in the middle of transactions.
// Must never be given a password: nothing here is slow on purpose.
import { expand, hkdf } from '@noble/hashes/hkdf.js';
import { hmac } from '@noble/hashes/hmac.js';
import { sha256 as nobleSha256 } from '@noble/hashes/sha2.js';
import { textToBytes, type Bytes } from '../../shared/codec/bytes.ts';

/** 32 bytes (FIPS 180-4). */
export const sha256 = (bytes: Uint8Array): Bytes => nobleSha256(bytes);

/** HMAC-SHA-256 over the parts joined, 32 bytes (RFC 2104). Parts of open length must say their length themselves. */
export function hmacSha256(key: Uint8Array, ...parts: readonly Uint8Array[]): Bytes {
  const mac = hmac.create(nobleSha256, key);
  for (const part of parts) mac.update(part);
  return mac.digest();
}

/**
 * HKDF-SHA-256, extract and expand (RFC 5869), with the UTF-8 of `label` as info.
 * @param length at most 8160 bytes, else it throws
 */
export const hkdfSha256 = (secret: Uint8Array, label: string, length: number, salt?: Uint8Array): Bytes =>
  hkdf(nobleSha256, secret, salt, textToBytes(label), length);

/**
 * The second half of HKDF alone, for a secret that is a uniform 32-byte key already (RFC 5869 section 3.3).
 * @param length at most 8160 bytes, else it throws
 */
export const expandSha256 = (key: Uint8Array, info: Uint8Array, length: number): Bytes =>
  expand(nobleSha256, key, info, length);
