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

export function createReader(bytes: Uint8Array): Reader {
  let position = 0;
  const reader: Reader = {
    u8() {
      const value = bytes[position];
      if (value === undefined) throw new Malformed('ends early');
      position++;
      return value;
    },
    varint() {
      let value = 0;
      let scale = 1;
      for (let i = 0; i < 8; i++) {
        const byte = reader.u8();
        value += (byte & 0x7f) * scale;
        if (byte < 0x80) {
          if (byte === 0 && i > 0) throw new Malformed('varint is not minimal');
          if (!Number.isSafeInteger(value)) throw new Malformed('varint is too large');
          return value;
        }
        scale *= 0x80;
      }
      throw new Malformed('varint is too long');
    },
    raw(length) {
      if (length > bytes.length - position) throw new Malformed('ends early');
      // A copy in any case: `slice` of a Node Buffer would be a view of it.
      const taken = new Uint8Array(bytes.subarray(position, position + length));
      position += length;
      return taken;
    },
    blob(maxLength) {
      const length = reader.varint();
      if (length > maxLength) throw new Malformed('longer than allowed');
      return reader.raw(length);
    },
    text(maxLength) {
      const encoded = reader.blob(maxLength);
      try {
        return decoder.decode(encoded);
      } catch {
        throw new Malformed('not UTF-8');
      }
    },
    rest: () => reader.raw(bytes.length - position),
    get position() {
      return position;
    },
    get remaining() {
      return bytes.length - position;
    },
  };
  return reader;
}
