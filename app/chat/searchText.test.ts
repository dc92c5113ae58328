import { expect, test } from 'vitest';
import fc from 'fast-check';
import { createTermHasher } from '../crypto/searchTerms.ts';
import { generateSecret, type SearchKey } from '../crypto/keyTree.ts';
import { platformRandom } from '../crypto/random.ts';
import { foldText, termsOfQuery, wordsOfMessage } from './searchText.ts';

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
  ['iPhone', 'iPhoneを買った'],
  ['我用WhatsApp', '我用WhatsApp聊天'],
  ['我用WhatsApp', '我用 WhatsApp 聊天'],
  ['用W', '我用WhatsApp聊天'],
  ['WhatsApp聊', '我用WhatsApp聊天'],
  ['line', 'ส่งทางLINEนะ'],
  ['ทางline', 'ส่งทางLINEนะ'],
  ['2024年1', '2024年12月'],
  ['5月', '2024年5月'],
  ['葛', '葛\u{e0100}城'],
  ['葛城', '葛\u{e0100}城'],
  ['नहीं', 'की नहीं है'],
  ['की', 'की नहीं है'],
  ['எங்', 'நீ எங்கே'],
  ['STRASSE', 'Straße'],
  ['straße', 'STRASSE'],
  ['stras', 'Straße'],
  ['ΛΌΓΟΣ', 'λογοσοφία'],
  ['ışık', 'IŞIK'],
  ['йод', 'ИОД'],
  ['αθηνα', 'Αθήνα'],
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
  ['Phone', 'iPhoneを買った'],
  ['6月', '2024年5月の6人'],
  ['को', 'की कौन'],
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

test('[X4] any beginning of a word finds its text, whatever stands before and after it', () => {
  const spaced = fc.stringMatching(/^[a-zß0-9क-ह][a-zß0-9क-हािी]{0,13}$/);
  const unspaced = fc.stringMatching(/^[一-丐あ-んก-ะ][一-丐あ-んก-ูเ-ๆ]{0,5}$/);
  fc.assert(
    fc.property(
      fc.array(fc.tuple(unspaced, spaced), { minLength: 1, maxLength: 6 }),
      fc.nat(),
      (pairs, chance) => {
        const text = pairs.flat().join('');
        const [before, word] = pairs[chance % pairs.length] ?? ['', ''];
        const beginning = [...word].slice(0, 1 + (chance % 13)).join('');
        expect(finds(before, text)).toBe(true);
        expect(finds(`${before}${beginning}`.toUpperCase(), text)).toBe(true);
        if (foldText(beginning).length > 1) expect(finds(beginning, text)).toBe(true);
      },
    ),
    { numRuns: 200 },
  );
});

test('[X4] words within scripts without spaces make no more terms than characters and their pairs', () => {
  const text = '我用WhatsApp聊天2024年12月';
  expect(wordsOfMessage(text, hash).length).toBeLessThan(2 * [...text].length);
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
