// XChaCha20-Poly1305 (draft-irtf-cfrg-xchacha-03): the cipher under everything that is sealed for others. Its nonce is
// long enough to be drawn at random. It does not commit to its key: where that matters, `envelope.ts` does.
// Must never see the same key and nonce twice with two plaintexts.
import { xchacha20poly1305 } from '@noble/ciphers/chacha.js';
import type { Bytes } from '../../shared/codec/bytes.ts';

/** A key of 32 bytes, of whatever brand. */
export type Bytes32 = Bytes;

export const aeadKeyBytes = 32;
export const aeadNonceBytes = 24;
export const aeadTagBytes = 16;

function checkLengths(key: Uint8Array, nonce: Uint8Array): void {
  if (key.length !== aeadKeyBytes) {
    throw new RangeError(`expected a key of ${aeadKeyBytes} bytes, got ${key.length}`);
  }
  if (nonce.length !== aeadNonceBytes) {
    throw new RangeError(`expected a nonce of ${aeadNonceBytes} bytes, got ${nonce.length}`);
  }
}

/** The ciphertext and its tag: 16 bytes longer than the plaintext. Throws where key or nonce has a wrong length. */
export function sealAead(key: Bytes32, nonce: Uint8Array, plaintext: Uint8Array, aad: Uint8Array): Bytes {
  checkLengths(key, nonce);
  return xchacha20poly1305(key, nonce, aad).encrypt(plaintext);
}

/**
 * The plaintext, or undefined where key, nonce, ciphertext or `aad` is not the one it was sealed with. Throws where
 * key or nonce has a wrong length, which is a bug and not a bad message.
 */
export function openAead(
  key: Bytes32,
  nonce: Uint8Array,
  ciphertext: Uint8Array,
  aad: Uint8Array,
): Bytes | undefined {
  checkLengths(key, nonce);
  if (ciphertext.length < aeadTagBytes) return undefined;
  const cipher = xchacha20poly1305(key, nonce, aad);
  try {
    return cipher.decrypt(ciphertext);
  } catch {
    // All that is left to go wrong with these lengths is the tag.
    return undefined;
  }
}
