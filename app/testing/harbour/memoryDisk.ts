// IndexedDB in memory for one run. A client that crashes loses its connections in the middle of what it was writing:
// transactions that had not committed are rolled back, as a browser does for a killed process.
import 'fake-indexeddb/auto';
import { Dexie } from 'dexie';
import { IDBFactory } from 'fake-indexeddb';

/** As much of the library's inside as a crash needs. */
interface RawTransaction {
  readonly _state: string;
  _abort(errorName: string): void;
}
interface RawConnection {
  _closePending: boolean;
  _closed: boolean;
}
interface RawDatabase {
  readonly transactions: readonly RawTransaction[];
  connections: readonly RawConnection[];
}

/** An empty disk in the place of the last one. */
export function installMemoryDisk() {
  const factory = new IDBFactory();
  globalThis.indexedDB = factory;
  Dexie.dependencies.indexedDB = factory;
  const inside = (field: string): Map<string, unknown> => {
    const found: unknown = Reflect.get(factory, field);
    if (!(found instanceof Map)) throw new Error(`fake-indexeddb has no ${field} any more`);
    return found;
  };
  const databases = () => inside('_databases') as ReadonlyMap<string, RawDatabase>;
  return {
    /** Databases whose name begins so and that somebody has open. */
    openCount: (prefix: string) =>
      [...databases()].filter(
        ([name, { connections }]) => name.startsWith(prefix) && connections.some((one) => !one._closed),
      ).length,
    /** Takes every database whose name begins so away from whoever has it open. */
    tearOff(prefix: string) {
      for (const [name, database] of databases()) {
        if (!name.startsWith(prefix)) continue;
        for (const transaction of database.transactions) {
          if (transaction._state !== 'finished') transaction._abort('AbortError');
        }
        for (const connection of database.connections) {
          connection._closePending = true;
          connection._closed = true;
        }
        database.connections = [];
        // Who was just opening it never will, and keeps nobody waiting.
        inside('_connectionQueues').delete(name);
      }
    },
  };
}
export type MemoryDisk = ReturnType<typeof installMemoryDisk>;

const tornOff =
  /^(AbortError|InvalidStateError|TransactionInactiveError|DatabaseClosedError|PrematureCommitError)/;
/** What code that was torn off its disk throws; nobody waits for it any more. lib0 wraps it into an error's message, or hands on the event. */
export function isTornOff(error: unknown): boolean {
  if (error instanceof Error) return tornOff.test(error.name) || tornOff.test(error.message);
  const target: unknown = Object(error).target;
  return typeof target === 'object' && target !== null && 'error' in target && isTornOff(target.error);
}
