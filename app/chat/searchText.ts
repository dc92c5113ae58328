// How words are found: folded (case and accents away), cut into words, and each word and its beginnings hashed under the
// device's search key. Scripts without spaces are cut into pairs of characters. A message is kept with its words alone; how
// a word begins is kept once for all messages that have it.
import type { Word } from '../storage/words.ts';

/** Beginnings of this length and more find a word while it is being typed. */
const shortestBeginning = 2;
/** What comes after in a word is not looked at. */
const longestWord = 12;
/** So many words and beginnings of one message at most: several pages of prose have all of theirs, and a hostile one can't
 * fill the disk. */
const maxTerms = 5000;

export const foldText = (text: string): string =>
  text
    .normalize('NFKD')
    .replace(/\p{Diacritic}/gu, '')
    .toLowerCase()
    .replaceAll('ß', 'ss');

const withoutSpaces = String.raw`[\p{scx=Han}\p{scx=Hiragana}\p{scx=Katakana}\p{scx=Thai}]`;
const letter = String.raw`[\p{L}\p{N}\p{M}]`;
const unspaced = new RegExp(withoutSpaces, 'v');
/** In the middle of a script without spaces, words of others stand for themselves. */
const word = new RegExp(`[${letter}&&${withoutSpaces}]+|[${letter}--${withoutSpaces}]+`, 'gv');

function* piecesOf(text: string): Generator<{ readonly text: string; readonly isUnspaced: boolean }> {
  for (const [found] of foldText(text).matchAll(word)) {
    const isUnspaced = unspaced.test(found);
    if (!isUnspaced) yield { text: found, isUnspaced };
    else {
      const characters = [...found];
      if (characters.length === 1) yield { text: found, isUnspaced };
      for (let i = 0; i + 1 < characters.length; i++) {
        yield { text: `${characters[i]}${characters[i + 1]}`, isUnspaced };
      }
      for (const character of characters) yield { text: character, isUnspaced };
    }
  }
}

/** The words under which a message is found. */
export function wordsOfMessage(text: string, hash: (term: string) => number): Word[] {
  const words = new Map<number, Word>();
  let terms = 0;
  for (const piece of piecesOf(text)) {
    const characters = [...piece.text].slice(0, longestWord);
    if (characters.length < shortestBeginning && !piece.isUnspaced) continue;
    const term = hash(characters.join(''));
    if (words.has(term)) continue;
    const lengths = piece.isUnspaced ? 0 : characters.length - shortestBeginning;
    terms += 1 + lengths;
    if (terms > maxTerms) break;
    const beginnings = () =>
      Array.from({ length: lengths }, (_, i) => hash(characters.slice(0, shortestBeginning + i).join('')));
    words.set(term, { term, beginnings });
  }
  return [...words.values()];
}

/** The terms that a message must have all of, the rarest first; empty when there is too little to look for. */
export function termsOfQuery(text: string, hash: (term: string) => number): number[] {
  const pieces = [...piecesOf(text)]
    .filter((piece) => piece.isUnspaced || [...piece.text].length >= shortestBeginning)
    .map((piece) => [...piece.text].slice(0, longestWord).join(''));
  return [...new Set(pieces)].sort((a, b) => b.length - a.length).map(hash);
}
