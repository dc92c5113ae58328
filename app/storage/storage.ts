// The device's storage, opened: every table behind its seal. Readers get values; writers fill a batch (`batch.ts`), so
// that what belongs together is one transaction.
import { Dexie } from 'dexie';
import type * as v from 'valibot';
import { generateStorageKey } from '../crypto/storageKey.ts';
import { createBatch, type Batch } from './batch.ts';
import { keysIn, rowsBy } from './manyKeys.ts';
import { createMessages, type Messages } from './messages.ts';
import {
  changeSecret,
  storedChat,
  storedCursor,
  type StoredChange,
  type StoredChat,
  type StoredCursor,
} from './models.ts';
import { createOpenedRows } from './openedRows.ts';
import { createQuarantine } from './quarantine.ts';
import { checkRows, type RowCheck } from './rowCheck.ts';
import { createRowSeal, type RowSeal } from './rowSeal.ts';
import {
  ConvoDatabase,
  type ChangeRow,
  type ChatRow,
  type Erasure,
  type OutboxRow,
  type PendingRow,
  type SegmentRow,
  type SetAsideRow,
} from './schema.ts';

export type TableName = 'settings' | 'chats' | 'messages' | 'outbox' | 'pending' | 'setAside';

export interface Storage {
  readonly name: string;
  readonly seal: RowSeal;
  readonly database: ConvoDatabase;
  readonly messages: Messages;
  batch(): Batch;
  chats(): Promise<readonly StoredChat[]>;
  chat(id: string): Promise<StoredChat | undefined>;
  hasRecords(ids: readonly string[]): Promise<ReadonlySet<string>>;
  /** Those of these records that change another one. */
  changes(ids: readonly string[]): Promise<readonly StoredChange[]>;
  changesOf(targets: readonly string[]): Promise<readonly StoredChange[]>;
  outbox(document: string): Promise<readonly OutboxRow[]>;
  pending(document: string): Promise<readonly PendingRow[]>;
  segment(chat: string, n: number): Promise<SegmentRow | undefined>;
  /** What is still to be erased of a segment. */
  erasures(chat: string, segment: number): Promise<readonly Erasure[]>;
  /** Segments of which something is still to be erased. */
  segmentsToErase(chat: string): Promise<readonly number[]>;
  /** Whether any of these records is not with the relay yet. */
  isWaiting(recordIds: readonly string[]): Promise<boolean>;
  /** Which of these records are not with the relay yet. */
  waitingRecords(recordIds: readonly string[]): Promise<ReadonlySet<string>>;
  waitingCount(): Promise<number>;
  /** Those that can be opened. */
  updates(document: string): Promise<readonly Uint8Array[]>;
  updateCount(document: string): Promise<number>;
  cursor(document: string): Promise<StoredCursor | undefined>;
  setting<T>(id: string, schema: v.GenericSchema<unknown, T>): Promise<T | undefined>;
  /** A key that the platform keeps (a CryptoKey or what holds one). */
  platformKey(id: string): Promise<unknown>;
  putPlatformKey(id: string, key: unknown): Promise<void>;
  tasks<T>(
    schema: v.GenericSchema<unknown, T>,
  ): Promise<readonly { readonly id: string; readonly at: number; readonly task: T }[]>;
  /** With all rows that were found unreadable so far. */
  setAside(): Promise<readonly SetAsideRow[]>;
  /** What the browser counts as this site's, where it tells. */
  usedBytes(): Promise<number | undefined>;
  /** Of what the browser grants, from 0 to 1, where it tells. */
  usedShare(): Promise<number | undefined>;
  /** Calls back with how many messages were written, after each batch that has some. */
  onMessagesWritten(listener: (count: number) => void): () => void;
  /** Opens every row. */
  checkRows(): Promise<RowCheck>;
  segmentNumbers(chat: string): Promise<readonly number[]>;
  segmentCount(): Promise<number>;
  /** Calls back after each change of one of these tables, in any tab. */
  onChange(tables: readonly TableName[], listener: () => void): () => void;
  /** Until it is closed, or torn away. */
  isOpen(): boolean;
  close(): void;
}

type Estimate = () => Promise<StorageEstimate | undefined>;
/** Undefined also where a browser knows the question and refuses the answer. */
const platformEstimate: Estimate = async () =>
  globalThis.navigator?.storage?.estimate?.().catch(() => undefined);

/**
 * Throws `NewerDatabaseError` where a newer version of the app has been here.
 * @param name the database's; a second account or a test takes another.
 */
export async function openStorage(name: string, estimate = platformEstimate): Promise<Storage> {
  const database = new ConvoDatabase(name);
  await database.open();
  const quarantine = createQuarantine(database);
  const seal = createRowSeal(await storageKeyOf(database), quarantine.add);
  const messages = createMessages(database, seal);

  const listeners = new Set<(count: number) => void>();
  const onWritten = (count: number) => {
    for (const listener of listeners) listener(count);
  };

  async function openChanges(rows: readonly ChangeRow[]): Promise<readonly StoredChange[]> {
    const opened = await Promise.all(
      rows.map(async ({ id, chat, target, sealed }) => {
        const secret = await seal.open(changeSecret, 'changes', id, sealed);
        return secret && { id, chat, target, ...secret };
      }),
    );
    return opened.filter((change) => change !== undefined);
  }
  const openedChats = createOpenedRows<StoredChat>();
  const openChat = async (row: ChatRow | undefined) =>
    row && openedChats.take(row.id, row.sealed, () => seal.open(storedChat, 'chats', row.id, row.sealed));

  return {
    name,
    seal,
    database,
    messages,
    batch: () => createBatch(database, seal, onWritten),
    async chats() {
      const opened = await Promise.all((await database.chats.toArray()).map(openChat));
      return opened.filter((chat) => chat !== undefined);
    },
    chat: async (id) => openChat(await database.chats.get(id)),
    async hasRecords(ids) {
      const found = await Promise.all([keysIn(database.messages, ids), keysIn(database.changes, ids)]);
      return new Set(found.flat());
    },
    async changes(ids) {
      const rows = await database.changes.bulkGet([...ids]);
      return openChanges(rows.filter((row) => row !== undefined));
    },
    changesOf: async (targets) => openChanges(await rowsBy(database.changes, 'target', targets)),
    outbox: (document) => database.outbox.where('document').equals(document).sortBy('n'),
    pending: (document) => database.pending.where('document').equals(document).sortBy('order'),
    segment: (chat, n) => database.segments.get([chat, n]),
    async segmentsToErase(chat) {
      const rows = await database.erasures
        .where('[chat+segment]')
        .between([chat, 0], [chat, Infinity])
        .toArray();
      return [...new Set(rows.map(({ segment }) => segment))];
    },
    async erasures(chat, segment) {
      const rows = await database.erasures.where({ chat, segment }).toArray();
      return rows.map(({ id, record = id, own }) => ({ record, chat, segment, own }));
    },
    async isWaiting(ids) {
      if ((await database.outbox.where('id').anyOf(ids).count()) > 0) return true;
      const wanted = new Set(ids);
      return (await database.pending.filter((row) => row.records.some((id) => wanted.has(id))).count()) > 0;
    },
    async waitingRecords(ids) {
      const wanted = new Set(ids);
      const outbox = await database.outbox.where('id').anyOf(ids).toArray();
      const pending = await database.pending.toArray();
      const waiting = [...outbox.map(({ id }) => id), ...pending.flatMap(({ records }) => records)];
      return new Set(waiting.filter((id) => wanted.has(id)));
    },
    waitingCount: async () => (await database.outbox.count()) + (await database.pending.count()),
    async updates(document) {
      const rows = await database.updates.where('document').equals(document).sortBy('n');
      const opened = await Promise.all(
        rows.map((row) => seal.openBytes('updates', document, row.sealed, `${row.n}`)),
      );
      return opened.filter((update) => update !== undefined);
    },
    updateCount: (document) => database.updates.where('document').equals(document).count(),
    cursor: async (document) =>
      seal.open(storedCursor, 'cursors', document, (await database.cursors.get(document))?.sealed),
    setting: async (id, schema) =>
      seal.open(schema, 'settings', id, (await database.settings.get(id))?.sealed),
    platformKey: async (id) => (await database.settings.get(id))?.key,
    async putPlatformKey(id, key) {
      await database.settings.put({ id, key });
    },
    async tasks(schema) {
      const rows = await database.tasks.orderBy('at').toArray();
      const opened = await Promise.all(
        rows.map(async ({ id, at, sealed }) => ({
          id,
          at,
          task: await seal.open(schema, 'tasks', id, sealed),
        })),
      );
      return opened.flatMap(({ id, at, task }) => (task === undefined ? [] : [{ id, at, task }]));
    },
    async setAside() {
      await quarantine.settled();
      return database.setAside.toArray();
    },
    usedBytes: async () => (await estimate())?.usage,
    async usedShare() {
      const { usage, quota } = (await estimate()) ?? {};
      return usage === undefined || !quota ? undefined : usage / quota;
    },
    onMessagesWritten(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    checkRows: () => checkRows(database, seal),
    async segmentNumbers(chat) {
      const keys = await database.segments
        .where('[chat+n]')
        .between([chat, 0], [chat, Infinity])
        .primaryKeys();
      return keys.map(([, n]) => n);
    },
    segmentCount: () => database.segments.count(),
    onChange(tables, listener) {
      const places = tables.map((table) => `idb://${name}/${table}/`);
      const handler = (changed: Readonly<Record<string, unknown>>) => {
        if (Object.keys(changed).some((part) => places.some((place) => part.startsWith(place)))) listener();
      };
      Dexie.on.storagemutated.subscribe(handler);
      return () => Dexie.on.storagemutated.unsubscribe(handler);
    },
    isOpen: () => database.isOpen(),
    close: () => database.close(),
  };
}

/** The storage key of this database; made once, also when two tabs open it at the same moment. */
async function storageKeyOf(database: ConvoDatabase): Promise<CryptoKey> {
  const kept = await database.settings.get('storage-key');
  if (kept?.key instanceof CryptoKey) return kept.key;
  const made = await generateStorageKey();
  return database.transaction('rw', database.settings, async () => {
    const first = await database.settings.get('storage-key');
    if (first?.key instanceof CryptoKey) return first.key;
    await database.settings.put({ id: 'storage-key', key: made });
    return made;
  });
}
