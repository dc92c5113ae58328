// What a message's text means: paragraphs, quotes, lists, code, emphasis and links, as a tree of plain data. Whatever
// the text is, the time it takes grows with its length and no further, nesting is bounded, and nothing becomes HTML.

export type Inline =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'code'; readonly text: string }
  | { readonly kind: 'link'; readonly text: string; readonly href: string }
  | { readonly kind: Emphasis; readonly children: readonly Inline[] };
export type Emphasis = 'bold' | 'italic' | 'strike';

export type Block =
  /** `lines` stand below each other. */
  | { readonly kind: 'paragraph'; readonly lines: readonly (readonly Inline[])[] }
  | { readonly kind: 'quote'; readonly lines: readonly (readonly Inline[])[] }
  | { readonly kind: 'list'; readonly items: readonly (readonly Inline[])[] }
  | { readonly kind: 'code'; readonly text: string };

const emphasisByMark: ReadonlyMap<string, Emphasis> = new Map([
  ['*', 'bold'],
  ['_', 'italic'],
  ['~', 'strike'],
]);

/** Longer ones are text: nobody reads where they lead. */
const maxLinkLength = 2048;
/** Ends at white space, quotes, angle brackets, control characters, and marks that turn the direction of text. */
const linkPattern = /(?:https?:\/\/|mailto:)[^\s<>"\p{Cc}\p{Cf}]+/iuy;

const isWordCharacter = (character: string) => /[\p{L}\p{N}]/u.test(character);
const isSpace = (character: string) => character === '' || /\s/.test(character);

/**
 * The address behind a link's text, or undefined where it isn't one to follow. Only http, https and mailto; and no
 * user name before the host, because `https://bank.example@evil.example` reads as the bank.
 */
export function safeHref(text: string): string | undefined {
  if (text.length > maxLinkLength || !URL.canParse(text)) return undefined;
  const url = new URL(text);
  if (url.protocol === 'mailto:') return url.pathname.includes('@') ? url.href : undefined;
  const isWeb = url.protocol === 'http:' || url.protocol === 'https:';
  return isWeb && url.username === '' && url.password === '' ? url.href : undefined;
}

/** Without the punctuation that ends the sentence around a link; a closing bracket stays when the link opened it. */
function withoutTrailingPunctuation(text: string): string {
  let depth = 0;
  for (const character of text) depth += character === '(' ? 1 : character === ')' ? -1 : 0;
  let end = text.length;
  for (; end > 0; end -= 1) {
    const last = text.charAt(end - 1);
    if (last === ')' && depth < 0) depth += 1;
    else if (!/[.,;:!?'*_~\]}]/.test(last)) break;
  }
  return text.slice(0, end);
}

/**
 * The spans that are open at one place of a line. Each mark opens at most once, so nesting is at most one level a
 * mark, and a part moves at most that often.
 */
function createSpans() {
  const line: { readonly mark: string; readonly parts: Inline[] } = { mark: '', parts: [] };
  const open = [line];
  const top = () => open.at(-1) ?? line;

  function add(part: Inline): void {
    const { parts } = top();
    const last = parts.at(-1);
    if (part.kind !== 'text' || last?.kind !== 'text') parts.push(part);
    else parts[parts.length - 1] = { kind: 'text', text: last.text + part.text };
  }

  /** A mark that was never closed was no mark: it goes back to being text. */
  function giveUpTop(): void {
    const unclosed = open.pop();
    if (!unclosed) return;
    add({ kind: 'text', text: unclosed.mark });
    for (const part of unclosed.parts) add(part);
  }

  return {
    add,
    isOpen: (mark: string) => open.some((span) => span.mark === mark),
    open: (mark: string) => void open.push({ mark, parts: [] }),
    close(mark: string, kind: Emphasis) {
      while (top().mark !== mark && open.length > 1) giveUpTop();
      const closed = open.pop();
      if (closed) add({ kind, children: closed.parts });
    },
    finish(): readonly Inline[] {
      while (open.length > 1) giveUpTop();
      return line.parts;
    },
  };
}

/** Most lines have nothing in them that could mean more than it is. */
const meaningful = /[`*_~]|https?:|mailto:/i;

function parseLine(line: string): readonly Inline[] {
  if (!meaningful.test(line)) return line === '' ? [] : [{ kind: 'text', text: line }];
  const spans = createSpans();
  let textFrom = 0;
  let at = 0;
  let hasCode = true;

  function flush(next: number): void {
    if (at > textFrom) spans.add({ kind: 'text', text: line.slice(textFrom, at) });
    textFrom = next;
    at = next;
  }

  function takeCode(): boolean {
    const end = hasCode ? line.indexOf('`', at + 1) : -1;
    hasCode = end !== -1;
    if (end <= at + 1) return false;
    const text = line.slice(at + 1, end);
    flush(end + 1);
    spans.add({ kind: 'code', text });
    return true;
  }

  function takeLink(): boolean {
    if (isWordCharacter(line.charAt(at - 1))) return false;
    linkPattern.lastIndex = at;
    const found = linkPattern.exec(line)?.[0];
    if (found === undefined) return false;
    const text = withoutTrailingPunctuation(found);
    const href = safeHref(text);
    if (href === undefined) {
      at += found.length; // never looked at again, or a text of broken links would take the square of its length
      return true;
    }
    flush(at + text.length);
    spans.add({ kind: 'link', text, href });
    return true;
  }

  function takeMark(character: string): boolean {
    let end = at + 1;
    while (line.charAt(end) === character) end += 1;
    const mark = line.slice(at, end);
    const kind = emphasisByMark.get(mark);
    const [before, after] = [line.charAt(at - 1), line.charAt(end)];
    if (kind !== undefined && spans.isOpen(mark) && !isSpace(before) && !isWordCharacter(after)) {
      flush(end);
      spans.close(mark, kind);
    } else if (kind !== undefined && !spans.isOpen(mark) && !isSpace(after) && !isWordCharacter(before)) {
      flush(end);
      spans.open(mark);
    } else {
      at = end;
    }
    return true;
  }

  while (at < line.length) {
    const character = line.charAt(at);
    const isTaken =
      character === '`'
        ? takeCode()
        : /[hm]/i.test(character)
          ? takeLink()
          : /[*_~]/.test(character) && takeMark(character);
    if (!isTaken) at += 1;
  }
  flush(at);
  return spans.finish();
}

const fence = '```';
const listMark = /^[-*•] +(?=\S)/;
const quoteMark = /^> ?/;

/** Where a code block that opens on line `from` ends: its last line and the place of the closing fence in it. */
function findFence(lines: readonly string[], from: number): { line: number; at: number } | undefined {
  for (let line = from; line < lines.length; line += 1) {
    const at = lines[line]?.indexOf(fence, line === from ? fence.length : 0) ?? -1;
    if (at !== -1) return { line, at };
  }
  return undefined;
}

/** Without the language's name, which may stand behind the opening fence. */
function codeOf(inside: readonly string[]): string {
  const [first = '', ...rest] = inside;
  const lines = rest.length > 0 && /^[\w+#-]{0,20}$/.test(first) ? rest : inside;
  return lines.join('\n').replace(/\n$/, '');
}

export function parseMarkup(text: string): readonly Block[] {
  const lines = text.split('\n');
  const blocks: Block[] = [];
  let paragraph: (readonly Inline[])[] = [];
  let hasFence = true;
  let at = 0;

  function endParagraph(): void {
    while (paragraph.length > 0 && paragraph.at(-1)?.length === 0) paragraph.pop();
    if (paragraph.length > 0) blocks.push({ kind: 'paragraph', lines: paragraph });
    paragraph = [];
  }

  /** All lines from here on that carry the mark, without it. */
  function takeRun(mark: RegExp): (readonly Inline[])[] {
    const run: (readonly Inline[])[] = [];
    for (; mark.test(lines[at] ?? ''); at += 1) run.push(parseLine((lines[at] ?? '').replace(mark, '')));
    return run;
  }

  function takeCodeBlock(): boolean {
    const end = hasFence ? findFence(lines, at) : undefined;
    hasFence = end !== undefined;
    if (!end) return false;
    const inside = lines.slice(at, end.line + 1);
    inside[inside.length - 1] = (inside.at(-1) ?? '').slice(0, end.at);
    inside[0] = (inside[0] ?? '').slice(fence.length);
    const code = codeOf(inside);
    // Nothing between two fences is no code: a row of backticks would become a column of empty boxes.
    if (code.trim() === '') return false;
    endParagraph();
    blocks.push({ kind: 'code', text: code });
    const behind = (lines[end.line] ?? '').slice(end.at + fence.length);
    at = behind.trim() === '' ? end.line + 1 : end.line;
    if (at === end.line) lines[at] = behind.trimStart();
    return true;
  }

  while (at < lines.length) {
    const line = lines[at] ?? '';
    if (line.startsWith(fence) && takeCodeBlock()) continue;
    if (quoteMark.test(line)) {
      endParagraph();
      blocks.push({ kind: 'quote', lines: takeRun(quoteMark) });
    } else if (listMark.test(line)) {
      endParagraph();
      blocks.push({ kind: 'list', items: takeRun(listMark) });
    } else {
      // Empty lines around a block are its margin; inside a paragraph they stay.
      if (line.trim() !== '' || paragraph.length > 0) paragraph.push(parseLine(line.trimEnd()));
      at += 1;
    }
  }
  endParagraph();
  return blocks;
}

const inlinesToText = (inlines: readonly Inline[]): string =>
  inlines.map((part) => ('children' in part ? inlinesToText(part.children) : part.text)).join('');

/** One line of the text without its marks, for a list or a quote. Reads only the first 400 characters. */
export function markupToPlain(text: string): string {
  const parts = parseMarkup(text.slice(0, 400)).flatMap((block) => {
    switch (block.kind) {
      case 'code':
        return [block.text];
      case 'list':
        return block.items.map(inlinesToText);
      case 'paragraph':
      case 'quote':
        return block.lines.map(inlinesToText);
      default:
        return block satisfies never;
    }
  });
  return parts.join(' ').replaceAll(/\s+/g, ' ').trim();
}
