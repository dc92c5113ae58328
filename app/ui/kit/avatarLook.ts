// From an id to colours, from a name to initials. White on either colour of a pair has a contrast of at least 4.5.

const pairs = [
  ['#2f72d6', '#1d4fb8'],
  ['#0f8578', '#0a5f6b'],
  ['#8a5cd8', '#5f37b0'],
  ['#bc4482', '#96306f'],
  ['#b85220', '#9a3a1c'],
  ['#3d8050', '#226043'],
  ['#5c6bd0', '#3a3fa0'],
  ['#b0483f', '#8a2a45'],
  ['#2877a0', '#1b5784'],
  ['#8b6a1f', '#6d4a14'],
] as const;

export function avatarHueOf(seed: string): readonly [from: string, to: string] {
  let hash = 2166136261;
  for (let at = 0; at < seed.length; at += 1) hash = Math.imul(hash ^ seed.charCodeAt(at), 16777619) >>> 0;
  return pairs[hash % pairs.length] ?? pairs[0];
}

const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

const firstGrapheme = (text: string): string => {
  const [first] = graphemes.segment(text);
  // A letter under a heap of marks is still one letter; the heap isn't.
  return first ? Array.from(first.segment).slice(0, 2).join('') : '';
};

/** Up to two: of the first and the last word. */
export function initialsOf(name: string): string {
  const words = name
    .slice(0, 200)
    .split(/[\s\p{Cf}\p{Cc}]+/u)
    .filter((word) => /^[\p{L}\p{N}\p{So}\p{Extended_Pictographic}]/u.test(word));
  const first = firstGrapheme(words[0] ?? '');
  const last = words.length > 1 ? firstGrapheme(words.at(-1) ?? '') : '';
  return (first + last).toLocaleUpperCase();
}
