// Seeded chance: the same seed makes the same choices. Each concern draws from a stream of its own, so that one choice
// more in one place does not shift all the others.
import type { Bytes } from '../../../shared/codec/bytes.ts';

export interface Chance {
  /** In [0, 1). */
  unit(): number;
  /** A whole number from `from` up to `to`, both included. */
  whole(from: number, to: number): number;
  happens(probability: number): boolean;
  /** One of them; throws where there is none. */
  pick<T>(items: readonly T[]): T;
  bytes(length: number): Bytes;
  /** A stream of its own. */
  stream(name: string): Chance;
}

/** FNV-1a, 32 bits. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}

export function createChance(seed: string): Chance {
  // xorshift128 (Marsaglia 2003), warmed up: neighbouring seeds must not begin alike.
  let [x, y, z, w] = [hashOf(`${seed}/x`) | 1, hashOf(`${seed}/y`), hashOf(`${seed}/z`), hashOf(`${seed}/w`)];
  const next = () => {
    const t = x ^ (x << 11);
    [x, y, z] = [y, z, w];
    w = w ^ (w >>> 19) ^ t ^ (t >>> 8);
    return w >>> 0;
  };
  for (let i = 0; i < 16; i++) next();
  const chance: Chance = {
    unit: () => next() / 2 ** 32,
    whole: (from, to) => from + Math.floor(chance.unit() * (to - from + 1)),
    happens: (probability) => chance.unit() < probability,
    pick(items) {
      const item = items[Math.floor(chance.unit() * items.length)];
      if (item === undefined) throw new RangeError('nothing to pick from');
      return item;
    },
    bytes(length) {
      const bytes = new Uint8Array(length);
      for (let i = 0; i < length; i++) bytes[i] = next() & 0xff;
      return bytes;
    },
    stream: (name) => createChance(`${seed}/${name}`),
  };
  return chance;
}
