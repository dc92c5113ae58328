import { expect, test } from 'vitest';
import fc from 'fast-check';
import { createTermHasher } from '../crypto/searchTerms.ts';
import { generateSecret, type SearchKey } from '../crypto/keyTree.ts';
import { platformRandom } from '../crypto/random.ts';
import { termsOfQuery, wordsOfMessage } from './searchText.ts';

const hash = createTermHasher(generateSecret<SearchKey>(platformRandom));
/** A word with its beginnings, as they are kept. */
const termsOf = (text: string) =>
  wordsOfMessage(text, hash).flatMap(({ term, beginnings }) => [term, ...beginnings()]);
const finds = (query: string, text: string) => {
  const terms = new Set(termsOf(text));
  const wanted = termsOfQuery(query, hash);
  return wanted.length > 0 && wanted.every((term) => terms.has(term));
};

test.each([
  ['hello', 'Hello there'],
  ['HEL', 'hello there'],
  ['there hello', 'Hello there'],
  ['cafe', 'le Café du coin'],
  ['café', 'le CAFE du coin'],
  ['uber', 'Über alles'],
  ['привет', 'Привет, мир'],
  ['мир', 'Привет, мир!'],
  ['日本', '私は日本語を話します'],
  ['本語', '私は日本語を話します'],
  ['港', '港に船'],
  ['สวัส', 'สวัสดีครับ'],
  ['2026', 'in 2026 we sail'],
  ['iph', 'iPhoneを買った'],
  ['iPhoneを', 'iPhoneを買った'],
  ['whatsapp', '我用WhatsApp聊天'],
  ['2024', '2024年12月'],
  ['コーヒー', 'コーヒーを飲む'],
  ['สวัสดี', 'สวัสดีครับ'],
  ['दिल्ली', 'दिल्ली में'],
  ['की', 'राम की किताब'],
  ['நீ', 'நீ எங்கே'],
  ['STRASSE', 'auf der Straße'],
  ['straße', 'AUF DER STRASSE'],
  ['antidisestabl', 'antidisestablishmentarianism'],
])('[X4] %s finds %s', (query, text) => {
  expect(finds(query, text)).toBe(true);
});

test.each([
  ['llo', 'Hello there'],
  ['world', 'Hello there'],
  ['hello world', 'Hello there'],
  ['h', 'Hello there'],
  ['', 'Hello there'],
  ['!?', 'Hello there!?'],
  ['語日', '私は日本語を話します'],
])('[X4] %s does not find %s', (query, text) => {
  expect(finds(query, text)).toBe(false);
});

test('[X4] every word of two characters and more finds its text', () => {
  fc.assert(
    fc.property(
      fc.array(fc.stringMatching(/^[a-zà-öø-ÿ0-9]{2,20}$/), { minLength: 1, maxLength: 8 }),
      (words) => {
        const text = words.join(' ');
        for (const word of words) expect(finds(word, text)).toBe(true);
      },
    ),
    { numRuns: 60 },
  );
});

test('[X4] a message has each of its words once, and no beginning among them', () => {
  const words = wordsOfMessage('Sail, sailing and sail: a SAIL', hash);
  expect(words.map(({ term }) => term)).toEqual(['sail', 'sailing', 'and'].map(hash));
  expect(words[1]?.beginnings()).toEqual(['sa', 'sai', 'sail', 'saili', 'sailin'].map(hash));
});

test('[X4] some pages of prose have all their words', () => {
  const text = Array.from({ length: 600 }, (_, i) => `word${i} and`).join(' ');
  expect(wordsOfMessage(text, hash)).toHaveLength(601);
});

test('[X4] a hostile text has a bounded number of words and beginnings', () => {
  const text = Array.from({ length: 20_000 }, (_, i) => `w${i}`).join(' ');
  expect(termsOf(text).length).toBeLessThanOrEqual(5000);
  expect(termsOf('a\u0301'.repeat(30_000)).length).toBeLessThan(50);
});
