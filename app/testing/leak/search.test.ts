// A search that finds nothing proves something only if it would have found it: every form, wherever it stands.
import { expect, test } from 'vitest';
import { secretNeedle, textNeedles } from './needles.ts';
import { search } from './search.ts';

const secret = Uint8Array.from({ length: 32 }, (_, i) => (i * 37 + 251) & 0xff);
const needles = [secretNeedle('secret', secret), ...textNeedles('text', 'Grüße vom Quarzmoor, 🧑🏿‍🚒!')];
const formsIn = (bytes: Uint8Array) =>
  search([{ place: 'here', bytes }], needles).map(({ needle, form }) => `${needle} ${form}`);
const between = (piece: Uint8Array | string) =>
  Buffer.concat([Buffer.from('before'), Buffer.from(piece), Buffer.from('after')]);

test('[X3] the search finds a secret raw, in hex, as numbers, and in base64 at every place of a longer text', () => {
  expect(formsIn(between(secret))).toEqual(['secret raw']);
  expect(formsIn(between(Buffer.from(secret).toString('hex')))).toEqual(['secret hex']);
  expect(formsIn(between(Buffer.from(secret).toString('hex').toUpperCase()))).toEqual(['secret hex']);
  expect(formsIn(between(JSON.stringify([...secret])))).toEqual(['secret numbers']);
  for (const before of [0, 1, 2, 3, 4, 5]) {
    const longer = Buffer.concat([Buffer.alloc(before, 0xfb), secret, Buffer.alloc(4, 0xef)]);
    expect(formsIn(between(longer.toString('base64')))).toEqual(['secret base64']);
    expect(formsIn(between(longer.toString('base64url')))[0]).toMatch(/^secret base64/);
  }
});

test('[X3] the search finds a text in UTF-8, UTF-16, JSON and addresses, and each of its long words', () => {
  const text = 'Grüße vom Quarzmoor, 🧑🏿‍🚒!';
  expect(formsIn(between(text))).toEqual(['text raw']);
  expect(formsIn(between(Buffer.from(text, 'utf16le')))).toEqual(['text utf-16']);
  expect(formsIn(between(encodeURIComponent('Grüße vom ')))).toEqual([]);
  expect(formsIn(between(encodeURIComponent(text)))).toEqual(['text address']);
  expect(formsIn(between('["quarzmoor"]'))).toEqual(['text raw']);
  expect(formsIn(between('Quarz moor'))).toEqual([]);
});

test('[X3] the search finds nothing in what is almost the needle, or only its beginning', () => {
  const changed = secret.map((byte, i) => (i === 31 ? byte ^ 1 : byte));
  expect(formsIn(changed)).toEqual([]);
  expect(formsIn(secret.slice(0, 31))).toEqual([]);
  expect(() => search([], [secretNeedle('short', secret.slice(0, 5))])).toThrow('too short');
});
