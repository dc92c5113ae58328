import fc from 'fast-check';
import { expect, test } from 'vitest';
import { textToBytes } from '../../shared/codec/bytes.ts';
import { platformRandom } from './random.ts';
import { openBytes, sealBytes, sealOverheadBytes } from './seal.ts';
import { counting, countingRandom, hex, spoiled } from './vectors.ts';

const key = counting(32);
const aad = textToBytes('convo/test/1');

test('[K8] sealed bytes are pinned: nonce, ciphertext, tag', () => {
  expect(hex(sealBytes(key, textToBytes('hello'), aad, countingRandom(64)))).toBe(
    '404142434445464748494a4b4c4d4e4f5051525354555657bc5c691cbf30a6f28141c22c0003bd2e88636f6e19',
  );
});

test('[K8] what is sealed opens, and is 40 bytes longer', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 500 }), fc.uint8Array({ maxLength: 50 }), (plaintext, aad) => {
      const sealed = sealBytes(key, plaintext, aad, platformRandom);
      expect(sealed.length).toBe(plaintext.length + sealOverheadBytes);
      expect(openBytes(key, sealed, aad)).toEqual(new Uint8Array(plaintext));
    }),
  );
});

test('[K2] sealed bytes do not open once a byte of key, sealed form or associated data has changed', () => {
  const sealed = sealBytes(key, textToBytes('hello'), aad, countingRandom());
  expect(openBytes(key, sealed, aad)).toEqual(textToBytes('hello'));
  for (const changed of spoiled(sealed)) expect(openBytes(key, changed, aad)).toBeUndefined();
  for (const changed of spoiled(aad)) expect(openBytes(key, sealed, changed)).toBeUndefined();
  for (const changed of spoiled(key)) {
    if (changed.length === 32) expect(openBytes(changed, sealed, aad)).toBeUndefined();
  }
  expect(openBytes(key, new Uint8Array(39), aad)).toBeUndefined();
  expect(openBytes(key, new Uint8Array(0), aad)).toBeUndefined();
});

test('[K8] sealing the same twice never gives the same bytes', () => {
  const seal = () => hex(sealBytes(key, textToBytes('hello'), aad, platformRandom));
  expect(new Set(Array.from({ length: 50 }, seal)).size).toBe(50);
});
