// Seals what lies on this device's disk, with AES-256-GCM by the platform (NIST SP 800-38D) under a key that can't be
// read out. Without app lock the browser's profile holds that key too: this keeps other programs' eyes from the rows,
// not a thief of the whole profile. Must never seal anything that leaves the device.
import { concatBytes, type Bytes } from '../../shared/codec/bytes.ts';
import { platformRandom, type Random } from './random.ts';

const nonceBytes = 12;
const tagBytes = 16;

/** A non-extractable key; it may be kept in IndexedDB. */
export const generateStorageKey = (): Promise<CryptoKey> =>
  crypto.subtle.generateKey({ name: 'AES-GCM', length: 256 }, false, ['encrypt', 'decrypt']);

/** nonce (12) ‖ ciphertext and tag (16). `aad` says which row and column this is, so that none can be swapped. */
export async function sealAtRest(
  key: CryptoKey,
  plaintext: Uint8Array,
  aad: Uint8Array,
  random: Random = platformRandom,
): Promise<Bytes> {
  const nonce = random(nonceBytes);
  const ciphertext = await crypto.subtle.encrypt(
    { name: 'AES-GCM', iv: nonce, additionalData: new Uint8Array(aad) },
    key,
    new Uint8Array(plaintext),
  );
  return concatBytes(nonce, new Uint8Array(ciphertext));
}

/** Undefined where the key, `aad` or a byte of `sealed` is another. */
export async function openAtRest(
  key: CryptoKey,
  sealed: Uint8Array,
  aad: Uint8Array,
): Promise<Bytes | undefined> {
  if (sealed.length < nonceBytes + tagBytes) return undefined;
  const bytes = new Uint8Array(sealed);
  try {
    const plaintext = await crypto.subtle.decrypt(
      { name: 'AES-GCM', iv: bytes.subarray(0, nonceBytes), additionalData: new Uint8Array(aad) },
      key,
      bytes.subarray(nonceBytes),
    );
    return new Uint8Array(plaintext);
  } catch (error) {
    // A wrong tag. Anything else, such as a key that may not decrypt, is a bug.
    if (error instanceof DOMException && error.name === 'OperationError') return undefined;
    throw error;
  }
}
