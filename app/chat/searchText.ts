// How words are found: folded (case and accents away), cut into words, and each word and its beginnings hashed under the
// device's search key. Scripts without spaces are cut into pairs of characters.

/** Beginnings of this length and more find a word while it is being typed. */
const shortestPrefix = 2;
const longestPrefix = 12;
/** So many terms of one message at most: a page of prose has them all, and a hostile one can't fill the disk. */
const maxTerms = 2000;

export const foldText = (text: string): string =>
  text
    .normalize('NFKD')
    .replace(/\p{Diacritic}/gu, '')
    .toLowerCase();

const word = /[\p{Letter}\p{Number}]+/gu;
const unspaced = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]/u;

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

/** The terms under which a message is found. */
export function termsOfMessage(text: string, hash: (term: string) => number): number[] {
  const terms = new Set<number>();
  for (const piece of piecesOf(text)) {
    const characters = [...piece.text];
    const longest = Math.min(characters.length, longestPrefix);
    for (
      let length = piece.isUnspaced ? longest : Math.min(shortestPrefix, longest);
      length <= longest;
      length++
    ) {
      if (terms.size >= maxTerms) return [...terms];
      terms.add(hash(characters.slice(0, length).join('')));
    }
  }
  return [...terms];
}

/** The terms that a message must have all of, the rarest first; empty when there is too little to look for. */
export function termsOfQuery(text: string, hash: (term: string) => number): number[] {
  const pieces = [...piecesOf(text)]
    .filter((piece) => piece.isUnspaced || [...piece.text].length >= shortestPrefix)
    .map((piece) => [...piece.text].slice(0, longestPrefix).join(''));
  return [...new Set(pieces)].sort((a, b) => b.length - a.length).map(hash);
}
