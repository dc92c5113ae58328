// Rows read: what belongs together in one transaction, with every question on its way before the first answer is there;
// Dexie's `anyOf` goes from key to key with a cursor instead, and each step is a way to the disk's process and back. Rows
// come as they lie on the disk: their seals are opened by whoever asked.
import type { Table } from 'dexie';
import { answerOf, inReading } from './transaction.ts';

type Key = IDBValidKey | IDBKeyRange;

export interface Reading {
  row<Row, K>(table: Table<Row, K>, key: Key): Promise<Row | undefined>;
  /** Those that are there, in the order of the keys. */
  rows<Row, K>(table: Table<Row, K>, keys: readonly IDBValidKey[]): Promise<readonly Row[]>;
  /** Those of the keys that have a row; no row is read. */
  keysIn<Row>(table: Table<Row, string>, keys: readonly string[]): Promise<readonly string[]>;
  /** All of the table. */
  all<Row, K>(table: Table<Row, K>): Promise<readonly Row[]>;
  /** With one of these keys in the index, key by key, and each key's in the order of the table. */
  by<Row, K>(table: Table<Row, K>, index: string, keys: readonly Key[]): Promise<readonly Row[]>;
  /** The keys of all rows with this key in the index. */
  keysBy<Row, K>(table: Table<Row, K>, index: string, key: Key): Promise<readonly K[]>;
  /** The key of the first row with this key in the index. */
  firstKey<Row, K>(table: Table<Row, K>, index: string, key: Key): Promise<K | undefined>;
  /** How many have this key in the index. */
  count<Row, K>(table: Table<Row, K>, index: string, key: Key): Promise<number>;
}

function readingIn(transaction: IDBTransaction): Reading {
  const storeOf = ({ name }: Pick<Table, 'name'>) => transaction.objectStore(name);
  // What lies in a table is what was put there.
  const rowOf = <Row>(request: IDBRequest) => answerOf(request as IDBRequest<Row | undefined>);
  const rowsOf = <Row>(request: IDBRequest) => answerOf(request as IDBRequest<Row[]>);
  const keysOf = <K>(request: IDBRequest) => answerOf(request as IDBRequest<K[]>);
  return {
    row: <Row, K>(table: Table<Row, K>, key: Key) => rowOf<Row>(storeOf(table).get(key)),
    async rows<Row, K>(table: Table<Row, K>, keys: readonly IDBValidKey[]) {
      const store = storeOf(table);
      const found = await Promise.all(keys.map((key) => rowOf<Row>(store.get(key))));
      return found.filter((row) => row !== undefined);
    },
    async keysIn(table, keys) {
      const store = storeOf(table);
      const found = await Promise.all(keys.map((key) => answerOf(store.getKey(key))));
      return keys.filter((_, index) => found[index] !== undefined);
    },
    all: <Row, K>(table: Table<Row, K>) => rowsOf<Row>(storeOf(table).getAll()),
    async by<Row, K>(table: Table<Row, K>, index: string, keys: readonly Key[]) {
      const rows = storeOf(table).index(index);
      return (await Promise.all(keys.map((key) => rowsOf<Row>(rows.getAll(key))))).flat();
    },
    keysBy: <Row, K>(table: Table<Row, K>, index: string, key: Key) =>
      keysOf<K>(storeOf(table).index(index).getAllKeys(key)),
    firstKey: <Row, K>(table: Table<Row, K>, index: string, key: Key) =>
      answerOf(storeOf(table).index(index).getKey(key) as IDBRequest<K | undefined>),
    count: (table, index, key) => answerOf(storeOf(table).index(index).count(key)),
  };
}

/** What `work` asks all at once comes from one state of the disk. */
export const read = <T>(
  tables: readonly [Table, ...Table[]],
  work: (reading: Reading) => Promise<T>,
): Promise<T> => inReading(tables[0].db, tables, (transaction) => work(readingIn(transaction)));
