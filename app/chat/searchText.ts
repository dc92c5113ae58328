// How words are found: folded (case and accents away), cut into words, and each word and its beginnings hashed under the
// device's search key. Scripts without spaces are cut into pairs of characters, and words of others among them are words. A
// message is kept with its words alone; how a word begins is kept once for all messages that have it.
import type { Word } from '../storage/words.ts';

/** Beginnings of this length and more find a word while it is being typed. */
const shortestBeginning = 2;
/** What comes after in a word is not looked at. */
const longestWord = 12;
/** So many words and beginnings of one message at most: several pages of prose have all of theirs, and a hostile one can't
 * fill the disk. */
const maxTerms = 5000;

/** Accents, and what changes how a letter is drawn but not which it is. Vowel signs are neither, and stay. */
const signs = /\p{Diacritic}|\p{Variation_Selector}|\p{Enclosing_Mark}|\u200d/gu;

/** By way of upper case, in which ß is SS; at the end of a word sigma has another small form. */
export const foldText = (text: string): string =>
  text.normalize('NFKD').replace(signs, '').toUpperCase().toLowerCase().replaceAll('ς', 'σ');

const run = /[\p{Letter}\p{Number}][\p{Letter}\p{Number}\p{Mark}]*/gu;
const unspaced = String.raw`\p{scx=Han}\p{scx=Hiragana}\p{scx=Katakana}\p{scx=Thai}`;
const part = new RegExp(`([${unspaced}]+)|[^${unspaced}]+`, 'gu');

interface Piece {
  readonly text: string;
  /** Of one or two characters, and without beginnings. */
  readonly isUnspaced: boolean;
  /** Kept with a message, and not asked of one: a space may stand there as well. */
  readonly isOptional?: boolean;
}

function* piecesOf(text: string): Generator<Piece> {
  for (const [found] of foldText(text).matchAll(run)) {
    let last: { readonly character: string; readonly isLetter: boolean } | undefined;
    for (const [within, isUnspaced] of found.matchAll(part)) {
      const characters = [...within];
      const isLetter = !isUnspaced && characters.length < shortestBeginning;
      // Where scripts meet: 5月 is told from 6月 by it, as 5 alone is too short for a word.
      if (last) {
        yield {
          text: `${last.character}${characters[0]}`,
          isUnspaced: true,
          isOptional: !last.isLetter && !isLetter,
        };
      }
      last = { character: characters.at(-1) ?? '', isLetter };
      if (!isUnspaced) {
        yield { text: within, isUnspaced: false };
        continue;
      }
      for (let i = 0; i + 1 < characters.length; i++) {
        yield { text: `${characters[i]}${characters[i + 1]}`, isUnspaced: true };
      }
      for (const character of characters) yield { text: character, isUnspaced: true };
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
    .filter((piece) => !piece.isOptional)
    .filter((piece) => piece.isUnspaced || [...piece.text].length >= shortestBeginning)
    .map((piece) => [...piece.text].slice(0, longestWord).join(''));
  return [...new Set(pieces)].sort((a, b) => b.length - a.length).map(hash);
}
