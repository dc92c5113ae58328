// Seals the readable part of a row, and opens it. A row is bound to its table and id, so none can take another's place.
import * as v from 'valibot';
import { textToBytes, type Bytes } from '../../shared/codec/bytes.ts';
import { openAtRest, sealAtRest } from '../crypto/storageKey.ts';

export interface RowSeal {
  seal(table: string, id: string, value: unknown): Promise<Bytes>;
  /** Undefined for a row that can't be opened or isn't what the schema says: it is skipped and told, never fatal. */
  open<T>(
    schema: v.GenericSchema<unknown, T>,
    table: string,
    id: string,
    sealed: Bytes | undefined,
  ): Promise<T | undefined>;
  sealBytes(table: string, id: string, bytes: Uint8Array): Promise<Bytes>;
  /** @param row by what the row itself is known, where many are sealed for the same id. */
  openBytes(table: string, id: string, sealed: Bytes, row?: string): Promise<Bytes | undefined>;
}

const decoder = new TextDecoder();

/** @param onBad hears of each reading of a row that can't be opened, or isn't what it should be. */
export function createRowSeal(
  key: CryptoKey,
  onBad: (table: string, id: string, sealed: Bytes) => void = () => {},
): RowSeal {
  const place = (table: string, id: string) => textToBytes(`convo/row/1/${table}/${id}`);
  return {
    seal: (table, id, value) => sealAtRest(key, textToBytes(JSON.stringify(value)), place(table, id)),
    async open(schema, table, id, sealed) {
      if (!sealed) return undefined;
      const opened = await openAtRest(key, sealed, place(table, id));
      const parsed = opened && v.safeParse(schema, parseJson(opened));
      if (parsed?.success) return parsed.output;
      onBad(table, id, sealed);
      return undefined;
    },
    sealBytes: (table, id, bytes) => sealAtRest(key, bytes, place(table, id)),
    async openBytes(table, id, sealed, row = id) {
      const opened = await openAtRest(key, sealed, place(table, id));
      if (!opened) onBad(table, row, sealed);
      return opened;
    },
  };
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(decoder.decode(bytes));
  } catch {
    return undefined;
  }
}
