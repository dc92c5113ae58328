// Words and texts like people's, from chance: a few words in every sentence and many that are rare, most messages short
// and some a page long. Search terms and sizes follow from that, not what the words mean.
import type { Chance } from '../harbour/chance.ts';

const syllables = 'ka lo mi ren to sha vel un dor pi es tra go lin be no'.split(' ');
const vocabularySize = 12_000;
export const firstNames =
  'Ada Ben Cleo Dan Edda Finn Gia Hugo Ida Jon Kim Lea Max Nia Otto Pia Quin Rosa Sam Tea Uma Vic Wim Xenia Yan Zoe'.split(
    ' ',
  );

export function createProse(chance: Chance) {
  const vocabulary = Array.from({ length: vocabularySize }, (_, rank) =>
    // Frequent words are short.
    Array.from({ length: rank < 60 ? 1 : chance.whole(2, rank < 1000 ? 3 : 4) }, () =>
      chance.pick(syllables),
    ).join(''),
  );
  /** Zipf's law, near enough: the rank's logarithm is even. */
  const word = () => vocabulary[Math.floor(vocabularySize ** chance.unit()) - 1] ?? 'ka';
  /** Log-normal, median 6 words; one in a thousand has more than 100. */
  const length = () => {
    const normal = Math.sqrt(-2 * Math.log(1 - chance.unit())) * Math.cos(2 * Math.PI * chance.unit());
    return Math.max(1, Math.min(300, Math.round(6 * Math.exp(0.9 * normal))));
  };
  return { text: (words = length()): string => Array.from({ length: words }, word).join(' ') };
}
export type Prose = ReturnType<typeof createProse>;
