// Compares text the way people search: without case, accents and width. For what is on screen; what is stored is
// searched below the ui.

/** By way of upper case, in which ß is SS; at the end of a word sigma has another small form. */
const folded = (text: string) =>
  text.normalize('NFKD').replaceAll(/\p{M}/gu, '').toUpperCase().toLowerCase().replaceAll('ς', 'σ');

export const foldText = folded;

/** The words of a search, folded. */
export const searchWords = (text: string): readonly string[] =>
  folded(text)
    .split(/\s+/)
    .filter((word) => word !== '');

export const matchesSearch = (text: string, words: readonly string[]): boolean => {
  const within = folded(text);
  return words.every((word) => within.includes(word));
};

export interface TextPart {
  readonly text: string;
  readonly isMatch: boolean;
}

/** The text cut into what matches one of the words and what doesn't. */
export function splitByMatches(text: string, words: readonly string[]): readonly TextPart[] {
  // Folding changes lengths, so each folded unit remembers the character that it came from.
  const characters = Array.from(text);
  let within = '';
  const originByUnit: number[] = [];
  for (const [index, character] of characters.entries()) {
    const unit = folded(character);
    within += unit;
    for (let at = 0; at < unit.length; at += 1) originByUnit.push(index);
  }
  const isMatched = Array.from(characters, () => false);
  for (const word of words) {
    for (let at = within.indexOf(word); at !== -1; at = within.indexOf(word, at + word.length)) {
      const last = originByUnit[at + word.length - 1] ?? -1;
      for (let index = originByUnit[at] ?? 0; index <= last; index += 1) isMatched[index] = true;
    }
  }
  const parts: { text: string; isMatch: boolean }[] = [];
  for (const [index, character] of characters.entries()) {
    const isMatch = isMatched[index] === true;
    const last = parts.at(-1);
    // A mark belongs to the letter before it.
    if (last && (last.isMatch === isMatch || /^\p{M}/u.test(character))) last.text += character;
    else parts.push({ text: character, isMatch });
  }
  return parts;
}

/** A stretch of a long text that begins a little before its first match. */
export function excerptAround(text: string, words: readonly string[], before = 24, length = 160): string {
  const oneLine = text.replaceAll(/\s+/g, ' ');
  const at = words.map((word) => folded(oneLine).indexOf(word)).find((place) => place >= 0) ?? 0;
  const from = at > before * 2 ? at - before : 0;
  return (from > 0 ? '…' : '') + oneLine.slice(from, from + length);
}
