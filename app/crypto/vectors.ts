// What the tests of this floor share: the hex of published vectors, chance that counts instead of surprising, and every
// way to spoil one byte. Never imported by the app.
import type { Bytes } from '../../shared/codec/bytes.ts';
import type { Random } from './random.ts';

export const hex = (bytes: Uint8Array): string =>
  Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');

/** Spaces and line breaks are ignored. */
export const unhex = (text: string): Bytes =>
  Uint8Array.from(text.replaceAll(/\s/g, '').match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));

/** `length` bytes that count up from `first`, modulo 256. */
export const counting = (length: number, first = 0): Bytes =>
  Uint8Array.from({ length }, (_, i) => first + i);

/** Gives the bytes first, first + 1, … and goes on counting with every call. */
export function countingRandom(first = 0): Random {
  let next = first;
  return (length) => {
    const bytes = counting(length, next);
    next += length;
    return bytes;
  };
}

/** The bytes with one byte changed, once for each place; and cut short and made longer by one. */
export function* spoiled(bytes: Uint8Array): Generator<Bytes> {
  for (let i = 0; i < bytes.length; i++) {
    const changed = new Uint8Array(bytes);
    changed[i] = (changed[i] ?? 0) ^ (1 << (i % 8));
    yield changed;
  }
  yield new Uint8Array(bytes.subarray(0, -1));
  yield Uint8Array.from([...bytes, 0]);
}
