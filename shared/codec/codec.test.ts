import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  blob,
  blobView,
  boolean,
  decode,
  encode,
  fixed,
  list,
  literal,
  rest,
  struct,
  text,
  u8,
  union,
  varint,
  type Codec,
} from './codec.ts';

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
const unhex = (text: string) => new Uint8Array(Buffer.from(text, 'hex'));
const ownBytes = (maxLength: number) => fc.uint8Array({ maxLength }).map((bytes) => new Uint8Array(bytes));

/** Each way to build a codec, with values to go through it. */
const inner = struct({ flag: boolean, count: varint });
const shape = union({ dot: [1, struct({})], line: [300, struct({ length: varint, label: text(40) })] });
const nested = struct({
  version: literal(7),
  kind: u8,
  id: fixed(3),
  name: text(40),
  items: list(inner, 5),
  shape,
  body: blob(20),
  tail: rest(),
});
const anyInner = fc.record({ flag: fc.boolean(), count: fc.maxSafeNat() });
const anyText = fc.string({ unit: 'grapheme', maxLength: 8 }).filter((s) => Buffer.byteLength(s) <= 40);
const anyShape = fc.oneof(
  fc.constant({ type: 'dot' as const }),
  fc.record({ type: fc.constant('line' as const), length: fc.maxSafeNat(), label: anyText }),
);
const anyNested = fc.record({
  version: fc.constant(7 as const),
  kind: fc.nat(255),
  id: fc.uint8Array({ minLength: 3, maxLength: 3 }).map((bytes) => new Uint8Array(bytes)),
  name: anyText,
  items: fc.array(anyInner, { maxLength: 5 }),
  shape: anyShape,
  body: ownBytes(20),
  tail: ownBytes(30),
});

interface Case<T> {
  readonly name: string;
  readonly codec: Codec<T>;
  readonly values: fc.Arbitrary<T>;
}
/** The laws that every codec keeps. */
function keepsTheLaws<T>({ name, codec, values }: Case<T>): void {
  describe(name, () => {
    test('[W1] goes there and back', () => {
      fc.assert(
        fc.property(values, (value) => {
          expect(decode(codec, encode(codec, value))).toEqual(value);
        }),
        { numRuns: 300 },
      );
    });

    test('[W1] what decodes is the one encoding of its value', () => {
      const mutated = fc.tuple(values, fc.nat(), fc.nat(255)).map(([value, at, byte]) => {
        const bytes = encode(codec, value);
        return bytes.length === 0 ? bytes : bytes.with(at % bytes.length, byte);
      });
      fc.assert(
        fc.property(fc.oneof(mutated, ownBytes(60)), (bytes) => {
          const value = decode(codec, bytes);
          if (value !== undefined) expect(hex(encode(codec, value))).toBe(hex(bytes));
        }),
        { numRuns: 1000 },
      );
    });

    test('[W2] bytes cut short or made longer decode to nothing or to another value, and never throw', () => {
      fc.assert(
        fc.property(values, fc.nat(), fc.nat(255), (value, cut, extra) => {
          const bytes = encode(codec, value);
          for (const other of [bytes.slice(0, cut % (bytes.length + 1)), Uint8Array.of(...bytes, extra)]) {
            const decoded = decode(codec, other);
            if (decoded !== undefined) expect(hex(encode(codec, decoded))).toBe(hex(other));
          }
        }),
      );
    });
  });
}

keepsTheLaws({ name: 'u8', codec: u8, values: fc.nat(255) });
keepsTheLaws({ name: 'varint', codec: varint, values: fc.oneof(fc.nat(300), fc.maxSafeNat()) });
keepsTheLaws({ name: 'boolean', codec: boolean, values: fc.boolean() });
keepsTheLaws({ name: 'blob', codec: blob(50), values: ownBytes(50) });
keepsTheLaws({ name: 'blobView', codec: blobView(50), values: ownBytes(50) });
keepsTheLaws({ name: 'text', codec: text(40), values: anyText });
keepsTheLaws({ name: 'rest', codec: rest(), values: ownBytes(50) });
keepsTheLaws({ name: 'list', codec: list(inner, 5), values: fc.array(anyInner, { maxLength: 5 }) });
keepsTheLaws({ name: 'union', codec: shape, values: anyShape });
keepsTheLaws({ name: 'struct of all of them', codec: nested, values: anyNested });

test.each([
  [0, '00'],
  [1, '01'],
  [127, '7f'],
  [128, '8001'],
  [300, 'ac02'],
  [16_384, '808001'],
  [2 ** 32, '8080808010'],
  [Number.MAX_SAFE_INTEGER, 'ffffffffffffff0f'],
])('[W3] the varint of %i is %s', (value, encoded) => {
  expect(hex(encode(varint, value))).toBe(encoded);
  expect(decode(varint, unhex(encoded))).toBe(value);
});

test.each([
  ['8000', 'not minimal'],
  ['ff00', 'not minimal'],
  ['80808000', 'not minimal'],
  ['ffffffffffffff10', '2^53'],
  ['ffffffffffffff7f', 'over 2^53'],
  ['808080808080808001', 'nine bytes'],
  ['80', 'ends early'],
  ['', 'empty'],
])('[W3] %s is no varint (%s)', (encoded) => {
  expect(decode(varint, unhex(encoded))).toBeUndefined();
});

test.each([-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53])('[W3] %d can not be written', (value) => {
  expect(() => encode(varint, value)).toThrow(RangeError);
});

test('[W1] a truth value is 0 or 1, a literal is itself, a tag is known, text is UTF-8', () => {
  expect(decode(boolean, Uint8Array.of(2))).toBeUndefined();
  expect(decode(literal(7), Uint8Array.of(8))).toBeUndefined();
  expect(decode(literal(7), Uint8Array.of(7))).toBe(7);
  expect(decode(shape, Uint8Array.of(2))).toBeUndefined();
  expect(decode(shape, Uint8Array.of(1))).toEqual({ type: 'dot' });
  expect(decode(text(9), unhex('02c328'))).toBeUndefined();
  expect(decode(text(9), unhex('03eda080'))).toBeUndefined();
  expect(decode(text(9), unhex('03efbbbf'))).toBe('\uFEFF');
});

test('[W2] no declared length makes room for more than there is', () => {
  const huge = encode(varint, Number.MAX_SAFE_INTEGER);
  expect(decode(blob(Number.MAX_SAFE_INTEGER), huge)).toBeUndefined();
  expect(decode(text(Number.MAX_SAFE_INTEGER), huge)).toBeUndefined();
  expect(decode(list(u8, 1000), encode(varint, 1000))).toBeUndefined();
  expect(decode(list(u8, 5), Uint8Array.of(6, 0, 0, 0, 0, 0, 0))).toBeUndefined();
  expect(decode(blob(3), Uint8Array.of(4, 1, 2, 3, 4))).toBeUndefined();
  expect(decode(fixed(3), Uint8Array.of(1, 2))).toBeUndefined();
});

test('[W2] what was read does not change with the bytes it was read from', () => {
  const bytes = Uint8Array.of(2, 5, 6);
  const read = decode(blob(9), bytes);
  bytes[1] = 9;
  expect(read).toEqual(Uint8Array.of(5, 6));
});

test('[W1] what a codec could not read, it does not write', () => {
  expect(() => encode(fixed(3), new Uint8Array(2))).toThrow(RangeError);
  expect(() => encode(blob(3), new Uint8Array(4))).toThrow(RangeError);
  expect(() => encode(list(u8, 2), [1, 2, 3])).toThrow(RangeError);
});

test('[W1] a writer grows as far as it must', () => {
  const large = new Uint8Array(100_000).fill(7);
  expect(decode(blob(100_000), encode(blob(100_000), large))).toEqual(large);
  const many = Array.from({ length: 5000 }, (_, i) => i);
  expect(decode(list(varint, 5000), encode(list(varint, 5000), many))).toEqual(many);
});

test('[W1] a view is a blob on the wire, and of the bytes that it was read from', () => {
  const value = Uint8Array.of(1, 2, 3);
  const frame = encode(blob(9), value);
  expect(encode(blobView(9), value)).toEqual(frame);
  const read = decode(blobView(9), frame);
  frame[3] = 7;
  expect(read).toEqual(Uint8Array.of(1, 2, 7));
  expect(decode(blobView(2), frame)).toBeUndefined();
});

test('[W1] who encodes may say how what was written is copied', () => {
  const kept = encode(fixed(2), Uint8Array.of(1, 2), (written) => Buffer.from(written));
  encode(fixed(2), Uint8Array.of(8, 8));
  expect(hex(kept)).toBe('0102');
});

test('[W1] writers that begin while another is at work, or after one that threw, keep apart', () => {
  const early: Uint8Array[] = [];
  const reentrant: Codec<number> = {
    write(w, value) {
      w.varint(value);
      if (value > 0) early.push(encode(reentrant, value - 1));
      w.varint(value);
    },
    read: (r) => r.varint(),
  };
  expect(hex(encode(reentrant, 3))).toBe('0303');
  expect(early.map(hex)).toEqual(['0000', '0101', '0202']);
  const kept = encode(fixed(2), Uint8Array.of(1, 2));
  expect(() => encode(struct({ first: u8, id: fixed(2) }), { first: 9, id: new Uint8Array(1) })).toThrow();
  encode(fixed(2), Uint8Array.of(8, 8));
  expect(kept).toEqual(Uint8Array.of(1, 2));
});
