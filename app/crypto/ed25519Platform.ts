// Ed25519 by WebCrypto (W3C "Secure Curves in the Web Cryptography API"). Fast, and keeps device keys unreadable.
// Which of the two ends is used is decided in `sign.ts`; each throws `NotSupportedError` where the platform lacks it.
import { parseBase64url } from '../../shared/codec/base64url.ts';
import { concatBytes, equalBytes, type Bytes } from '../../shared/codec/bytes.ts';
import type { Signature, SigningPublicKey } from '../../shared/protocol/ids.ts';

const algorithm = { name: 'Ed25519' } as const;

/** What stands before the seed in a PKCS #8 private key (RFC 8410 section 7). */
const pkcs8Prefix = new Uint8Array([
  0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20,
]);

/** Whether an error says that this platform has no Ed25519. */
export const isUnsupported = (error: unknown): boolean =>
  error instanceof DOMException && error.name === 'NotSupportedError';

/** A new pair whose private half can't be read out. */
export async function generatePlatformKey(): Promise<{ publicKey: SigningPublicKey; privateKey: CryptoKey }> {
  const pair = await crypto.subtle.generateKey(algorithm, false, ['sign', 'verify']);
  if (!('privateKey' in pair)) throw new TypeError('expected a pair of keys');
  const publicKey = new Uint8Array(await crypto.subtle.exportKey('raw', pair.publicKey));
  return { publicKey: publicKey as Bytes as SigningPublicKey, privateKey: pair.privateKey };
}

/** Imports a seed. Extractable for a moment only, because a JWK is the one form in which it tells the public key. */
export async function importPlatformSeed(
  seed: Uint8Array,
): Promise<{ publicKey: SigningPublicKey; privateKey: CryptoKey }> {
  const pkcs8 = concatBytes(pkcs8Prefix, seed);
  const readable = await crypto.subtle.importKey('pkcs8', pkcs8, algorithm, true, ['sign']);
  const { x } = await crypto.subtle.exportKey('jwk', readable);
  const publicKey = x === undefined ? undefined : parseBase64url(x);
  if (publicKey?.length !== 32) throw new TypeError('expected the public key in the JWK');
  const privateKey = await crypto.subtle.importKey('pkcs8', pkcs8, algorithm, false, ['sign']);
  return { publicKey: publicKey as SigningPublicKey, privateKey };
}

export async function signByPlatform(privateKey: CryptoKey, message: Uint8Array): Promise<Signature> {
  const signature = await crypto.subtle.sign(algorithm, privateKey, new Uint8Array(message));
  return new Uint8Array(signature) as Bytes as Signature;
}

/** What the platform has made of public keys; of each as long as somebody has the bytes. */
const imported = new WeakMap<Uint8Array, { readonly of: Bytes; readonly key: Promise<CryptoKey> }>();

/** The same people write again and again: importing a key costs as much as a third of a verification. */
function importPublic(publicKey: Uint8Array): Promise<CryptoKey> {
  const known = imported.get(publicKey);
  if (known && equalBytes(known.of, publicKey)) return known.key;
  const of = new Uint8Array(publicKey);
  const key = crypto.subtle.importKey('raw', of, algorithm, false, ['verify']);
  imported.set(publicKey, { of, key });
  return key;
}

/** Of a key that `sign.ts` has found to be in range; false where it is no point, or the signature is wrong. */
export async function verifyByPlatform(
  publicKey: Uint8Array,
  message: Uint8Array,
  signature: Uint8Array,
): Promise<boolean> {
  try {
    const key = await importPublic(publicKey);
    return await crypto.subtle.verify(algorithm, key, new Uint8Array(signature), new Uint8Array(message));
  } catch (error) {
    if (error instanceof DOMException && !isUnsupported(error)) return false;
    throw error;
  }
}
