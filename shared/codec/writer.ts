// Grows a byte array. Integers are unsigned LEB128 varints up to 2^53 - 1.
import { textToBytes, type Bytes } from './bytes.ts';

export interface Writer {
  u8(value: number): void;
  varint(value: number): void;
  /** The bytes alone; the reader must know their length. */
  raw(bytes: Uint8Array): void;
  /** A varint length, then the bytes. */
  blob(bytes: Uint8Array): void;
  /** A blob of UTF-8. */
  text(text: string): void;
  finish(): Bytes;
}

export function createWriter(capacity = 128): Writer {
  let buffer = new Uint8Array(capacity);
  let length = 0;
  const reserve = (more: number) => {
    if (length + more <= buffer.length) return;
    const grown = new Uint8Array(Math.max(buffer.length * 2, length + more));
    grown.set(buffer.subarray(0, length));
    buffer = grown;
  };
  const writer: Writer = {
    u8(value) {
      if (!Number.isInteger(value) || value < 0 || value > 0xff) throw new RangeError(`not a byte: ${value}`);
      reserve(1);
      buffer[length++] = value;
    },
    varint(value) {
      if (!Number.isSafeInteger(value) || value < 0) throw new RangeError(`not a varint: ${value}`);
      reserve(8);
      let rest = value;
      while (rest > 0x7f) {
        buffer[length++] = (rest % 0x80) | 0x80;
        rest = Math.floor(rest / 0x80);
      }
      buffer[length++] = rest;
    },
    raw(bytes) {
      reserve(bytes.length);
      buffer.set(bytes, length);
      length += bytes.length;
    },
    blob(bytes) {
      writer.varint(bytes.length);
      writer.raw(bytes);
    },
    text(text) {
      writer.blob(textToBytes(text));
    },
    finish: () => buffer.slice(0, length),
  };
  return writer;
}
