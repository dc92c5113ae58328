// Seals the readable part of a row, and opens it. A row is bound to its table and id, so none can take another's place.
import * as v from 'valibot';
import { textToBytes, type Bytes } from '../../shared/codec/bytes.ts';
import { openAtRest, sealAtRest } from '../crypto/storageKey.ts';

export interface RowSeal {
  seal(table: string, id: string, value: unknown): Promise<Bytes>;
  /** Undefined for a row that can't be opened or isn't what the schema says: it is skipped, never fatal. */
  open<T>(
    schema: v.GenericSchema<unknown, T>,
    table: string,
    id: string,
    sealed: Bytes | undefined,
  ): Promise<T | undefined>;
  sealBytes(table: string, id: string, bytes: Uint8Array): Promise<Bytes>;
  openBytes(table: string, id: string, sealed: Bytes): Promise<Bytes | undefined>;
}

const decoder = new TextDecoder();

export function createRowSeal(key: CryptoKey): RowSeal {
  const place = (table: string, id: string) => textToBytes(`convo/row/1/${table}/${id}`);
  return {
    seal: (table, id, value) => sealAtRest(key, textToBytes(JSON.stringify(value)), place(table, id)),
    async open(schema, table, id, sealed) {
      const opened = sealed && (await openAtRest(key, sealed, place(table, id)));
      if (!opened) return undefined;
      const parsed = v.safeParse(schema, parseJson(opened));
      return parsed.success ? parsed.output : undefined;
    },
    sealBytes: (table, id, bytes) => sealAtRest(key, bytes, place(table, id)),
    openBytes: (table, id, sealed) => openAtRest(key, sealed, place(table, id)),
  };
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(decoder.decode(bytes));
  } catch {
    return undefined;
  }
}
