import fc from 'fast-check';
import { expect, test } from 'vitest';
import { bytesToBase64url, parseBase64url } from './base64url.ts';

// RFC 4648 section 10, without padding; the last line shows the two letters of the URL alphabet.
test.each([
  ['', ''],
  ['f', 'Zg'],
  ['fo', 'Zm8'],
  ['foo', 'Zm9v'],
  ['foob', 'Zm9vYg'],
  ['fooba', 'Zm9vYmE'],
  ['foobar', 'Zm9vYmFy'],
  ['ûï¾', 'w7vDr8K-'],
  ['???', 'Pz8_'],
])('[W4] base64url of %j is %j', (text, encoded) => {
  const bytes = new TextEncoder().encode(text);
  expect(bytesToBase64url(bytes)).toBe(encoded);
  expect(parseBase64url(encoded)).toEqual(bytes);
});

test('[W4] base64url goes there and back, and is what the platform writes', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      const text = bytesToBase64url(bytes);
      expect(text).toBe(Buffer.from(bytes).toString('base64url'));
      expect(parseBase64url(text)).toEqual(new Uint8Array(bytes));
    }),
  );
});

test('[W4] a text that parses is the only one for its bytes', () => {
  const letters = [...'ABYZaz09-_+/=. \nÄ'];
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom(...letters), maxLength: 12 }), (text) => {
      const bytes = parseBase64url(text);
      return bytes === undefined || bytesToBase64url(bytes) === text;
    }),
    { numRuns: 2000 },
  );
});

test.each(['A', 'AAAAA', 'Zg==', 'Zh', 'Zm9', 'Zm+v', 'Zm/v', 'Zm 9', 'Zm9v\n', 'ZÄ9v', 'Zm9v\u0100'])(
  '[W4] %j is no base64url of ours',
  (text) => {
    expect(parseBase64url(text)).toBeUndefined();
  },
);
