// SHA-256 as the shared protocol takes it.
import { hash } from 'node:crypto';
import type { Bytes } from '../../shared/codec/bytes.ts';

const digestBytes = 32;

/** A plain array of its own. Node hands a digest over as text in a third of the time that it takes for a Buffer. */
export function sha256(bytes: Uint8Array): Bytes {
  const text = hash('sha256', bytes, 'binary');
  const digest = new Uint8Array(digestBytes);
  for (let i = 0; i < digestBytes; i++) digest[i] = text.charCodeAt(i);
  return digest;
}
