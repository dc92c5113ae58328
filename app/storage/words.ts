// The words that are said on this device, each with how it begins: a message's row names its whole words alone, not all
// their beginnings, and what is being typed leads from a beginning to the words. All of it is keyed hashes. A word goes with
// the last message that has it.
import type { Table } from 'dexie';
import type { ConvoDatabase, MessageRow } from './schema.ts';
import { answerOf } from './transaction.ts';

export interface Word {
  readonly term: number;
  /** Terms of its beginnings, without itself. */
  readonly beginnings: () => readonly number[];
}
type StoreOf = (table: Table) => IDBObjectStore;

/** A word that was written need not be written again; so many are remembered. */
const mostKnown = 50_000;

export function createWords({ messages, words }: ConvoDatabase) {
  const known = new Set<number>();
  /** Batches on their way that may take words with them. */
  let taking = 0;

  return {
    /**
     * Within a batch's transaction.
     * @param hasRead the transaction has read already: what those before it have taken is known.
     */
    put(storeOf: StoreOf, said: Iterable<Word>, hasRead: boolean) {
      const isSure = hasRead || taking === 0;
      for (const { term, beginnings } of said) {
        if (!isSure || !known.has(term)) storeOf(words).put({ id: term, beginnings: beginnings() });
      }
    },
    /** They are on the disk. */
    remember(said: Iterable<Word>) {
      if (taking > 0) return;
      if (known.size > mostKnown) known.clear();
      for (const { term } of said) known.add(term);
    },
    /** For a batch that may take words with it, before its transaction is there. */
    begin: () => void taking++,
    end: () => void taking--,
    /** Writes a row in the place of another, and takes the words that nobody says any more. Within the transaction. */
    async replace(storeOf: StoreOf, row: MessageRow) {
      const store = storeOf(messages);
      const before: MessageRow | undefined = await answerOf(store.get(row.id));
      store.put(row);
      const lost = (before?.terms ?? []).filter((term) => !row.terms.includes(term));
      const said = await Promise.all(lost.map((term) => answerOf(store.index('terms').getKey(term))));
      for (const [index, term] of lost.entries()) {
        if (said[index] !== undefined) continue;
        storeOf(words).delete(term);
        known.delete(term);
      }
    },
  };
}
export type Words = ReturnType<typeof createWords>;
