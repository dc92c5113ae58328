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
  /** What was written, as `copyOf` copies it. Ends the writer: it takes nothing more. */
  finish(copyOf?: (written: Bytes) => Bytes): Bytes;
}

export const createWriter = (): Writer => new ByteWriter();

/**
 * The room of a writer that has finished, for the next one: to make it, and to make it larger while writing, cost more
 * than the writing. Nothing is read from it that its writer did not write.
 */
let spare: Bytes | undefined;
const firstBytes = 1024;
const maxSpareBytes = 64 * 1024;
const nothing: Bytes = new Uint8Array(0);

/** A class for the same reason as `ByteReader`. */
class ByteWriter implements Writer {
  #buffer: Bytes;
  #length = 0;
  constructor() {
    this.#buffer = spare ?? new Uint8Array(firstBytes);
    spare = undefined;
  }

  #reserve(more: number): void {
    if (this.#length + more <= this.#buffer.length) return;
    const grown = new Uint8Array(Math.max(this.#buffer.length * 2, this.#length + more));
    grown.set(this.#buffer.subarray(0, this.#length));
    this.#buffer = grown;
  }
  u8(value: number): void {
    if (!Number.isInteger(value) || value < 0 || value > 0xff) throw new RangeError(`not a byte: ${value}`);
    this.#reserve(1);
    this.#buffer[this.#length++] = value;
  }
  varint(value: number): void {
    if (!Number.isSafeInteger(value) || value < 0) throw new RangeError(`not a varint: ${value}`);
    this.#reserve(8);
    let rest = value;
    while (rest > 0x7f) {
      this.#buffer[this.#length++] = (rest % 0x80) | 0x80;
      rest = Math.floor(rest / 0x80);
    }
    this.#buffer[this.#length++] = rest;
  }
  raw(bytes: Uint8Array): void {
    this.#reserve(bytes.length);
    this.#buffer.set(bytes, this.#length);
    this.#length += bytes.length;
  }
  blob(bytes: Uint8Array): void {
    this.varint(bytes.length);
    this.raw(bytes);
  }
  text(text: string): void {
    this.blob(textToBytes(text));
  }
  finish(copyOf?: (written: Bytes) => Bytes): Bytes {
    const written = copyOf
      ? copyOf(this.#buffer.subarray(0, this.#length))
      : this.#buffer.slice(0, this.#length);
    if (this.#buffer.length <= maxSpareBytes) spare = this.#buffer;
    this.#buffer = nothing;
    this.#length = 0;
    return written;
  }
}
