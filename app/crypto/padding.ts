// Hides how long a plaintext is. PADMÉ leaks O(log log n) bits of a length and costs at most 12 %, less as it grows
// (Nikitin et al., "Reducing Metadata Leakage from Encrypted Files and Communication with PURBs", PETS 2019, section 4).
// Canonical: one plaintext has one padded form, so padding can't carry a hidden word.
import { concatBytes, type Bytes } from '../../shared/codec/bytes.ts';

/** Shorter texts all look alike: a reaction, "ok" and a short sentence. */
const minPaddedBytes = 64;
const marker = 0x80;

/** The length to which PADMÉ rounds `n` up; any non-negative safe integer. */
export function padmeLength(n: number): number {
  if (!Number.isSafeInteger(n) || n < 0) throw new RangeError(`not a length: ${n}`);
  if (n < 2) return n;
  let exponent = Math.floor(Math.log2(n));
  // Close below a power of two above 2^48 the logarithm rounds up to it.
  if (2 ** exponent > n) exponent -= 1;
  const mantissaBits = Math.floor(Math.log2(exponent)) + 1;
  const unit = 2 ** Math.max(0, exponent - mantissaBits);
  return Math.ceil(n / unit) * unit;
}

const paddedLength = (n: number) => Math.max(minPaddedBytes, padmeLength(n + 1));

/** The bytes, 0x80, then zeros (ISO/IEC 7816-4) up to a PADMÉ length of at least 64. */
export const pad = (bytes: Uint8Array): Bytes =>
  concatBytes(bytes, Uint8Array.of(marker), new Uint8Array(paddedLength(bytes.length) - bytes.length - 1));

/** Undefined for anything that `pad` would not have written. */
export function unpad(bytes: Uint8Array): Bytes | undefined {
  let length = bytes.length - 1;
  while (length >= 0 && bytes[length] === 0) length -= 1;
  if (length < 0 || bytes[length] !== marker || bytes.length !== paddedLength(length)) return undefined;
  return new Uint8Array(bytes.subarray(0, length));
}
