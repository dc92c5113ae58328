// Stands in for `app/crypto/aead.ts` in test builds that switch a sealing step off: the sealed form keeps its shape, and
// holds the plaintext as it is.
import { concatBytes } from '../../../shared/codec/bytes.ts';
import * as real from '../../crypto/aead.ts';

export type { Bytes32 } from '../../crypto/aead.ts';
export const { aeadKeyBytes, aeadNonceBytes, aeadTagBytes } = real;

export const sealAead: typeof real.sealAead = (_key, _nonce, plaintext) =>
  concatBytes(plaintext, new Uint8Array(aeadTagBytes));

export const openAead: typeof real.openAead = (_key, _nonce, ciphertext) =>
  new Uint8Array(ciphertext.subarray(0, -aeadTagBytes));
