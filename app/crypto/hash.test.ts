import { expect, test } from 'vitest';
import { textToBytes } from '../../shared/codec/bytes.ts';
import { expandSha256, hkdfSha256, hmacSha256, sha256 } from './hash.ts';
import { counting, hex } from './vectors.ts';

const repeated = (byte: number, length: number) => new Uint8Array(length).fill(byte);

test('[K1] sha256 is FIPS 180-4 (its example "abc")', () => {
  expect(hex(sha256(textToBytes('abc')))).toBe(
    'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
  );
});

test.each([
  {
    number: 1,
    key: repeated(0x0b, 20),
    data: textToBytes('Hi There'),
    mac: 'b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7',
  },
  {
    number: 2,
    key: textToBytes('Jefe'),
    data: textToBytes('what do ya want for nothing?'),
    mac: '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843',
  },
  {
    number: 3,
    key: repeated(0xaa, 20),
    data: repeated(0xdd, 50),
    mac: '773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe',
  },
  {
    number: 6,
    key: repeated(0xaa, 131),
    data: textToBytes('Test Using Larger Than Block-Size Key - Hash Key First'),
    mac: '60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54',
  },
])('[K1] hmacSha256 gives the value of RFC 4231, test case $number', ({ key, data, mac }) => {
  expect(hex(hmacSha256(key, data))).toBe(mac);
  expect(hex(hmacSha256(key, data.subarray(0, 3), data.subarray(3)))).toBe(mac);
});

// RFC 5869 appendix A: the pseudorandom key is the extract step, the output the expand step.
test.each([
  {
    number: 1,
    secret: repeated(0x0b, 22),
    salt: counting(13),
    info: counting(10, 0xf0),
    prk: '077709362c2e32df0ddc3f0dc47bba6390b6c73bb50f9c3122ec844ad7c2b3e5',
    output: '3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865',
  },
  {
    number: 2,
    secret: counting(80),
    salt: counting(80, 0x60),
    info: counting(80, 0xb0),
    prk: '06a6b88c5853361a06104c9ceb35b45cef760014904671014a193f40c15fc244',
    output:
      'b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19afa97c' +
      '59045a99cac7827271cb41c65e590e09da3275600c2f09b8367793a9aca3db71cc30c58179ec3e87c14c01d5c1f3434f1d87',
  },
])('[K1] HKDF in two steps gives the values of RFC 5869, test case $number', (vector) => {
  const prk = hmacSha256(vector.salt, vector.secret);
  expect(hex(prk)).toBe(vector.prk);
  expect(hex(expandSha256(prk, vector.info, vector.output.length / 2))).toBe(vector.output);
});

test('[K1] hkdfSha256 gives the value of RFC 5869, test case 3 (no salt, no info)', () => {
  expect(hex(hkdfSha256(repeated(0x0b, 22), '', 42))).toBe(
    '8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8',
  );
});

test('[K1] hkdfSha256 is both steps, with the label as info', () => {
  const [secret, salt] = [counting(32), counting(32, 100)];
  const twoSteps = expandSha256(hmacSha256(salt, secret), textToBytes('convo/test/1'), 64);
  expect(hkdfSha256(secret, 'convo/test/1', 64, salt)).toEqual(twoSteps);
  expect(hkdfSha256(secret, 'convo/test/2', 64, salt)).not.toEqual(twoSteps);
});
