import fc from 'fast-check';
import { expect, test } from 'vitest';
import { emptyLogHash, idToText, noEntryHash, noParent, parseId } from './ids.ts';

test('[W4] an id has one text, which parses to it at its own length only', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 1, maxLength: 40 }), (id) => {
      const text = idToText(id);
      expect(parseId(text, id.length)).toEqual(new Uint8Array(id));
      expect(parseId(text, id.length + 1)).toBeUndefined();
      expect(parseId(`${text}=`, id.length)).toBeUndefined();
    }),
  );
});

test('[W4] nothing yet is zeros', () => {
  expect([emptyLogHash, noEntryHash, noParent].map((none) => none.length)).toEqual([16, 16, 32]);
  expect([...emptyLogHash, ...noEntryHash, ...noParent].every((byte) => byte === 0)).toBe(true);
});
