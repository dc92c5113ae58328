// Seals bytes under a shared key: records, ledger bodies, signals, invitation bundles, mail. Not padded: who seals
// knows which lengths tell something. Must never be used for entries, which have to commit to their key (envelope.ts).
import { concatBytes, type Bytes } from '../../shared/codec/bytes.ts';
import { aeadNonceBytes, aeadTagBytes, openAead, sealAead } from './aead.ts';
import type { Random } from './random.ts';

/** By how much the sealed form is longer: nonce (24) and tag (16). */
export const sealOverheadBytes = aeadNonceBytes + aeadTagBytes;

/** nonce (24) ‖ ciphertext and tag. `aad` should start with a label that says what this is. */
export function sealBytes(key: Bytes, plaintext: Uint8Array, aad: Uint8Array, random: Random): Bytes {
  const nonce = random(aeadNonceBytes);
  return concatBytes(nonce, sealAead(key, nonce, plaintext, aad));
}

/** Undefined where the key, `aad` or a byte of `sealed` is another. */
export function openBytes(key: Bytes, sealed: Uint8Array, aad: Uint8Array): Bytes | undefined {
  if (sealed.length < sealOverheadBytes) return undefined;
  return openAead(key, sealed.subarray(0, aeadNonceBytes), sealed.subarray(aeadNonceBytes), aad);
}
