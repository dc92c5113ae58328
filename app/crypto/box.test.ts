import { ml_kem768_x25519 as xwing } from '@noble/post-quantum/hybrid.js';
import { expect, test } from 'vitest';
import { textToBytes } from '../../shared/codec/bytes.ts';
import type { BoxPublicKey } from '../../shared/protocol/ids.ts';
import {
  boxOverheadBytes,
  boxPublicKeyOf,
  generateBoxKeys,
  isBoxPublicKey,
  openBox,
  sealToBox,
} from './box.ts';
import { sha256 } from './hash.ts';
import { platformRandom } from './random.ts';
import { counting, countingRandom, hex, spoiled, unhex } from './vectors.ts';

const aad = textToBytes('convo/test/1');
const secret = textToBytes('an epoch secret');
const { publicKey, seed } = generateBoxKeys(countingRandom());

// draft-connolly-cfrg-xwing-kem-09, appendix C; of public keys and ciphertexts their first and last bytes, which
// together with the shared secret (a hash over them) leave no other value.
const vectors = [
  {
    seed: '7f9c2ba4e88f827d616045507605853ed73b8093f6efbc88eb1a6eacfa66ef26',
    encapsulationSeed:
      '3cb1eea988004b93103cfb0aeefd2a686e01fa4a58e8a3639ca8a1e3f9ae57e2' +
      '35b8cc873c23dc62b8d260169afa2f75ab916a58d974918835d25e6a435085b2',
    publicKey: /^e2236b35a8c24b39b10aa1323a96a919.*c8cd049040ef6534$/,
    ciphertext: /^b83aa828d4d62b9a83ceffe1d3d3bb1e.*74a079d3e6fb2e15$/,
    shared: 'd2df0522128f09dd8e2c92b1e905c793d8f57a54c3da25861f10bf4ca613e384',
  },
  {
    seed: 'badfd6dfaac359a5efbb7bcc4b59d538df9a04302e10c8bc1cbf1a0b3a5120ea',
    encapsulationSeed:
      '17cda7cfad765f5623474d368ccca8af0007cd9f5e4c849f167a580b14aabdef' +
      'aee7eef47cb0fca9767be1fda69419dfb927e9df07348b196691abaeb580b32d',
    publicKey: /^0333285fa253661508c9fb444852caa4.*160b8843f1c89c62$/,
    ciphertext: /^c93beb22326705699bbc3d1d0aa6339b.*312f4ae3ea155b67$/,
    shared: 'f2e86241c64d60f6649fbc6c5b7d17180b780a3f34355e64a85749949c45f150',
  },
  {
    seed: 'ef58538b8d23f87732ea63b02b4fa0f4873360e2841928cd60dd4cee8cc0d4c9',
    encapsulationSeed:
      '22a96188d032675c8ac850933c7aff1533b94c834adbb69c6115bad4692d8619' +
      'f90b0cdf8a7b9c264029ac185b70b83f2801f2f4b3f70c593ea3aeeb613a7f1b',
    publicKey: /^36244278824f77c621c660892c1c3886.*6f16ffdf66952461$/,
    ciphertext: /^0d2e38cbf17a2e2e4e0c87a94ca1e770.*523f527161137334$/,
    shared: '953f7f4e8c5b5049bdc771d1dffada0dd961477d1a2ae0988baa7ea6898d893f',
  },
];

test.each(vectors)(
  '[K1] X-Wing gives the values of draft-connolly-cfrg-xwing-kem-09, appendix C ($seed)',
  (v) => {
    const key = boxPublicKeyOf(unhex(v.seed));
    expect(hex(key)).toMatch(v.publicKey);
    const { cipherText, sharedSecret } = xwing.encapsulate(new Uint8Array(key), unhex(v.encapsulationSeed));
    expect(hex(cipherText)).toMatch(v.ciphertext);
    expect(hex(sharedSecret)).toBe(v.shared);
    expect(hex(xwing.decapsulate(cipherText, unhex(v.seed)))).toBe(v.shared);
  },
);

test('[K11] a box is pinned, and 1136 bytes longer than what is in it', () => {
  const box = sealToBox(publicKey, secret, aad, countingRandom(0x40));
  expect(box.length).toBe(secret.length + boxOverheadBytes);
  expect(boxOverheadBytes).toBe(1136);
  expect(hex(box.subarray(1120))).toBe('b763fdc3879797cc1dd32cf3f12d8abbe8f97accbfaf4595afccb1f0f0888a');
  expect(hex(sha256(box))).toBe('9a82abece6f5d13d200973e323fd4a4da0c4789c6347a10e16d6ea30dead351f');
});

test('[K11] what is sealed to a box opens with its seed, and with no other', () => {
  const box = sealToBox(publicKey, secret, aad, platformRandom);
  expect(openBox(seed, box, aad)).toEqual(secret);
  expect(openBox(counting(32, 1), box, aad)).toBeUndefined();
  expect(() => openBox(counting(31), box, aad)).toThrow(RangeError);
  expect(sealToBox(publicKey, secret, aad, platformRandom)).not.toEqual(box);
});

test('[K2] a box does not open once a byte of it or of its associated data has changed', () => {
  const box = sealToBox(publicKey, secret, aad, countingRandom(0x40));
  // The KEM's ciphertext (1120 bytes: ML-KEM's 1088, X25519's 32) in steps, for time; all of the rest.
  let place = 0;
  for (const changed of spoiled(box)) {
    if (place < 1080 ? place % 20 === 0 : true) expect(openBox(seed, changed, aad)).toBeUndefined();
    place += 1;
  }
  for (const changed of spoiled(aad)) expect(openBox(seed, box, changed)).toBeUndefined();
  expect(openBox(seed, box.subarray(0, 1135), aad)).toBeUndefined();
  expect(openBox(seed, new Uint8Array(0), aad)).toBeUndefined();
});

test('[K11] sealing and opening leave every argument as it was', () => {
  const chance = counting(64, 9);
  const args = () => [publicKey, seed, secret, aad, chance].map(hex);
  const before = args();
  const box = sealToBox(publicKey, secret, aad, () => chance);
  const sealed = hex(box);
  openBox(seed, box, aad);
  isBoxPublicKey(publicKey);
  generateBoxKeys(() => seed);
  expect(args()).toEqual(before);
  expect(hex(box)).toBe(sealed);
});

test('[K11] the library leaves the public key and seed that it is given as they were', () => {
  // If a version fails here, the copies in box.ts are what keeps keys whole; without them they would be wiped.
  const [givenKey, givenSeed] = [new Uint8Array(publicKey), new Uint8Array(seed)];
  const { cipherText } = xwing.encapsulate(givenKey);
  xwing.decapsulate(cipherText, givenSeed);
  expect(hex(givenKey)).toBe(hex(publicKey));
  expect(hex(givenSeed)).toBe(hex(seed));
});

test('[K12] a public key to which nothing can be sealed is told apart before anyone trusts it', () => {
  expect(isBoxPublicKey(generateBoxKeys(platformRandom).publicKey)).toBe(true);
  expect(isBoxPublicKey(publicKey.subarray(1))).toBe(false);
  // A coefficient of ML-KEM's key that is not below 3329 (FIPS 203 section 7.2).
  const unreduced = new Uint8Array(publicKey).fill(0xff, 0, 2);
  expect(isBoxPublicKey(unreduced)).toBe(false);
  expect(() => sealToBox(unreduced as BoxPublicKey, secret, aad, platformRandom)).toThrow();
  // An X25519 key of small order, which gives everyone the same shared secret (RFC 7748 section 6.1).
  const small = new Uint8Array(publicKey).fill(0, 1184);
  expect(isBoxPublicKey(small)).toBe(false);
  expect(() => sealToBox(small as BoxPublicKey, secret, aad, platformRandom)).toThrow();
});

test('[K2] a box whose X25519 part is of small order does not open, and does not throw', () => {
  const box = sealToBox(publicKey, secret, aad, platformRandom);
  expect(openBox(seed, new Uint8Array(box).fill(0, 1088, 1120), aad)).toBeUndefined();
});
