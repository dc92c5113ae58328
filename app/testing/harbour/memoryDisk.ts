// IndexedDB in memory for one run. A client that crashes loses its connections in the middle of what it was writing:
// transactions that had not committed are rolled back, as a browser does for a killed process.
import 'fake-indexeddb/auto';
import { Dexie } from 'dexie';
import { IDBFactory } from 'fake-indexeddb';
import { createQuickClone } from './quickClone.ts';

/** As much of the library's inside as a crash needs. */
interface RawTransaction {
  readonly mode: string;
  readonly _state: string;
  _abort(errorName: string): void;
}
interface RawConnection {
  readonly _runningVersionchangeTransaction?: boolean;
  _closePending: boolean;
  _closed: boolean;
}
interface RawDatabase {
  readonly transactions: readonly RawTransaction[];
  connections: readonly RawConnection[];
}

const quickClone = createQuickClone(globalThis.structuredClone);

/** An empty disk in the place of the last one. */
export function installMemoryDisk() {
  const factory = new IDBFactory();
  /** Whose they are has crashed, and not begun again: what is left of its code deletes nothing. */
  const dead = new Set<string>();
  const { open, deleteDatabase } = factory;
  factory.open = (name, version) => {
    dead.delete(name);
    return open.call(factory, name, version);
  };
  factory.deleteDatabase = (name) => {
    if (dead.values().some((prefix) => name.startsWith(`${prefix}/`)))
      throw new DOMException('crashed', 'InvalidStateError');
    return deleteDatabase.call(factory, name);
  };
  globalThis.structuredClone = quickClone;
  // Dexie tells other tabs of each writing, and there are none.
  BroadcastChannel.prototype.postMessage = () => {};
  globalThis.indexedDB = factory;
  Dexie.dependencies.indexedDB = factory;
  const databases = () => {
    const found: unknown = Reflect.get(factory, '_databases');
    if (!(found instanceof Map)) throw new Error('fake-indexeddb keeps its databases elsewhere now');
    return found as ReadonlyMap<string, RawDatabase>;
  };
  return {
    /** Databases whose name begins so and that somebody has open. */
    openCount: (prefix: string) =>
      [...databases()].filter(
        ([name, { connections }]) => name.startsWith(prefix) && connections.some((one) => !one._closed),
      ).length,
    /** Takes every database whose name begins so away from whoever has it open. */
    tearOff(prefix: string) {
      dead.add(prefix);
      for (const [name, database] of databases()) {
        if (!name.startsWith(prefix) || isBeingMade(database)) continue;
        for (const transaction of database.transactions) {
          if (transaction._state !== 'finished') transaction._abort('AbortError');
        }
        for (const connection of database.connections) {
          connection._closePending = true;
          connection._closed = true;
        }
        database.connections = [];
      }
    },
  };
}
/** Opened, and still without what makes its stores: torn off then, nobody could open it any more. It holds nothing. */
const isBeingMade = ({ connections, transactions }: RawDatabase): boolean =>
  connections.some((connection) => connection._runningVersionchangeTransaction) &&
  !transactions.some(({ mode, _state }) => mode === 'versionchange' && _state !== 'finished');

export type MemoryDisk = ReturnType<typeof installMemoryDisk>;

const tornOff =
  /^(AbortError|InvalidStateError|TransactionInactiveError|DatabaseClosedError|PrematureCommitError)/;
/** What code that was torn off its disk throws; nobody waits for it any more. lib0 wraps it into an error's message, or hands on the event. */
export function isTornOff(error: unknown): boolean {
  if (error instanceof Error) return tornOff.test(error.name) || tornOff.test(error.message);
  const target: unknown = Object(error).target;
  return typeof target === 'object' && target !== null && 'error' in target && isTornOff(target.error);
}
