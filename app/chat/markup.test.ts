import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Block, type Inline, markupToPlain, parseMarkup, safeHref } from './markup.ts';

const text = (value: string): Inline => ({ kind: 'text', text: value });
const inlineOf = (value: string): readonly Inline[] => {
  const [block] = parseMarkup(value);
  return block?.kind === 'paragraph' ? (block.lines[0] ?? []) : [];
};

describe('emphasis', () => {
  it('knows bold, italic, strike and code', () => {
    expect(inlineOf('a *b* _c_ ~d~ `e`')).toEqual([
      text('a '),
      { kind: 'bold', children: [text('b')] },
      text(' '),
      { kind: 'italic', children: [text('c')] },
      text(' '),
      { kind: 'strike', children: [text('d')] },
      text(' '),
      { kind: 'code', text: 'e' },
    ]);
  });

  it('nests', () => {
    expect(inlineOf('*a _b_*')).toEqual([
      { kind: 'bold', children: [text('a '), { kind: 'italic', children: [text('b')] }] },
    ]);
  });

  it.each(['2 * 3 * 4', 'snake_case_name', 'a*b*c', '*a *', '**', '***', '_', '~~~', '`', '``', '*a', 'a*'])(
    'leaves %s as it is',
    (value) => {
      expect(markupToPlain(value)).toBe(value);
      expect(inlineOf(value).every((part) => part.kind === 'text')).toBe(true);
    },
  );

  it('gives an unclosed mark inside a closed one back as text', () => {
    expect(inlineOf('*a _b*')).toEqual([{ kind: 'bold', children: [text('a _b')] }]);
  });

  it('does not look inside code', () => {
    expect(inlineOf('`*a*`')).toEqual([{ kind: 'code', text: '*a*' }]);
  });
});

describe('links', () => {
  const links = (value: string) =>
    inlineOf(value).flatMap((part) => (part.kind === 'link' ? [part.text] : []));

  it.each([
    ['see https://example.org/a?b=c#d.', ['https://example.org/a?b=c#d']],
    ['(https://en.wikipedia.org/wiki/A_(b))', ['https://en.wikipedia.org/wiki/A_(b)']],
    ['HTTP://EXAMPLE.ORG!', ['HTTP://EXAMPLE.ORG']],
    ['mailto:a@example.org', ['mailto:a@example.org']],
    ['https://a.example, https://b.example', ['https://a.example', 'https://b.example']],
    ['javascript:alert(1)', []],
    ['data:text/html,x', []],
    ['xhttps://example.org', []],
    ['https://bank.example@evil.example', []],
    ['https://', []],
    ['mailto:nobody', []],
  ])('finds in %s: %j', (value, expected) => {
    expect(links(value)).toEqual(expected);
  });

  it('stops before a mark that turns the direction of text', () => {
    expect(links('https://example.org/\u202egpj.exe')).toEqual(['https://example.org/']);
  });

  it('closes an emphasis around it', () => {
    expect(inlineOf('*https://example.org*')).toMatchObject([
      { kind: 'bold', children: [{ kind: 'link', text: 'https://example.org' }] },
    ]);
  });

  it('follows only http, https and mailto', () => {
    expect(safeHref('vbscript:x')).toBeUndefined();
    expect(safeHref('https://example.org')).toBe('https://example.org/');
  });
});

describe('blocks', () => {
  const kinds = (value: string) => parseMarkup(value).map((block) => block.kind);

  it('knows quotes, lists, code and paragraphs', () => {
    expect(kinds('hello\n> quoted\n> more\n- one\n- two\n```\ncode\n```\nbye')).toEqual([
      'paragraph',
      'quote',
      'list',
      'code',
      'paragraph',
    ]);
  });

  it('keeps code as it was written, without its language', () => {
    expect(parseMarkup('```ts\n  a *b*\n\n  c\n```')).toEqual([{ kind: 'code', text: '  a *b*\n\n  c' }]);
    expect(parseMarkup('```one```')).toEqual([{ kind: 'code', text: 'one' }]);
  });

  it('keeps what follows a fence, and an open fence as text', () => {
    expect(kinds('```a``` b')).toEqual(['code', 'paragraph']);
    expect(kinds('```a\nb')).toEqual(['paragraph']);
  });

  it('leaves fences with nothing between them as they are', () => {
    const row = '`'.repeat(6000);
    expect(parseMarkup(row)).toEqual([{ kind: 'paragraph', lines: [[text(row)]] }]);
    expect(kinds('```ts\n\n```')).toEqual(['paragraph']);
  });

  it('keeps empty lines inside a paragraph only', () => {
    expect(parseMarkup('\n\na\n\nb\n\n')).toEqual([
      { kind: 'paragraph', lines: [[text('a')], [], [text('b')]] },
    ]);
  });

  it('has nothing for nothing', () => {
    expect(parseMarkup(' \n ')).toEqual([]);
  });
});

describe('hostile text', () => {
  const size = 64 * 1024;
  it.each([
    '*',
    '_a',
    '*a ',
    '*_~',
    '`',
    '`a',
    '> ',
    '- a\n',
    '```',
    '```\n',
    'http://[',
    'https://a)',
    'mailto:',
    '(',
    'h',
    '*a_b~c ',
    '\u0301',
    '\u202e',
    '<img src=x onerror=alert(1)>',
    '~a* ',
    '*a _b* c_ ',
    'https://a.b/*_~',
    '\n',
  ])('%j, over and over, is read in no time', (unit) => {
    const value = unit.repeat(Math.ceil(size / unit.length)).slice(0, size);
    const startedMs = performance.now();
    parseMarkup(value);
    expect(performance.now() - startedMs).toBeLessThan(500);
  });

  const lettersOf = (inlines: readonly Inline[]): string =>
    inlines.map((part) => ('children' in part ? lettersOf(part.children) : part.text)).join('');
  const allOf = (block: Block): string => {
    if (block.kind === 'code') return block.text;
    return (block.kind === 'list' ? block.items : block.lines).map(lettersOf).join('');
  };

  it('loses no letter, whatever the marks', () => {
    const piece = fc.constantFrom(
      '*',
      '_',
      '~',
      '`',
      '```',
      '> ',
      '- ',
      '\n',
      ' ',
      'a',
      'b',
      'https://x.y',
      '(',
      ')',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 60 }), (pieces) => {
        const value = pieces.join('');
        const letters = (from: string) => from.replaceAll(/[^a-z]/g, '');
        const got = letters(parseMarkup(value).map(allOf).join(''));
        // The word behind an opening fence is a language's name, which is not shown.
        if (!/```[a-z]/.test(value)) expect(got).toBe(letters(value));
      }),
    );
  });
});
