// The one source of randomness. Everything that needs chance takes a `Random`, so that a test can seed it; the app
// itself must never pass anything but `platformRandom`.
import type { Bytes } from '../../shared/codec/bytes.ts';

/** `length` bytes that nobody can foretell. */
export type Random = (length: number) => Bytes;

/** `getRandomValues` fills at most this much in one call (W3C WebCrypto section 10.1.1). */
const maxBytesPerCall = 65_536;

export const platformRandom: Random = (length) => {
  const bytes = new Uint8Array(length);
  for (let at = 0; at < length; at += maxBytesPerCall) {
    crypto.getRandomValues(bytes.subarray(at, at + maxBytesPerCall));
  }
  return bytes;
};
