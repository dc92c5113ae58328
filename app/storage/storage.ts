// The device's storage, opened: every table behind its seal. Readers get values; writers fill a batch (`batch.ts`), so
// that what belongs together is one transaction.
import { Dexie } from 'dexie';
import type * as v from 'valibot';
import type { Bytes } from '../../shared/codec/bytes.ts';
import { generateStorageKey } from '../crypto/storageKey.ts';
import { createBatch, type Batch, type OpenedTables } from './batch.ts';
import { createMessages, type Messages } from './messages.ts';
import {
  changeSecret,
  storedChat,
  storedCursor,
  type StoredChange,
  type StoredChat,
  type StoredCursor,
  type StoredMessage,
} from './models.ts';
import { createOpenedRows } from './openedRows.ts';
import { createQuarantine } from './quarantine.ts';
import { read } from './reading.ts';
import { checkRows, type RowCheck } from './rowCheck.ts';
import { createRowSeal, type RowSeal } from './rowSeal.ts';
import {
  ConvoDatabase,
  type ChangeRow,
  type ChatRow,
  type Erasure,
  type ExpiryRow,
  type MessageRow,
  type OutboxRow,
  type PendingRow,
  type SegmentRow,
  type SetAsideRow,
} from './schema.ts';
import { createWords } from './words.ts';

export type TableName = 'settings' | 'chats' | 'messages' | 'outbox' | 'pending' | 'setAside';

export interface KnownRecords {
  /** Also those whose rows can't be opened. */
  readonly known: ReadonlySet<string>;
  readonly messages: ReadonlyMap<string, StoredMessage>;
  readonly changes: ReadonlyMap<string, StoredChange>;
}
export interface Storage {
  readonly name: string;
  readonly seal: RowSeal;
  readonly database: ConvoDatabase;
  readonly messages: Messages;
  batch(): Batch;
  chats(): Promise<readonly StoredChat[]>;
  chat(id: string): Promise<StoredChat | undefined>;
  hasRecords(ids: readonly string[]): Promise<ReadonlySet<string>>;
  /** What there is under these ids, and all that can be opened of it. */
  records(ids: readonly string[]): Promise<KnownRecords>;
  /**
   * Of these, what may be deleted or known by its header alone, and changes of such, as far as open columns tell: few rows
   * are opened for it.
   */
  wordlessRecords(ids: readonly string[]): Promise<KnownRecords>;
  /** Those of these records that change another one. */
  changes(ids: readonly string[]): Promise<readonly StoredChange[]>;
  changesOf(targets: readonly string[]): Promise<readonly StoredChange[]>;
  /** These messages, and what changes them, or one of those whose rows are not asked for. */
  withChanges(
    ids: readonly string[],
    alone: readonly string[],
  ): Promise<{
    readonly messages: ReadonlyMap<string, StoredMessage>;
    readonly changes: readonly StoredChange[];
  }>;
  outbox(document: string): Promise<readonly OutboxRow[]>;
  pending(document: string): Promise<readonly PendingRow[]>;
  segment(chat: string, n: number): Promise<SegmentRow | undefined>;
  /** What is still to be erased of a segment. */
  erasures(chat: string, segment: number): Promise<readonly Erasure[]>;
  /** Segments of which something is still to be erased. */
  segmentsToErase(chat: string): Promise<readonly number[]>;
  /** What is to be seen to up to then, the first of it, and when there is more. */
  expiries(
    until: number,
    limit: number,
  ): Promise<{ readonly due: readonly ExpiryRow[]; readonly nextAt: number | undefined }>;
  /** Those that were put off when the clock said more than this. */
  expiriesSince(ms: number): Promise<readonly ExpiryRow[]>;
  /** Calls back after each batch that says when something is to be gone. */
  onExpirySet(listener: () => void): () => void;
  /** Which of these records are not with the relay yet. */
  waitingRecords(recordIds: readonly string[]): Promise<ReadonlySet<string>>;
  waitingCount(): Promise<number>;
  /** Those that can be opened, and whether these are all. */
  updates(document: string): Promise<{ readonly updates: readonly Uint8Array[]; readonly isWhole: boolean }>;
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
  /** Until it is closed here; a browser that closes it leaves it to be opened again. */
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
  const openedRows: OpenedTables = {
    chats: createOpenedRows(),
    messages: createOpenedRows(),
    changes: createOpenedRows(),
  };
  const openedUpdates = createOpenedRows<Bytes>();
  const messages = createMessages(database, seal, openedRows.messages);
  const words = createWords(database);

  const listeners = new Set<(count: number) => void>();
  const onWritten = (count: number) => {
    for (const listener of listeners) listener(count);
  };

  const expiryListeners = new Set<() => void>();
  const onExpiry = () => {
    for (const listener of expiryListeners) listener();
  };

  async function openChanges(rows: readonly ChangeRow[]): Promise<readonly StoredChange[]> {
    const opened = await Promise.all(
      rows.map(async ({ id, chat, target, sealed }) => {
        const secret = await openedRows.changes.take(id, sealed, () =>
          seal.open(changeSecret, 'changes', id, sealed),
        );
        return secret && { id, chat, target, ...secret };
      }),
    );
    return opened.filter((change) => change !== undefined);
  }
  async function openRecords(
    texts: readonly MessageRow[],
    changeRows: readonly ChangeRow[],
  ): Promise<KnownRecords> {
    const [opened, changes] = await Promise.all([messages.open(texts), openChanges(changeRows)]);
    return {
      known: new Set([...texts, ...changeRows].map(({ id }) => id)),
      messages: new Map(opened.map((message) => [message.id, message])),
      changes: new Map(changes.map((change) => [change.id, change])),
    };
  }
  async function changesById(ids: readonly string[]) {
    if (ids.length === 0) return [];
    const { changes } = database;
    return openChanges(await read([changes], (reading) => reading.rows(changes, ids)));
  }
  async function changesOf(targets: readonly string[]) {
    if (targets.length === 0) return [];
    const { changes } = database;
    return openChanges(await read([changes], (reading) => reading.by(changes, 'target', targets)));
  }
  async function waitingAmong(ids: readonly string[]): Promise<ReadonlySet<string>> {
    const { outbox, pending } = database;
    const [unsealed, sealed] = await read([outbox, pending], (reading) =>
      Promise.all([reading.by(outbox, 'id', ids), reading.all(pending)]),
    );
    const wanted = new Set(ids);
    const waiting = [...unsealed.map(({ id }) => id), ...sealed.flatMap(({ records }) => records)];
    return new Set(waiting.filter((id) => wanted.has(id)));
  }
  const settingRow = (id: string) =>
    read([database.settings], (reading) => reading.row(database.settings, id));
  const openChat = async (row: ChatRow | undefined) =>
    row &&
    openedRows.chats.take(row.id, row.sealed, () => seal.open(storedChat, 'chats', row.id, row.sealed));

  return {
    name,
    seal,
    database,
    messages,
    batch: () => createBatch(database, seal, openedRows, words, onWritten, onExpiry),
    async chats() {
      const rows = await read([database.chats], (reading) => reading.all(database.chats));
      const opened = await Promise.all(rows.map(openChat));
      return opened.filter((chat) => chat !== undefined);
    },
    chat: async (id) => openChat(await read([database.chats], (reading) => reading.row(database.chats, id))),
    async hasRecords(ids) {
      if (ids.length === 0) return new Set();
      const { messages: texts, changes } = database;
      const found = await read([texts, changes], (reading) =>
        Promise.all([reading.keysIn(texts, ids), reading.keysIn(changes, ids)]),
      );
      return new Set(found.flat());
    },
    async records(ids) {
      if (ids.length === 0) return { known: new Set(), messages: new Map(), changes: new Map() };
      const [texts, changeRows] = await read([database.messages, database.changes], (reading) =>
        Promise.all([reading.rows(database.messages, ids), reading.rows(database.changes, ids)]),
      );
      return openRecords(texts, changeRows);
    },
    async wordlessRecords(ids) {
      if (ids.length === 0) return { known: new Set(), messages: new Map(), changes: new Map() };
      const { messages: texts, changes: told } = database;
      const [rows, changeRows] = await read([texts, told], (reading) =>
        Promise.all([reading.rows(texts, ids), reading.rows(told, ids)]),
      );
      const targets = new Set(changeRows.map(({ target }) => target));
      const found = await read([texts], (reading) => reading.rows(texts, [...targets]));
      for (const { id, terms } of found) if (terms.length > 0) targets.delete(id);
      const wordless = rows.filter(({ terms }) => terms.length === 0);
      const about = changeRows.filter(({ target }) => targets.has(target));
      const known = new Set([...rows, ...changeRows].map(({ id }) => id));
      return { ...(await openRecords(wordless, about)), known };
    },
    changes: changesById,
    changesOf,
    async withChanges(ids, alone) {
      if (ids.length === 0) return { messages: new Map(), changes: await changesOf(alone) };
      const { changes } = database;
      const [texts, rows] = await read([database.messages, changes], (reading) =>
        Promise.all([
          reading.rows(database.messages, ids),
          reading.by(changes, 'target', [...ids, ...alone]),
        ]),
      );
      const [opened, told] = await Promise.all([messages.open(texts), openChanges(rows)]);
      return { messages: new Map(opened.map((message) => [message.id, message])), changes: told };
    },
    outbox: (document) =>
      read([database.outbox], (reading) => reading.by(database.outbox, 'document', [document])),
    async pending(document) {
      const { pending } = database;
      const rows = await read([pending], (reading) => reading.by(pending, 'document', [document]));
      return rows.toSorted((a, b) => a.order - b.order);
    },
    segment: (chat, n) => read([database.segments], (reading) => reading.row(database.segments, [chat, n])),
    async segmentsToErase(chat) {
      const { erasures } = database;
      const all = IDBKeyRange.bound([chat, 0], [chat, Infinity]);
      const rows = await read([erasures], (reading) => reading.by(erasures, '[chat+segment]', [all]));
      return [...new Set(rows.map(({ segment }) => segment))];
    },
    async erasures(chat, segment) {
      const { erasures } = database;
      const rows = await read([erasures], (reading) =>
        reading.by(erasures, '[chat+segment]', [[chat, segment]]),
      );
      return rows.map(({ id, record = id, own }) => ({ record, chat, segment, own }));
    },
    async expiries(until, limit) {
      const rows = await database.expiries
        .orderBy('at')
        .limit(limit + 1)
        .toArray();
      const due = rows.filter(({ at }) => at <= until).slice(0, limit);
      return { due, nextAt: rows[due.length]?.at };
    },
    async expiriesSince(ms) {
      const rows = await read([database.expiries], (reading) => reading.all(database.expiries));
      return rows.filter(({ since = 0 }) => since > ms);
    },
    onExpirySet(listener) {
      expiryListeners.add(listener);
      return () => expiryListeners.delete(listener);
    },
    waitingRecords: waitingAmong,
    waitingCount: async () => (await database.outbox.count()) + (await database.pending.count()),
    async updates(document) {
      const { updates } = database;
      const rows = await read([updates], (reading) => reading.by(updates, 'document', [document]));
      const opened = await Promise.all(
        rows.map(({ n, sealed }) =>
          openedUpdates.take(`${document}/${n}`, sealed, () =>
            seal.openBytes('updates', document, sealed, `${n}`),
          ),
        ),
      );
      const readable = opened.filter((update) => update !== undefined);
      return { updates: readable, isWhole: readable.length === rows.length };
    },
    async cursor(document) {
      const { cursors } = database;
      const row = await read([cursors], (reading) => reading.row(cursors, document));
      return seal.open(storedCursor, 'cursors', document, row?.sealed);
    },
    setting: async (id, schema) => seal.open(schema, 'settings', id, (await settingRow(id))?.sealed),
    platformKey: async (id) => (await settingRow(id))?.key,
    async putPlatformKey(id, key) {
      await database.settings.put({ id, key });
    },
    async tasks(schema) {
      const rows = await read([database.tasks], (reading) => reading.all(database.tasks));
      const inOrder = rows.toSorted((a, b) => a.at - b.at);
      const opened = await Promise.all(
        inOrder.map(async ({ id, at, sealed }) => ({
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
    isOpen: () => !database.hasBeenClosed(),
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
