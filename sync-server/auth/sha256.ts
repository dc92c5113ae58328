// SHA-256 as the shared protocol takes it.
import { hash } from 'node:crypto';
import type { Bytes } from '../../shared/codec/bytes.ts';

/** A plain array: a Buffer's `slice` shares memory, and compares unequal to the same bytes elsewhere. */
export function sha256(bytes: Uint8Array): Bytes {
  const digest = hash('sha256', bytes, 'buffer');
  return new Uint8Array(digest.buffer, digest.byteOffset, digest.byteLength) as Bytes;
}
