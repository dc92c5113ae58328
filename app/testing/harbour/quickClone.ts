// Copies of plain values, as the disk makes them of all that goes in and comes out: the platform writes each into a serial
// form and reads it back, which costs ten times as much. What is not plain, or not a tree, the platform copies.

/** What is deeper may have no end. */
const deepest = 32;
const notPlain = Symbol('not plain');

function plainCopy(value: unknown, depth: number): unknown {
  switch (typeof value) {
    case 'object':
      break;
    case 'function':
    case 'symbol':
      return notPlain;
    default:
      return value;
  }
  if (value === null) return null;
  if (depth > deepest) return notPlain;
  const kind: unknown = Object.getPrototypeOf(value);
  if (kind === Uint8Array.prototype && value instanceof Uint8Array) return value.slice();
  if (kind === Array.prototype && Array.isArray(value)) {
    const copy: unknown[] = [];
    for (const one of value) {
      const copied = plainCopy(one, depth + 1);
      if (copied === notPlain) return notPlain;
      copy.push(copied);
    }
    return copy;
  }
  if (kind !== Object.prototype) return notPlain;
  const copy: Record<string, unknown> = {};
  for (const [name, one] of Object.entries(value)) {
    const copied = name === '__proto__' ? notPlain : plainCopy(one, depth + 1);
    if (copied === notPlain) return notPlain;
    copy[name] = copied;
  }
  return copy;
}

/** @param platformClone takes what is not plain. */
export const createQuickClone =
  (platformClone: typeof structuredClone): typeof structuredClone =>
  (value, options) => {
    const copy = options ? notPlain : plainCopy(value, 0);
    return copy === notPlain ? platformClone(value, options) : (copy as typeof value);
  };
