// Looks for thousands of patterns at once in whatever a run left behind.
import { patternsOf, type Needle, type Pattern } from './needles.ts';

/** Something that was stored or sent, and where. */
export interface Hay {
  readonly place: string;
  readonly bytes: Uint8Array;
}
export interface Finding {
  readonly needle: string;
  readonly form: string;
  readonly place: string;
}

/** Shorter patterns would be found by chance: one of 6 bytes once in 300 million megabytes. */
const minPatternBytes = 6;

const pairAt = (bytes: Uint8Array, at: number): number => ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
const prefixAt = (bytes: Uint8Array, at: number): number =>
  pairAt(bytes, at) * 0x10000 + pairAt(bytes, at + 2);

/** Which needles are where, each once a place. Throws for a needle that is too short to mean anything. */
export function search(hays: readonly Hay[], needles: readonly Needle[]): readonly Finding[] {
  const isFirstPair = new Uint8Array(0x10000);
  const byPrefix = new Map<number, Pattern[]>();
  for (const pattern of patternsOf(needles)) {
    if (pattern.bytes.length < minPatternBytes) throw new RangeError(`"${pattern.needle}" is too short`);
    isFirstPair[pairAt(pattern.bytes, 0)] = 1;
    const prefix = prefixAt(pattern.bytes, 0);
    byPrefix.set(prefix, [...(byPrefix.get(prefix) ?? []), pattern]);
  }
  const found = new Map<string, Finding>();
  for (const { place, bytes } of hays) {
    for (let at = 0; at + minPatternBytes <= bytes.length; at++) {
      if (isFirstPair[pairAt(bytes, at)] !== 1) continue;
      for (const { needle, form, bytes: wanted } of byPrefix.get(prefixAt(bytes, at)) ?? []) {
        if (at + wanted.length > bytes.length) continue;
        const key = `${needle}/${place}`;
        if (!found.has(key) && isAt(bytes, at, wanted)) found.set(key, { needle, form, place });
      }
    }
  }
  return [...found.values()];
}

function isAt(bytes: Uint8Array, at: number, wanted: Uint8Array): boolean {
  for (let i = 0; i < wanted.length; i++) if (bytes[at + i] !== wanted[i]) return false;
  return true;
}

/** The names of what was found, each once, in order. */
export const namesOf = (findings: readonly Finding[]): readonly string[] =>
  [...new Set(findings.map(({ needle }) => needle))].sort();
