import { ed25519, ED25519_TORSION_SUBGROUP } from '@noble/curves/ed25519.js';
import { sha512 } from '@noble/hashes/sha2.js';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { concatBytes, textToBytes, type Bytes } from '../../shared/codec/bytes.ts';
import { verifyByNoble } from './ed25519Noble.ts';
import { verifyByPlatform } from './ed25519Platform.ts';
import { platformRandom } from './random.ts';
import {
  generateDeviceSigner,
  restoreDeviceSigner,
  signerFromSeed,
  verifySignature,
  type StoredSigningKey,
} from './sign.ts';
import { counting, hex, spoiled, unhex } from './vectors.ts';

// RFC 8032 section 7.1, tests 1 to 3
const vectors = [
  {
    seed: '9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60',
    publicKey: 'd75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a',
    message: '',
    signature:
      'e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155' +
      '5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b',
  },
  {
    seed: '4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb',
    publicKey: '3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c',
    message: '72',
    signature:
      '92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da' +
      '085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00',
  },
  {
    seed: 'c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7',
    publicKey: 'fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025',
    message: 'af82',
    signature:
      '6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac' +
      '18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a',
  },
];

/** A browser without Ed25519: every way into it fails as WebCrypto says. */
function takeEd25519Away(): void {
  const { subtle } = crypto;
  const unsupported = () => Promise.reject(new DOMException('no Ed25519 here', 'NotSupportedError'));
  vi.spyOn(subtle, 'generateKey').mockImplementation(unsupported);
  vi.spyOn(subtle, 'importKey').mockImplementation(unsupported);
  vi.spyOn(subtle, 'verify').mockImplementation(unsupported);
}
afterEach(() => vi.restoreAllMocks());

const platforms = [
  { name: 'by the platform', prepare: () => undefined, kind: 'platform' },
  { name: 'without platform support', prepare: takeEd25519Away, kind: 'seed' },
];

describe.each(platforms)('signatures $name', ({ prepare, kind }) => {
  test.each(vectors)('[K1] sign and verify as in RFC 8032 section 7.1 ($publicKey)', async (vector) => {
    prepare();
    const signer = await signerFromSeed(unhex(vector.seed));
    const message = unhex(vector.message);
    expect(hex(signer.publicKey)).toBe(vector.publicKey);
    expect(hex(await signer.sign(message))).toBe(vector.signature);
    expect(await verifySignature(unhex(vector.publicKey), message, unhex(vector.signature))).toBe(true);
  });

  test('[K9] a signature is refused once a byte of key, message or signature has changed', async () => {
    prepare();
    const message = textToBytes('a message');
    const { publicKey, sign } = await signerFromSeed(counting(32));
    const signature = await sign(message);
    const verdicts: boolean[] = [];
    for (const changed of spoiled(signature))
      verdicts.push(await verifySignature(publicKey, message, changed));
    for (const changed of spoiled(publicKey))
      verdicts.push(await verifySignature(changed, message, signature));
    for (const changed of spoiled(message))
      verdicts.push(await verifySignature(publicKey, changed, signature));
    expect(verdicts.length).toBe(66 + 34 + 11);
    expect(verdicts).not.toContain(true);
  });

  test('[K10] a device key signs again after it was stored', async () => {
    prepare();
    const { signer, stored } = await generateDeviceSigner();
    expect(stored.kind).toBe(kind);
    const kept: StoredSigningKey = structuredClone(stored);
    const restored = await restoreDeviceSigner(kept);
    expect(restored.publicKey).toEqual(signer.publicKey);
    const message = textToBytes('after a restart');
    expect(await verifySignature(signer.publicKey, message, await restored.sign(message))).toBe(true);
    expect((await generateDeviceSigner()).signer.publicKey).not.toEqual(signer.publicKey);
  });

  test('[K9] a seed of another length is a bug, and throws', async () => {
    prepare();
    await expect(signerFromSeed(counting(31))).rejects.toThrow(RangeError);
  });
});

test('[K10] where the platform has Ed25519, a device key cannot be read out', async () => {
  const { stored } = await generateDeviceSigner();
  if (stored.kind !== 'platform') throw new Error('expected the platform to hold it');
  expect(stored.privateKey.extractable).toBe(false);
  for (const form of ['pkcs8', 'jwk'] as const) {
    await expect(crypto.subtle.exportKey(form, stored.privateKey)).rejects.toThrow();
  }
});

const { Point } = ed25519;
const prime = 2n ** 255n - 19n;
const littleEndian = (value: bigint) =>
  Uint8Array.from({ length: 32 }, (_, i) => Number((value >> BigInt(8 * i)) & 0xffn));
const toBigInt = (bytes: Uint8Array) => bytes.reduceRight((value, byte) => value * 256n + BigInt(byte), 0n);

/** Encodings of points of small order: the subgroup's own, both signs, and those with y not reduced. */
const smallOrderKeys = [
  ...ED25519_TORSION_SUBGROUP.map(unhex),
  ...[0n, 1n, prime - 1n, prime, prime + 1n].flatMap((y) => [littleEndian(y), littleEndian(y + 2n ** 255n)]),
];

test('[K9] a key of small order verifies nothing, not even what fits its equation', async () => {
  expect(smallOrderKeys.length).toBe(18);
  const message = textToBytes('anything');
  takeEd25519Away();
  let fits = 0;
  for (const key of smallOrderKeys) {
    for (const r of smallOrderKeys) {
      const signature = concatBytes(r, littleEndian(0n));
      if (verifyByNoble(key, message, signature)) fits += 1;
      expect(await verifySignature(key, message, signature)).toBe(false);
    }
  }
  // The equation alone would let some of them pass as anyone's signature.
  expect(fits).toBeGreaterThan(0);
});

test('[K9] a key of small order or not below p is refused even where the platform would take it', async () => {
  vi.spyOn(crypto.subtle, 'verify').mockResolvedValue(true);
  const { publicKey } = await signerFromSeed(counting(32));
  const verdict = (key: Uint8Array) => verifySignature(key, counting(3), new Uint8Array(64));
  expect(await verdict(publicKey)).toBe(true);
  for (const key of smallOrderKeys) expect(await verdict(key)).toBe(false);
  for (let over = 0n; over < 19n; over++) {
    expect(await verdict(littleEndian(prime + over))).toBe(false);
    expect(await verdict(littleEndian(prime + over + 2n ** 255n))).toBe(false);
  }
});

test('[K9] bytes that are no point of the curve, or of another length, are no key', async () => {
  const signature = concatBytes(littleEndian(1n), littleEndian(0n));
  // y = 2 is on no point of the curve.
  for (const key of [littleEndian(2n), counting(31), counting(33), new Uint8Array(0)]) {
    expect(await verifySignature(key, counting(3), signature)).toBe(false);
  }
  takeEd25519Away();
  expect(await verifySignature(littleEndian(2n), counting(3), signature)).toBe(false);
});

/** Signs as RFC 8032 does, but with chosen points of small order added to key and R: what a dishonest owner can do. */
function signMixed(message: Bytes, keyTorsion: Uint8Array, rTorsion: Uint8Array) {
  const order = Point.Fn.ORDER;
  const [a, r] = [toBigInt(counting(31, 7)), toBigInt(counting(31, 90))];
  const key = Point.BASE.multiply(a).add(Point.fromBytes(keyTorsion)).toBytes();
  const R = Point.BASE.multiply(r).add(Point.fromBytes(rTorsion)).toBytes();
  const k = toBigInt(sha512(concatBytes(R, key, message))) % order;
  return { key, message, signature: concatBytes(R, littleEndian((r + k * a) % order)), k };
}

test('[K9] platform and JavaScript agree about keys and signatures with a part of small order', async () => {
  const torsion = ED25519_TORSION_SUBGROUP.map(unhex);
  const identity = littleEndian(1n);
  const verdicts = { accepted: 0, refused: 0, looser: 0 };
  for (const point of torsion) {
    for (let i = 0; i < 12; i++) {
      for (const made of [
        signMixed(counting(8, i), point, identity),
        signMixed(counting(8, i), identity, point),
        signMixed(counting(8, i), point, point),
      ]) {
        const byPlatform = await verifyByPlatform(made.key, made.message, made.signature);
        expect(verifyByNoble(made.key, made.message, made.signature)).toBe(byPlatform);
        verdicts[byPlatform ? 'accepted' : 'refused'] += 1;
        // The library's own check takes some that platforms refuse: what this test is about.
        if (ed25519.verify(made.signature, made.message, made.key) && !byPlatform) verdicts.looser += 1;
      }
    }
  }
  expect(verdicts.accepted).toBeGreaterThan(0);
  expect(verdicts.refused).toBeGreaterThan(0);
  expect(verdicts.looser).toBeGreaterThan(0);
});

test('[K9] S must be below the order of the group, on both ends', async () => {
  const { publicKey, sign } = await signerFromSeed(counting(32));
  const message = textToBytes('a message');
  const signature = await sign(message);
  const larger = toBigInt(signature.subarray(32)) + Point.Fn.ORDER;
  const malleable = concatBytes(signature.subarray(0, 32), littleEndian(larger));
  expect(await verifyByPlatform(publicKey, message, malleable)).toBe(false);
  expect(verifyByNoble(publicKey, message, malleable)).toBe(false);
});

test('[K9] both ends make the same signatures, and accept each other', async () => {
  for (let i = 0; i < 10; i++) {
    const [seed, message] = [platformRandom(32), platformRandom(100 * i)];
    const native = await signerFromSeed(seed);
    const signature = await native.sign(message);
    takeEd25519Away();
    const plain = await signerFromSeed(seed);
    expect(plain.publicKey).toEqual(native.publicKey);
    expect(await plain.sign(message)).toEqual(signature);
    expect(await verifySignature(plain.publicKey, message, signature)).toBe(true);
    vi.restoreAllMocks();
  }
});
