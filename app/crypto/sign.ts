// Signatures: Ed25519 (RFC 8032) by the platform where it has it, else in JavaScript. A device's private key can't be
// read out where the platform keeps it; seeds sign only what is derived (capabilities, invitations, recovery).
// Must never say yes on one platform and no on another: keys that implementations disagree about are refused first.
import type { Signature, SigningPublicKey } from '../../shared/protocol/ids.ts';
import type { Bytes } from '../../shared/codec/bytes.ts';
import {
  generatePlatformKey,
  importPlatformSeed,
  isUnsupported,
  signByPlatform,
  verifyByPlatform,
} from './ed25519Platform.ts';
import type { SigningSeed } from './keyTree.ts';
import { platformRandom } from './random.ts';

export interface Signer {
  readonly publicKey: SigningPublicKey;
  sign(message: Uint8Array): Promise<Signature>;
}

/** A device's key as IndexedDB can keep it. A seed is readable: its caller seals it at rest. */
export type StoredSigningKey =
  | { readonly kind: 'platform'; readonly publicKey: SigningPublicKey; readonly privateKey: CryptoKey }
  | { readonly kind: 'seed'; readonly publicKey: SigningPublicKey; readonly seed: SigningSeed };

const loadNoble = () => import('./ed25519Noble.ts');

/** Runs the first; runs the second where the platform says that it has no Ed25519. */
async function platformElse<T>(byPlatform: () => Promise<T>, otherwise: () => Promise<T>): Promise<T> {
  try {
    return await byPlatform();
  } catch (error) {
    if (isUnsupported(error)) return otherwise();
    throw error;
  }
}

const platformSigner = (publicKey: SigningPublicKey, privateKey: CryptoKey): Signer => ({
  publicKey,
  sign: (message) => signByPlatform(privateKey, message),
});

/** A new device's key, and the form to keep it in. */
export const generateDeviceSigner = (): Promise<{ signer: Signer; stored: StoredSigningKey }> =>
  platformElse<{ signer: Signer; stored: StoredSigningKey }>(
    async () => {
      const { publicKey, privateKey } = await generatePlatformKey();
      const stored = { kind: 'platform', publicKey, privateKey } as const;
      return { signer: platformSigner(publicKey, privateKey), stored };
    },
    async () => {
      const seed = platformRandom(32) as SigningSeed;
      const signer = await nobleSigner(seed);
      return { signer, stored: { kind: 'seed', publicKey: signer.publicKey, seed } };
    },
  );

export async function restoreDeviceSigner(stored: StoredSigningKey): Promise<Signer> {
  return stored.kind === 'platform'
    ? platformSigner(stored.publicKey, stored.privateKey)
    : signerFromSeed(stored.seed);
}

/** The same seed (32 bytes) gives the same key everywhere. Throws where it has another length. */
export async function signerFromSeed(seed: Bytes): Promise<Signer> {
  if (seed.length !== 32) throw new RangeError(`expected a seed of 32 bytes, got ${seed.length}`);
  return platformElse(
    async () => {
      const { publicKey, privateKey } = await importPlatformSeed(seed);
      return platformSigner(publicKey, privateKey);
    },
    () => nobleSigner(seed),
  );
}

async function nobleSigner(seed: Bytes): Promise<Signer> {
  const { publicKeyByNoble, signByNoble } = await loadNoble();
  const own = new Uint8Array(seed);
  return { publicKey: publicKeyByNoble(own), sign: async (message) => signByNoble(own, message) };
}

/** False for a wrong signature, a wrong length, and a key that is malformed or of small order; never throws for bytes. */
export async function verifySignature(
  publicKey: Uint8Array,
  message: Uint8Array,
  signature: Uint8Array,
): Promise<boolean> {
  if (signature.length !== 64 || !isAcceptableKey(publicKey)) return false;
  return platformElse(
    () => verifyByPlatform(publicKey, message, signature),
    async () => (await loadNoble()).verifyByNoble(publicKey, message, signature),
  );
}

/** y of the points of order 4, 1, 8, 8 and 2, as hex of its 32 little-endian bytes. */
const smallOrderY: readonly string[] = [
  '0000000000000000000000000000000000000000000000000000000000000000',
  '0100000000000000000000000000000000000000000000000000000000000000',
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
  'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
];

/** 32 bytes whose y is below p = 2^255 - 19 (RFC 8032 section 5.1.3) and not that of a point of small order. */
function isAcceptableKey(key: Uint8Array): boolean {
  if (key.length !== 32) return false;
  const y = new Uint8Array(key);
  const [first = 0, last = 0] = [y[0], y[31]];
  y[31] = last & 0x7f;
  if (y[31] === 0x7f && first >= 0xed && y.subarray(1, 31).every((byte) => byte === 0xff)) return false;
  return !smallOrderY.includes(Array.from(y, (byte) => byte.toString(16).padStart(2, '0')).join(''));
}
