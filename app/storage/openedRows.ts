// Rows that were opened lately, kept in memory: a view is read again and again, and most of its rows are as they were.
// A row is known again by its sealed bytes, which are others after each writing. Nothing of this lies on the disk.
import type { Bytes } from '../../shared/codec/bytes.ts';

/** Chats of a large account, and a screen's stretch of a timeline on each side of what is drawn. */
const mostKept = 1000;

const isSame = (a: Bytes, b: Bytes): boolean =>
  a.length === b.length && a.every((byte, index) => byte === b[index]);

export interface OpenedRows<T> {
  /** What these bytes were opened to, or what `open` makes of them now; a row that can't be opened isn't kept. */
  take(id: string, sealed: Bytes, open: () => Promise<T | undefined>): Promise<T | undefined>;
}

export function createOpenedRows<T>(most = mostKept): OpenedRows<T> {
  const kept = new Map<string, { readonly sealed: Bytes; readonly value: T }>();
  return {
    async take(id, sealed, open) {
      const known = kept.get(id);
      kept.delete(id);
      if (known && isSame(known.sealed, sealed)) {
        // The last in order is the one that was taken last.
        kept.set(id, known);
        return known.value;
      }
      const value = await open();
      if (value === undefined) return undefined;
      kept.set(id, { sealed, value });
      for (const oldest of kept.keys()) {
        if (kept.size <= most) break;
        kept.delete(oldest);
      }
      return value;
    },
  };
}
