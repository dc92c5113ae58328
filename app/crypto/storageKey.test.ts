import { expect, test } from 'vitest';
import { textToBytes } from '../../shared/codec/bytes.ts';
import { platformRandom } from './random.ts';
import { generateStorageKey, openAtRest, sealAtRest } from './storageKey.ts';
import { counting, countingRandom, hex, spoiled } from './vectors.ts';

const aad = textToBytes('messages/body/7');
const body = textToBytes('good morning');
const importKey = (raw: Uint8Array<ArrayBuffer>) =>
  crypto.subtle.importKey('raw', raw, 'AES-GCM', false, ['encrypt', 'decrypt']);

test('[K1] sealAtRest is AES-256-GCM (McGrew and Viega, "The Galois/Counter Mode", test case 14)', async () => {
  const key = await importKey(new Uint8Array(32));
  const sealed = await sealAtRest(
    key,
    new Uint8Array(16),
    new Uint8Array(0),
    (length) => new Uint8Array(length),
  );
  expect(hex(sealed)).toBe(
    `${'00'.repeat(12)}cea7403d4d606b6e074ec5d3baf39d18d0d1c8a799996bf0265b98b5d48ab919`,
  );
});

test('[K14] what lies at rest is pinned: nonce, ciphertext, tag', async () => {
  const sealed = await sealAtRest(await importKey(counting(32)), body, aad, countingRandom(0x40));
  expect(hex(sealed)).toBe(
    '404142434445464748494a4b85d6c1470651e871a3ad7951a54c8d22537358b2d0e5af86886451c7',
  );
});

test('[K14] the storage key can not be read out, and opens what it sealed', async () => {
  const key = await generateStorageKey();
  expect(key.extractable).toBe(false);
  await expect(crypto.subtle.exportKey('raw', key)).rejects.toThrow();
  for (const length of [0, 1, 15, 16, 17, 4096]) {
    const bytes = platformRandom(length);
    const sealed = await sealAtRest(key, bytes, aad);
    expect(sealed.length).toBe(length + 28);
    expect(await openAtRest(key, sealed, aad)).toEqual(bytes);
  }
  expect(await sealAtRest(key, body, aad)).not.toEqual(await sealAtRest(key, body, aad));
});

test('[K2] what lies at rest does not open once a byte of it, its place or its key has changed', async () => {
  const key = await generateStorageKey();
  const sealed = await sealAtRest(key, body, aad);
  for (const changed of spoiled(sealed)) expect(await openAtRest(key, changed, aad)).toBeUndefined();
  for (const changed of spoiled(aad)) expect(await openAtRest(key, sealed, changed)).toBeUndefined();
  expect(await openAtRest(await generateStorageKey(), sealed, aad)).toBeUndefined();
  expect(await openAtRest(key, sealed.subarray(0, 27), aad)).toBeUndefined();
  expect(await openAtRest(key, new Uint8Array(0), aad)).toBeUndefined();
});

test('[K14] a key that may not decrypt is a bug, and throws', async () => {
  const writeOnly = await crypto.subtle.importKey('raw', counting(32), 'AES-GCM', false, ['encrypt']);
  const sealed = await sealAtRest(writeOnly, body, aad);
  await expect(openAtRest(writeOnly, sealed, aad)).rejects.toThrow();
});
