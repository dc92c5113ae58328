// What lies on a device's disk, row by row, past every seal and schema: for tests that look for bytes in it, or damage it;
// and a disk that takes nothing more.
import { onTestFinished } from 'vitest';

async function inStores(
  prefix: string,
  visit: (row: IDBCursorWithValue, store: IDBObjectStore, index: number) => void,
): Promise<void> {
  for (const { name = '' } of await indexedDB.databases()) {
    if (!name.startsWith(prefix)) continue;
    const database = await new Promise<IDBDatabase>((resolve, reject) => {
      const request = indexedDB.open(name);
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });
    for (const storeName of database.objectStoreNames) {
      const transaction = database.transaction(storeName, 'readwrite');
      const store = transaction.objectStore(storeName);
      let index = 0;
      const request = store.openCursor();
      request.onsuccess = () => {
        if (!request.result) return;
        visit(request.result, store, index++);
        request.result.continue();
      };
      await new Promise<void>((resolve, reject) => {
        transaction.oncomplete = () => resolve();
        transaction.onabort = () => reject(transaction.error);
      });
    }
    database.close();
  }
}

/** In which tables of the databases whose names begin so these bytes lie. */
export async function placesOfBytes(prefix: string, needle: Uint8Array): Promise<readonly string[]> {
  const found = new Set<string>();
  const holds = (value: unknown): boolean => {
    if (value instanceof Uint8Array) return Buffer.from(value).includes(Buffer.from(needle));
    return typeof value === 'object' && value !== null && Object.values(value).some(holds);
  };
  await inStores(prefix, (row, store) => {
    if (holds(row.value)) found.add(`${store.transaction.db.name} ${store.name}`);
  });
  return [...found];
}

/** Changes rows of the open segments of a closed device: each by what `change` makes of it, or away where that is nothing. */
export async function damageSegments(
  prefix: string,
  change: (update: Uint8Array, index: number) => Uint8Array | undefined,
): Promise<void> {
  await inStores(`${prefix}/segment/`, (row, store, index) => {
    if (store.name !== 'updates') return;
    const update: unknown = row.value;
    if (!(update instanceof Uint8Array)) throw new Error('expected an update');
    const next = change(update, index);
    if (!next) row.delete();
    else if (next !== update) row.update(next);
  });
}

/**
 * Calls back once, when an open segment whose database's name begins so has written what came with records: no row of what
 * was made of them is there yet.
 */
export function whenSegmentGrew(prefix: string, then: () => void) {
  const { add } = IDBObjectStore.prototype;
  const restore = () => {
    IDBObjectStore.prototype.add = add;
  };
  onTestFinished(restore);
  function noticing(this: IDBObjectStore, ...row: Parameters<typeof add>) {
    const update: unknown = row[0];
    const isSegment = this.transaction.db.name.startsWith(`${prefix}/segment/`);
    if (isSegment && update instanceof Uint8Array && update.length > recordBytes) {
      restore();
      this.transaction.addEventListener('complete', then);
    }
    return add.apply(this, row);
  }
  IDBObjectStore.prototype.add = noticing;
}
/** An update with a record in it has more. */
const recordBytes = 400;

/** How an IndexedDB says that it has no room: at the row, or at the commit. */
export type NoRoom = 'row' | 'commit';

/**
 * From now on rows that `isRefused` names find no room, until the returned function is called.
 */
export function fillDisk(where: NoRoom, isRefused: (store: IDBObjectStore) => boolean = () => true) {
  const { put, add } = IDBObjectStore.prototype;
  const refusing = (real: typeof put) =>
    function (this: IDBObjectStore, ...row: Parameters<typeof put>) {
      if (!isRefused(this)) return real.apply(this, row);
      if (where === 'row') throw new DOMException('no room', 'QuotaExceededError');
      const request = real.apply(this, row);
      // fake-indexeddb's own way to end a transaction for a reason.
      const abort: unknown = Reflect.get(this.transaction, '_abort');
      if (typeof abort !== 'function') throw new Error('fake-indexeddb ends transactions otherwise now');
      abort.call(this.transaction, 'QuotaExceededError');
      return request;
    };
  Object.assign(IDBObjectStore.prototype, { put: refusing(put), add: refusing(add) });
  const free = () => void Object.assign(IDBObjectStore.prototype, { put, add });
  onTestFinished(free);
  return free;
}

/** The next reading of this table's rows by document fails, on the disks whose names begin so. */
export function failReading(prefix: string, table: string) {
  const { getAll } = IDBIndex.prototype;
  const restore = () => void Object.assign(IDBIndex.prototype, { getAll });
  onTestFinished(restore);
  function failing(this: IDBIndex, ...asked: Parameters<typeof getAll>) {
    const { name, transaction } = this.objectStore;
    const isIt = name === table && this.name === 'document' && transaction.db.name.startsWith(prefix);
    if (!isIt) return getAll.apply(this, asked);
    restore();
    throw new DOMException('it can not be read just now', 'UnknownError');
  }
  Object.assign(IDBIndex.prototype, { getAll: failing });
}

/** Calls back once when a row with this id has been written into a store of this name, by whichever device. */
export function whenWritten(storeName: string, id: string, onWritten: () => void) {
  const { put } = IDBObjectStore.prototype;
  const restore = () => void Object.assign(IDBObjectStore.prototype, { put });
  onTestFinished(restore);
  function noticing(this: IDBObjectStore, ...row: Parameters<typeof put>) {
    if (this.name === storeName && Object(row[0]).id === id) {
      restore();
      this.transaction.addEventListener('complete', onWritten);
    }
    return put.apply(this, row);
  }
  Object.assign(IDBObjectStore.prototype, { put: noticing });
}
