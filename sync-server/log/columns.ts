// The door of database rows: what SQLite hands back is checked here to be of the kind that the schema says.
import type { Bytes } from '../../shared/codec/bytes.ts';

export type Row = Readonly<Record<string, unknown>>;

/** What SQLite handed back is not of the kind that the schema says: the file is damaged, or a query is wrong. */
export class UnexpectedColumn extends TypeError {}

export function blobOf<T extends Uint8Array = Bytes>(row: Row, name: string): T {
  const value = row[name];
  // A plain array, not the Buffer that it comes as: a Buffer's `slice` shares memory.
  if (value instanceof Uint8Array) {
    return new Uint8Array(value.buffer, value.byteOffset, value.byteLength) as Uint8Array as T;
  }
  throw new UnexpectedColumn(`column ${name} holds no bytes`);
}
export function numberOf(row: Row, name: string): number {
  const value = row[name];
  if (typeof value === 'number') return value;
  throw new UnexpectedColumn(`column ${name} holds no number`);
}
export function textOf(row: Row, name: string): string {
  const value = row[name];
  if (typeof value === 'string') return value;
  throw new UnexpectedColumn(`column ${name} holds no text`);
}
