// A handle that follows from a name, and what is wrong with one that somebody typed. The relay's rule: 2 to 32 of a-z,
// 0-9 and . _ -, beginning with a letter or digit.

const maxLength = 32;
const letters: Readonly<Record<string, string>> = {
  ß: 'ss',
  æ: 'ae',
  œ: 'oe',
  ø: 'o',
  ł: 'l',
  đ: 'd',
  ð: 'd',
  þ: 'th',
  ı: 'i',
};

/** Empty where a name has no letter that a handle can hold. */
export function suggestHandle(name: string): string {
  const plain = name
    .slice(0, 200)
    // What looks like a tag came with a copied text, and is no part of a name.
    .replaceAll(/<\/?[a-z][^<>]*>/gi, ' ')
    .normalize('NFKD')
    .toLowerCase()
    .replaceAll(/\p{M}/gu, '')
    .replaceAll(/[ßæœøłđðþı]/g, (letter) => letters[letter] ?? '')
    .replaceAll(/[\s_.-]+/g, '.')
    .replaceAll(/[^a-z0-9.]/g, '')
    .replaceAll(/\.{2,}/g, '.')
    .replace(/^\.+/, '')
    .slice(0, maxLength)
    .replace(/\.+$/, '');
  return plain.length < 2 ? '' : plain;
}

export type HandleProblem = 'empty' | 'short' | 'long' | 'start' | 'characters';

export function handleProblem(handle: string): HandleProblem | undefined {
  if (handle === '') return 'empty';
  if (!/^[a-z0-9._-]*$/.test(handle)) return 'characters';
  if (!/^[a-z0-9]/.test(handle)) return 'start';
  if (handle.length < 2) return 'short';
  return handle.length > maxLength ? 'long' : undefined;
}
