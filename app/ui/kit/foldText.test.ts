import { describe, expect, it } from 'vitest';
import { excerptAround, matchesSearch, searchWords, splitByMatches } from './foldText.ts';

const marked = (text: string, search: string) =>
  splitByMatches(text, searchWords(search))
    .map((part) => (part.isMatch ? `[${part.text}]` : part.text))
    .join('');

describe('search on screen', () => {
  it('folds case, accents and width', () => {
    expect(matchesSearch('Ünal Çelik', searchWords('unal'))).toBe(true);
    expect(matchesSearch('ＡＢＣ', searchWords('abc'))).toBe(true);
    expect(matchesSearch('Ada Lovelace', searchWords('love ada'))).toBe(true);
    expect(matchesSearch('Ada', searchWords('grace'))).toBe(false);
  });

  it('marks what matches in the original text', () => {
    expect(marked('Crème brûlée', 'brulee')).toBe('Crème [brûlée]');
    expect(marked('cafe\u0301s', 'cafe')).toBe('[cafe\u0301]s');
    expect(marked('ﬁne', 'fi')).toBe('[ﬁ]ne');
    expect(marked('Straße', 'strass')).toBe('[Straß]e');
    expect(marked('Große Straße', 'STRASSE')).toBe('Große [Straße]');
    expect(marked('ΛΌΓΟΣ', 'λόγος')).toBe('[ΛΌΓΟΣ]');
    expect(marked('今天天气', '天')).toBe('今[天天]气');
    expect(marked('abc', '')).toBe('abc');
  });

  it('cuts a long text around its first match', () => {
    const text = `${'word '.repeat(100)}needle ${'word '.repeat(100)}`;
    const excerpt = excerptAround(text, ['needle']);
    expect(excerpt.startsWith('…')).toBe(true);
    expect(excerpt).toContain('needle');
    expect(excerpt.length).toBeLessThan(170);
    expect(excerptAround('short needle', ['needle'])).toBe('short needle');
  });
});
