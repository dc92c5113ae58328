// Many keys looked up at once: every question is on its way before the first answer is there. Dexie's `anyOf` goes from
// key to key with a cursor instead, and each step is a way to the disk's process and back.
import type { Table } from 'dexie';

const answerOf = <T>(request: IDBRequest<T>): Promise<T> =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new Error('a row could not be read'));
  });

/** In one transaction, with one question for each key. */
function askAll<Row, T>(
  table: Table<Row, string>,
  keys: readonly string[],
  ask: (store: IDBObjectStore, key: string) => IDBRequest<T>,
): Promise<readonly T[]> {
  if (keys.length === 0) return Promise.resolve([]);
  return table.db.transaction('r', table, ({ idbtrans }) => {
    const store = idbtrans.objectStore(table.name);
    return Promise.all(keys.map((key) => answerOf(ask(store, key))));
  });
}

/** Those of the keys that have a row; no row is read. */
export async function keysIn<Row>(
  table: Table<Row, string>,
  keys: readonly string[],
): Promise<readonly string[]> {
  const found = await askAll(table, keys, (store, key) => store.getKey(key));
  return keys.filter((_, index) => found[index] !== undefined);
}

/** Rows that have one of these keys in an index, key by key. */
export async function rowsBy<Row>(
  table: Table<Row, string>,
  index: string & keyof Row,
  keys: readonly string[],
): Promise<readonly Row[]> {
  // What lies in a table is what was put there.
  const found = await askAll(
    table,
    keys,
    (store, key) => store.index(index).getAll(key) as IDBRequest<Row[]>,
  );
  return found.flat();
}
