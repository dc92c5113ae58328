// Transactions of the platform's own on the database that Dexie has opened, for what is read and written all the time: with
// Dexie's tables each row goes through promises and layers of its own, and costs several times what the platform asks for it.
// Whoever listens for changes hears of these as of Dexie's.
import { Dexie, RangeSet, type Table } from 'dexie';

/** Resolves with the request's answer. */
export const answerOf = <T>(request: IDBRequest<T>): Promise<T> =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new Error('the disk gave no answer'));
  });

type Asked = [names: readonly string[], mode: IDBTransactionMode, options?: IDBTransactionOptions];

/** Undefined where the browser has closed it. */
function beginNow(database: Dexie, ...asked: Asked) {
  if (!database.isOpen()) return undefined;
  try {
    return database.backendDB().transaction(...asked);
  } catch (error) {
    if (!(error instanceof DOMException && error.name === 'InvalidStateError')) throw error;
    // Dexie would go on taking it for open.
    database.close({ disableAutoOpen: false });
    return undefined;
  }
}

/** Opens it again; whoever else comes meanwhile waits for the same opening. What was closed here stays so. */
async function beginAgain(database: Dexie, ...asked: Asked) {
  if (!database.hasBeenClosed()) await database.open();
  const transaction = beginNow(database, ...asked);
  if (!transaction) throw new Dexie.DatabaseClosedError();
  return transaction;
}

const begin = (database: Dexie, ...asked: Asked) =>
  beginNow(database, ...asked) ?? beginAgain(database, ...asked);

function abort(transaction: IDBTransaction) {
  try {
    transaction.abort();
  } catch (error) {
    // It has ended by itself.
    if (!(error instanceof DOMException)) throw error;
  }
}

/** Why a transaction has ended for which the browser gives no reason: so it may be where the disk is full at the commit. */
export const noRoom = () => new DOMException('nothing could be written', 'QuotaExceededError');

/** Resolves once all that was asked for is on the disk; where it rejects, nothing of it is. */
function whole(
  transaction: IDBTransaction,
  work: (transaction: IDBTransaction) => Promise<void>,
): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  // Work that waited for anything but its own requests finds the transaction committed without the rest, and throws then.
  const completed = new Promise<void>((complete) => {
    transaction.oncomplete = () => complete();
  });
  transaction.onabort = () => reject(transaction.error ?? noRoom());
  work(transaction)
    .then(() => completed)
    .then(resolve, (error: unknown) => {
      // Of a transaction that has ended under it the work knows no more than that.
      reject(transaction.error ?? error);
      abort(transaction);
    });
  return promise;
}

/** @param work asks at once all that it can: between two of its questions nothing is written. */
export async function inReading<T>(
  database: Dexie,
  tables: readonly Table[],
  work: (transaction: IDBTransaction) => Promise<T>,
): Promise<T> {
  const names = tables.map(({ name }) => name);
  return work(await begin(database, names, 'readonly'));
}

/**
 * All of it is written, or nothing.
 * @param durability `strict` where it must outlast the machine's own end: then it is more than in the system's hands.
 */
export async function inWriting(
  database: Dexie,
  tables: readonly Table[],
  work: (transaction: IDBTransaction) => Promise<void>,
  durability: IDBTransactionDurability = 'default',
): Promise<void> {
  const names = tables.map(({ name }) => name);
  await whole(await begin(database, names, 'readwrite', { durability }), work);
  // Which rows these are nobody asks: no live query of Dexie's, which would, is used.
  const places = names.map((name) => [`idb://${database.name}/${name}/`, new RangeSet()]);
  try {
    Dexie.on.storagemutated.fire(Object.fromEntries(places));
  } catch (error) {
    // What was written stays so, also where a listener throws.
    console.error('a listener of the storage failed', error instanceof Error ? error.name : 'unknown');
  }
}
