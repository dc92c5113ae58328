// The one gate for Ed25519 signatures (RFC 8032) on the relay. It is told what was signed; it never builds a statement.
import { verify } from 'node:crypto';
import { concatBytes } from '../../shared/codec/bytes.ts';
import type { Signature, SigningPublicKey } from '../../shared/protocol/ids.ts';

/** RFC 8410 section 4: what stands before the 32 bytes of an Ed25519 key in its SubjectPublicKeyInfo. */
const spkiPrefix = Uint8Array.of(0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00);

/** False also for a key that is not a point of the curve, and for a signature of another length. */
export function isSignedBy(
  key: SigningPublicKey,
  statement: Uint8Array,
  signature: Signature | Uint8Array,
): boolean {
  if (signature.length !== 64) return false;
  try {
    const der = Buffer.from(concatBytes(spkiPrefix, key));
    return verify(null, statement, { key: der, format: 'der', type: 'spki' }, signature);
  } catch {
    return false;
  }
}
