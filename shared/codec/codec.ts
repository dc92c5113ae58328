// Codecs: one description of a binary form, from which both writing and reading follow. Canonical: a value has exactly
// one encoding, and `decode` takes nothing else.
import { textToBytes, type Bytes } from './bytes.ts';
import { createReader, Malformed, type Reader } from './reader.ts';
import { createWriter, type Writer } from './writer.ts';

export interface Codec<T> {
  write(writer: Writer, value: T): void;
  read(reader: Reader): T;
}
export type ValueOf<C> = C extends Codec<infer T> ? T : never;

/** @param copyOf makes what is returned, from bytes that are written over later: an array of its own, unless given. */
export function encode<T>(codec: Codec<T>, value: T, copyOf?: (written: Bytes) => Bytes): Bytes {
  const writer = createWriter();
  codec.write(writer, value);
  return writer.finish(copyOf);
}

/** Undefined when the bytes are not exactly one value of this codec. */
export function decode<T>(codec: Codec<T>, bytes: Uint8Array): T | undefined {
  const reader = createReader(bytes);
  try {
    const value = codec.read(reader);
    return reader.remaining === 0 ? value : undefined;
  } catch (error) {
    if (error instanceof Malformed) return undefined;
    throw error;
  }
}

/** As `decode`, of bytes that may go on after the value. */
export function decodeStart<T>(codec: Codec<T>, bytes: Uint8Array): T | undefined {
  try {
    return codec.read(createReader(bytes));
  } catch (error) {
    if (error instanceof Malformed) return undefined;
    throw error;
  }
}

export const u8: Codec<number> = { write: (w, v) => w.u8(v), read: (r) => r.u8() };
export const varint: Codec<number> = { write: (w, v) => w.varint(v), read: (r) => r.varint() };

export const boolean: Codec<boolean> = {
  write: (w, v) => w.u8(v ? 1 : 0),
  read(r) {
    const value = r.u8();
    if (value > 1) throw new Malformed('not a boolean');
    return value === 1;
  },
};

/** Exactly `length` bytes; `T` is the brand of the id or key that they are. */
export const fixed = <T extends Bytes = Bytes>(length: number): Codec<T> => ({
  write(w, v) {
    if (v.length !== length) throw new RangeError(`expected ${length} bytes, got ${v.length}`);
    w.raw(v);
  },
  read: (r) => r.raw(length) as Uint8Array as T,
});

/** A length and at most `maxLength` bytes. */
export const blob = <T extends Bytes = Bytes>(maxLength: number): Codec<T> => ({
  write(w, v) {
    if (v.length > maxLength) throw new RangeError(`at most ${maxLength} bytes, got ${v.length}`);
    w.blob(v);
  },
  read: (r) => r.blob(maxLength) as Uint8Array as T,
});

/**
 * On the wire a `blob`. What is read is a view of the bytes that it was read from: for who is done with it soon, and knows
 * that nobody writes over those meanwhile. To make room for a copy takes longer than to read all else of a small frame.
 */
export const blobView = <T extends Bytes = Bytes>(maxLength: number): Codec<T> => ({
  write: blob(maxLength).write,
  read: (r) => r.blobView(maxLength) as Uint8Array as T,
});

/** UTF-8 of at most `maxBytes` bytes. */
export const text = (maxBytes: number): Codec<string> => ({
  write(w, v) {
    const bytes = textToBytes(v.toWellFormed());
    if (bytes.length > maxBytes) throw new RangeError(`at most ${maxBytes} bytes, got ${bytes.length}`);
    w.blob(bytes);
  },
  read: (r) => r.text(maxBytes),
});

/** Everything to the end; only as the last field. */
export const rest = <T extends Bytes = Bytes>(): Codec<T> => ({
  write: (w, v) => w.raw(v),
  read: (r) => r.rest() as Uint8Array as T,
});

/** One value that must stand there, such as a version. */
export const literal = <const N extends number>(expected: N): Codec<N> => ({
  write: (w) => w.varint(expected),
  read(r) {
    if (r.varint() !== expected) throw new Malformed(`expected ${expected}`);
    return expected;
  },
});

export const list = <T>(item: Codec<T>, maxItems: number): Codec<readonly T[]> => ({
  write(w, values) {
    if (values.length > maxItems) throw new RangeError(`at most ${maxItems} items, got ${values.length}`);
    w.varint(values.length);
    for (const value of values) item.write(w, value);
  },
  read(r) {
    const length = r.varint();
    if (length > maxItems) throw new Malformed('too many items');
    return Array.from({ length }, () => item.read(r));
  },
});

type Fields = Readonly<Record<string, Codec<unknown>>>;
export type Struct<S extends Fields> = { readonly [K in keyof S]: ValueOf<S[K]> };

/** Fields one after the other, in the order in which they are written here. */
export function struct<const S extends Fields>(fields: S): Codec<Struct<S>> {
  const entries = Object.entries(fields);
  return {
    write(w, value) {
      const values: Readonly<Record<string, unknown>> = value;
      for (const [name, codec] of entries) codec.write(w, values[name]);
    },
    read(r) {
      const value: Record<string, unknown> = {};
      for (const [name, codec] of entries) value[name] = codec.read(r);
      return value as Struct<S>;
    },
  };
}

/** A union told apart by a leading number: `{ type: name, …fields }`. */
export function union<const S extends Readonly<Record<string, readonly [number, Codec<object>]>>>(
  cases: S,
): Codec<UnionOf<S>> {
  const entries = Object.entries(cases);
  return {
    write(w, value) {
      const found = cases[value.type];
      if (!found) throw new RangeError(`unknown type ${value.type}`);
      w.varint(found[0]);
      found[1].write(w, value);
    },
    read(r) {
      const tag = r.varint();
      for (const [type, [number, codec]] of entries) {
        if (number === tag) return { type, ...codec.read(r) } as UnionOf<S>;
      }
      throw new Malformed(`unknown type ${tag}`);
    },
  };
}
type UnionOf<S extends Readonly<Record<string, readonly [number, Codec<object>]>>> = {
  [K in keyof S & string]: { readonly type: K } & ValueOf<S[K][1]>;
}[keyof S & string];
