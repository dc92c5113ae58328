// Reads what a Writer wrote. Every mistake in the bytes is a `Malformed`, thrown here and caught in `codec.ts` only.
import type { Bytes } from './bytes.ts';

export class Malformed extends Error {}

export interface Reader {
  u8(): number;
  varint(): number;
  raw(length: number): Bytes;
  blob(maxLength: number): Bytes;
  text(maxLength: number): string;
  /** All that is left. */
  rest(): Bytes;
  readonly position: number;
  readonly remaining: number;
}

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

export const createReader = (bytes: Uint8Array): Reader => new ByteReader(bytes);

/** A class, because every frame and entry makes one: with functions in a closure, reading costs three times as much. */
class ByteReader implements Reader {
  readonly #bytes: Uint8Array;
  #position = 0;
  constructor(bytes: Uint8Array) {
    // `slice` of a Node Buffer would be a view; of a plain array it is a copy, and the cheapest there is.
    this.#bytes = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  u8(): number {
    const value = this.#bytes[this.#position];
    if (value === undefined) throw new Malformed('ends early');
    this.#position++;
    return value;
  }
  varint(): number {
    let value = 0;
    let scale = 1;
    for (let i = 0; i < 8; i++) {
      const byte = this.u8();
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) {
        if (byte === 0 && i > 0) throw new Malformed('varint is not minimal');
        if (!Number.isSafeInteger(value)) throw new Malformed('varint is too large');
        return value;
      }
      scale *= 0x80;
    }
    throw new Malformed('varint is too long');
  }
  raw(length: number): Bytes {
    if (length > this.remaining) throw new Malformed('ends early');
    const taken = this.#bytes.slice(this.#position, this.#position + length);
    this.#position += length;
    return taken as Bytes;
  }
  blob(maxLength: number): Bytes {
    const length = this.varint();
    if (length > maxLength) throw new Malformed('longer than allowed');
    return this.raw(length);
  }
  text(maxLength: number): string {
    const encoded = this.blob(maxLength);
    try {
      return decoder.decode(encoded);
    } catch {
      throw new Malformed('not UTF-8');
    }
  }
  rest(): Bytes {
    return this.raw(this.remaining);
  }
  get position(): number {
    return this.#position;
  }
  get remaining(): number {
    return this.#bytes.length - this.#position;
  }
}
