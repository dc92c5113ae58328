import { expect, test } from 'vitest';
import { textToBytes } from '../../shared/codec/bytes.ts';
import { openAead, sealAead } from './aead.ts';
import { counting, hex, spoiled, unhex } from './vectors.ts';

// draft-irtf-cfrg-xchacha-03, appendix A.3.1
const key = counting(32, 0x80);
const nonce = counting(24, 0x40);
const aad = unhex('50515253c0c1c2c3c4c5c6c7');
const plaintext = textToBytes(
  "Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the future, sunscreen would be it.",
);
const sealed =
  'bd6d179d3e83d43b9576579493c0e939572a1700252bfaccbed2902c21396cbb' +
  '731c7f1b0b4aa6440bf3a82f4eda7e39ae64c6708c54c216cb96b72e1213b452' +
  '2f8c9ba40db5d945b11b69b982c1bb9e3f3fac2bc369488f76b2383565d3fff9' +
  '21f9664c97637da9768812f615c68b13b52e' +
  'c0875924c1c7987947deafd8780acf49';

test('[K1] sealAead gives the value of draft-irtf-cfrg-xchacha-03, appendix A.3.1', () => {
  expect(hex(sealAead(key, nonce, plaintext, aad))).toBe(sealed);
  expect(openAead(key, nonce, unhex(sealed), aad)).toEqual(plaintext);
});

test('[K2] nothing opens once a byte of key, nonce, ciphertext or associated data has changed', () => {
  const bytes = unhex(sealed);
  for (const changed of spoiled(bytes)) expect(openAead(key, nonce, changed, aad)).toBeUndefined();
  for (const changed of spoiled(aad)) expect(openAead(key, nonce, bytes, changed)).toBeUndefined();
  for (const changed of spoiled(key)) {
    if (changed.length === 32) expect(openAead(changed, nonce, bytes, aad)).toBeUndefined();
  }
  for (const changed of spoiled(nonce)) {
    if (changed.length === 24) expect(openAead(key, changed, bytes, aad)).toBeUndefined();
  }
  for (let length = 0; length < 16; length++) {
    expect(openAead(key, nonce, new Uint8Array(length), aad)).toBeUndefined();
  }
});

test('[K2] a key or nonce of a wrong length is a bug, and throws', () => {
  expect(() => sealAead(counting(31), nonce, plaintext, aad)).toThrow(RangeError);
  expect(() => sealAead(key, counting(12), plaintext, aad)).toThrow(RangeError);
  expect(() => openAead(counting(33), nonce, unhex(sealed), aad)).toThrow(RangeError);
  expect(() => openAead(key, counting(25), unhex(sealed), aad)).toThrow(RangeError);
});
