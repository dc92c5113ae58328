// Stands in for `app/crypto/storageKey.ts` in the test build that switches sealing at rest off: rows keep their shape, and
// hold the plaintext as it is.
import { concatBytes } from '../../../shared/codec/bytes.ts';
import * as real from '../../crypto/storageKey.ts';

export const { generateStorageKey } = real;

const nonceBytes = 12;
const tagBytes = 16;

export const sealAtRest: typeof real.sealAtRest = async (_key, plaintext) =>
  concatBytes(new Uint8Array(nonceBytes), plaintext, new Uint8Array(tagBytes));

export const openAtRest: typeof real.openAtRest = async (_key, sealed) =>
  new Uint8Array(sealed.subarray(nonceBytes, -tagBytes));
