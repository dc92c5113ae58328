// Rows that can't be opened, or are not what they should be: each is counted once, however often it is read, and stays
// where it lies. Reading goes on without it.
import type { Bytes } from '../../shared/codec/bytes.ts';
import type { ConvoDatabase } from './schema.ts';

export interface Quarantine {
  /** Returns at once; the count follows. */
  add(table: string, id: string, sealed: Bytes): void;
  /** Resolves when all that was added is counted, or could not be. */
  settled(): Promise<void>;
}

/** How such rows are called among what was set aside. */
export const reasonOf = (table: string) => `unreadable row in ${table}`;

export function createQuarantine(database: ConvoDatabase): Quarantine {
  const noted = new Set<string>();
  let writing: Promise<void> = Promise.resolve();

  async function write(table: string, id: string, sealed: Bytes) {
    const { quarantine, setAside } = database;
    const at = Date.now();
    const reason = reasonOf(table);
    await database.transaction('rw', [quarantine, setAside], async () => {
      // Another tab, or an earlier run, may have counted it.
      if (await quarantine.get([table, id])) return;
      await quarantine.add({ table, id, at, ...(table === 'settings' ? { sealed } : {}) });
      const before = await setAside.get(['', reason]);
      await setAside.put({ chat: '', reason, at, count: (before?.count ?? 0) + 1 });
    });
  }

  return {
    add(table, id, sealed) {
      const key = `${table}/${id}`;
      if (noted.has(key)) return;
      noted.add(key);
      // On a full or closed disk it is noted at a later reading.
      writing = writing.then(() => write(table, id, sealed)).catch(() => void noted.delete(key));
    },
    settled: () => writing,
  };
}
