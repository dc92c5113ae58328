// What must not be found, in every form in which it could lie somewhere: raw, UTF-16, hex, base64, base64url (wherever in
// a longer text they begin), as JSON and as part of an address.

export interface Needle {
  /** Says in a report what was found, such as "draft" or "epoch secret". */
  readonly name: string;
  readonly bytes: Uint8Array;
  /** Text has more forms than bytes. */
  readonly text?: string;
}
export interface Pattern {
  readonly needle: string;
  readonly form: string;
  readonly bytes: Uint8Array;
}

/** A word of this length is a needle of its own: an index of words would give it away without the text around it. */
const wordLetters = 8;

export const secretNeedle = (name: string, bytes: Uint8Array): Needle => ({ name, bytes });
export const textNeedle = (name: string, text: string): Needle => ({ name, text, bytes: Buffer.from(text) });

/** The text, each of its long words, and both in lower case. */
export function textNeedles(name: string, text: string): readonly Needle[] {
  const words = text.match(/[\p{Letter}\p{Mark}]+/gu) ?? [];
  const long = words.filter((word) => [...word].length >= wordLetters);
  const all = new Set([text, ...long].flatMap((part) => [part, part.toLowerCase()]));
  return [...all].map((part) => textNeedle(name, part));
}

/**
 * The characters that base64 has for these bytes when `before` bytes (0 to 2) stand in the group before them: without
 * the characters that also depend on a neighbour.
 */
function base64Inside(bytes: Uint8Array, before: number): string {
  const text = Buffer.concat([new Uint8Array(before), bytes]).toString('base64');
  return text.slice(Math.ceil((before * 8) / 6), Math.floor(((before + bytes.length) * 8) / 6));
}

const isLatin1 = (text: string): boolean =>
  Array.from(text).every((character) => (character.codePointAt(0) ?? 0) < 0x100);

function* formsOf({ bytes, text }: Needle): Generator<readonly [form: string, bytes: Uint8Array]> {
  yield ['raw', bytes];
  const hex = Buffer.from(bytes).toString('hex');
  yield ['hex', Buffer.from(hex)];
  yield ['hex', Buffer.from(hex.toUpperCase())];
  yield ['numbers', Buffer.from(bytes.join(','))];
  for (const before of [0, 1, 2]) {
    const base64 = base64Inside(bytes, before);
    yield ['base64', Buffer.from(base64)];
    yield ['base64url', Buffer.from(base64.replaceAll('+', '-').replaceAll('/', '_'))];
  }
  if (text === undefined) return;
  yield ['utf-16', Buffer.from(text, 'utf16le')];
  yield ['json', Buffer.from(JSON.stringify(text).slice(1, -1))];
  yield ['address', Buffer.from(encodeURIComponent(text))];
  if (isLatin1(text)) yield ['latin-1', Buffer.from(text, 'latin1')];
}

/** Each sequence of bytes once. */
export function patternsOf(needles: readonly Needle[]): readonly Pattern[] {
  const byBytes = new Map<string, Pattern>();
  for (const needle of needles) {
    for (const [form, bytes] of formsOf(needle)) {
      const key = Buffer.from(bytes).toString('latin1');
      if (!byBytes.has(key)) byBytes.set(key, { needle: needle.name, form, bytes });
    }
  }
  return [...byBytes.values()];
}
