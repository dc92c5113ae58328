// Reads what a Writer wrote. Every mistake in the bytes is a `Malformed`, thrown here and caught in `codec.ts` only.
import type { Bytes } from './bytes.ts';

export class Malformed extends Error {}

export interface Reader {
  u8(): number;
  varint(): number;
  raw(length: number): Bytes;
  /** As `raw`, but no copy: it holds on to what is read from, and changes with it. */
  view(length: number): Bytes;
  blob(maxLength: number): Bytes;
  /** As `blob`, but a view. */
  blobView(maxLength: number): Bytes;
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
    const from = this.#pass(length);
    return this.#bytes.slice(from, from + length) as Bytes;
  }
  view(length: number): Bytes {
    const from = this.#pass(length);
    return this.#bytes.subarray(from, from + length) as Bytes;
  }
  /** Goes on behind the next bytes; where they begin. */
  #pass(length: number): number {
    if (length > this.remaining) throw new Malformed('ends early');
    const from = this.#position;
    this.#position += length;
    return from;
  }
  blob(maxLength: number): Bytes {
    return this.raw(this.#blobLength(maxLength));
  }
  blobView(maxLength: number): Bytes {
    return this.view(this.#blobLength(maxLength));
  }
  #blobLength(maxLength: number): number {
    const length = this.varint();
    if (length > maxLength) throw new Malformed('longer than allowed');
    return length;
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
