// Turns words of messages into numbers for the local search index, so that no word lies on the disk. The same word
// has another number on every device. Must never be given to anyone: equal numbers mean equal words.
import { blake2s } from '@noble/hashes/blake2.js';
import { textToBytes } from '../../shared/codec/bytes.ts';
import type { SearchKey } from './keyTree.ts';

/** 48 bits: a compact key of IndexedDB, and a million distinct words collide in 0.2 % of all indexes. */
const termBytes = 6;

/** People say the same words again and again; these many are remembered. */
const mostKnown = 10_000;

/** BLAKE2s with the key (RFC 7693 section 2.9), cut to 48 bits. The caller has normalised the term's case and form. */
export function createTermHasher(searchKey: SearchKey): (term: string) => number {
  const keyed = blake2s.create({ key: searchKey, dkLen: termBytes });
  const known = new Map<string, number>();
  return (term) => {
    const before = known.get(term);
    if (before !== undefined) return before;
    let number = 0;
    for (const byte of keyed.clone().update(textToBytes(term)).digest()) number = number * 256 + byte;
    if (known.size >= mostKnown) known.clear();
    known.set(term, number);
    return number;
  };
}
