// Rows that were opened or written lately, kept in memory: a view is read again and again, and most of its rows are as they
// were. A row is known again by its sealed bytes, which are others after each writing. Nothing of this lies on the disk.
import { equalBytes, type Bytes } from '../../shared/codec/bytes.ts';

/** Chats of a large account, and a screen's stretch of a timeline on each side of what is drawn. */
const mostKept = 1000;

export interface OpenedRows<T> {
  /** These bytes have just been sealed of this value. */
  keep(id: string, sealed: Bytes, value: T): void;
  /** What these bytes were opened to, or what `open` makes of them now; a row that can't be opened isn't kept. */
  take(id: string, sealed: Bytes, open: () => Promise<T | undefined>): Promise<T | undefined>;
}

/** A copy, as it comes out of its sealed form: that is JSON, and knows no undefined. */
function asSealed<T>(value: T): T;
function asSealed(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((one: unknown) => asSealed(one));
  const said = Object.entries(value).filter(([, one]) => one !== undefined);
  return Object.fromEntries(said.map(([name, one]) => [name, asSealed(one)]));
}

export function createOpenedRows<T>(most = mostKept): OpenedRows<T> {
  const kept = new Map<string, { readonly sealed: Bytes; readonly value: T }>();
  function put(id: string, sealed: Bytes, value: T) {
    kept.delete(id);
    kept.set(id, { sealed, value });
    for (const oldest of kept.keys()) {
      if (kept.size <= most) break;
      kept.delete(oldest);
    }
  }
  return {
    keep: (id, sealed, value) => put(id, sealed, asSealed(value)),
    async take(id, sealed, open) {
      const known = kept.get(id);
      kept.delete(id);
      if (known && equalBytes(known.sealed, sealed)) {
        // The last in order is the one that was taken last.
        kept.set(id, known);
        return known.value;
      }
      const value = await open();
      if (value === undefined) return undefined;
      put(id, sealed, value);
      return value;
    },
  };
}
