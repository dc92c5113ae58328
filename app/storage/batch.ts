// Writes that belong together: collected, sealed (which takes turns of the event loop), then written in one transaction, in
// their order, with nothing in between that it has to wait for but its own reading. All of it lands, or none.
import type { Table } from 'dexie';
import type {
  ChangeSecret,
  MessageSecret,
  StoredChange,
  StoredChat,
  StoredCursor,
  StoredMessage,
} from './models.ts';
import type { OpenedRows } from './openedRows.ts';
import type { RowSeal } from './rowSeal.ts';
import { answerOf, inWriting } from './transaction.ts';
import type { Word, Words } from './words.ts';
import {
  keptListId,
  type ConvoDatabase,
  type ErasureRow,
  type ExpiryRow,
  type Erasure,
  type MessageRow,
  type OutboxRow,
  type PendingRow,
  type SegmentRow,
  type SetAsideRow,
} from './schema.ts';

export interface Batch {
  putChat(chat: StoredChat): Batch;
  /** @param isAnew its row may have had any words before. */
  putMessage(message: StoredMessage, isAnew?: boolean): Batch;
  /** The words of messages in this batch. */
  putWords(words: readonly Word[]): Batch;
  putChange(change: StoredChange): Batch;
  addOutbox(row: Omit<OutboxRow, 'n'>): Batch;
  deleteOutbox(recordIds: readonly string[]): Batch;
  putPending(row: PendingRow): Batch;
  deletePending(document: string, session: string, sequence: number): Batch;
  addUpdate(document: string, update: Uint8Array): Batch;
  /** One update in the place of all the document's earlier ones; or none. */
  replaceUpdates(document: string, update: Uint8Array | undefined): Batch;
  /** These, which are all that a document has, belong to another from now on; its cursor goes. */
  moveUpdates(from: string, updates: readonly Uint8Array[], to: string): Batch;
  putCursor(document: string, cursor: StoredCursor): Batch;
  putSegment(row: SegmentRow): Batch;
  addErasure(erasure: Erasure): Batch;
  /** Of these records, in this segment. */
  deleteErasures(chat: string, segment: number, records: readonly string[]): Batch;
  putExpiry(row: ExpiryRow): Batch;
  deleteExpiry(id: string): Batch;
  putSetting(id: string, value: unknown): Batch;
  putTask(id: string, at: number, task: unknown): Batch;
  deleteTask(id: string): Batch;
  addSetAside(chat: string, reason: string, at: number): Batch;
  deleteSetAside(chat: string, reason: string): Batch;
  commit(): Promise<void>;
}

/** Rows that are in memory as they were opened, or written. */
export interface OpenedTables {
  readonly chats: OpenedRows<StoredChat>;
  readonly messages: OpenedRows<MessageSecret>;
  readonly changes: OpenedRows<ChangeSecret>;
}
type StoreOf = (table: Table) => IDBObjectStore;
/** Asks for what is to be written; waits only where it has to read first. */
type Write = (storeOf: StoreOf) => void | Promise<void>;

const put =
  <Row, K>(table: Table<Row, K>, row: Row): Write =>
  (storeOf) =>
    void storeOf(table).put(row);
const remove =
  (table: Table, key: IDBValidKey): Write =>
  (storeOf) =>
    void storeOf(table).delete(key);
/** Every row that has one of these keys in the index. */
const removeBy =
  (table: Table, index: string, keys: readonly string[]) =>
  async (storeOf: StoreOf): Promise<void> => {
    const store = storeOf(table);
    const found = await Promise.all(keys.map((key) => answerOf(store.index(index).getAllKeys(key))));
    for (const key of found.flat()) store.delete(key);
  };

/**
 * @param onMessages hears how many messages were written, once they are.
 * @param onExpiry hears that there is something to be gone at some time.
 */
export function createBatch(
  database: ConvoDatabase,
  seal: RowSeal,
  opened: OpenedTables,
  words: Words,
  onMessages: (count: number) => void,
  onExpiry: () => void,
): Batch {
  const prepared: Promise<Write>[] = [];
  /** Many come together: they are written in one go. */
  const messageRows: Promise<MessageRow>[] = [];
  const said = new Map<number, Word>();
  /** Messages that may have had other words before. */
  const losing = new Set<string>();
  /** Once all of it is on the disk. */
  const written: (() => void)[] = [];
  /** A record that is said once is never said otherwise: its number must not be given again after a power cut. */
  let durability: IDBTransactionDurability = 'default';
  /** Only these are locked while it is written: what reads others goes on. */
  const tables = new Set<Table>();
  const add = (table: Table, prepare: () => Promise<Write>) => {
    tables.add(table);
    prepared.push(prepare());
    return batch;
  };
  const batch: Batch = {
    putChat: (chat) =>
      add(database.chats, async () => {
        const sealed = await seal.seal('chats', chat.id, chat);
        written.push(() => opened.chats.keep(chat.id, sealed, chat));
        return put(database.chats, { id: chat.id, at: chat.at, sealed });
      }),
    putMessage(m, isAnew = false) {
      // What is gone from its chat may have been the list's preview of it.
      if (m.isHidden || m.kind === 'deleted') {
        add(database.settings, async () => remove(database.settings, keptListId));
      }
      const secret: MessageSecret = {
        author: m.author,
        kind: m.kind,
        text: m.text,
        seconds: m.seconds,
        replyTo: m.replyTo,
        edit: m.edit,
        reactions: m.reactions,
        isStored: m.isStored,
        isVerified: m.isVerified,
        elsewhere: m.elsewhere,
      };
      const { id, chat, at, device, sequence, segment, terms } = m;
      if (isAnew || m.isHidden || m.kind === 'deleted' || m.edit) {
        losing.add(id);
        tables.add(database.words);
      }
      const unread: Pick<MessageRow, 'unread'> = m.isUnread ? { unread: 1 } : {};
      const hidden = m.isHidden ? 1 : 0;
      const isGone = m.isHidden && m.kind === 'deleted' && m.seconds !== undefined;
      const place: Pick<MessageRow, 'at' | 'goneAt'> = isGone ? { goneAt: at } : { at };
      tables.add(database.messages);
      messageRows.push(
        seal.seal('messages', id, secret).then((sealed) => {
          written.push(() => opened.messages.keep(id, sealed, secret));
          return { id, chat, ...place, ...unread, hidden, device, sequence, segment, terms, sealed };
        }),
      );
      return batch;
    },
    putWords(found) {
      if (found.length > 0) tables.add(database.words);
      for (const word of found) said.set(word.term, word);
      return batch;
    },
    putChange: ({ id, chat, target, author, at, change, segment, elsewhere }) =>
      add(database.changes, async () => {
        const secret: ChangeSecret = { author, at, change, segment, elsewhere };
        const sealed = await seal.seal('changes', id, secret);
        written.push(() => opened.changes.keep(id, sealed, secret));
        return put(database.changes, { id, chat, target, sealed });
      }),
    addOutbox(row) {
      durability = 'strict';
      return add(database.outbox, async () => put(database.outbox, row));
    },
    deleteOutbox: (ids) =>
      ids.length === 0 ? batch : add(database.outbox, async () => removeBy(database.outbox, 'id', ids)),
    putPending: (row) => add(database.pending, async () => put(database.pending, row)),
    deletePending: (document, session, sequence) =>
      add(database.pending, async () => remove(database.pending, [document, session, sequence])),
    addUpdate: (document, update) =>
      add(database.updates, async () => {
        const sealed = await seal.sealBytes('updates', document, update);
        return put(database.updates, { document, sealed });
      }),
    replaceUpdates: (document, update) =>
      add(database.updates, async () => {
        const sealed = update && (await seal.sealBytes('updates', document, update));
        return async (storeOf) => {
          await removeBy(database.updates, 'document', [document])(storeOf);
          if (sealed) put(database.updates, { document, sealed })(storeOf);
        };
      }),
    moveUpdates(from, updates, to) {
      add(database.cursors, async () => remove(database.cursors, from));
      batch.replaceUpdates(from, undefined);
      for (const update of updates) batch.addUpdate(to, update);
      return batch;
    },
    putCursor: (document, cursor) =>
      add(database.cursors, async () => {
        const sealed = await seal.seal('cursors', document, cursor);
        return put(database.cursors, { document, sealed });
      }),
    putSegment: (row) => add(database.segments, async () => put(database.segments, row)),
    addErasure: (row) =>
      add(database.erasures, async () =>
        put(database.erasures, { ...row, id: `${row.record}/${row.segment}` }),
      ),
    deleteErasures: (chat, segment, records) =>
      add(database.erasures, async () => async (storeOf) => {
        const store = storeOf(database.erasures);
        const rows: ErasureRow[] = await answerOf(store.index('[chat+segment]').getAll([chat, segment]));
        for (const { id, record = id } of rows) if (records.includes(record)) store.delete(id);
      }),
    putExpiry(row) {
      written.push(onExpiry);
      return add(database.expiries, async () => put(database.expiries, row));
    },
    deleteExpiry: (id) => add(database.expiries, async () => remove(database.expiries, id)),
    putSetting: (id, value) =>
      add(database.settings, async () => {
        const sealed = await seal.seal('settings', id, value);
        return put(database.settings, { id, sealed });
      }),
    putTask: (id, at, task) =>
      add(database.tasks, async () => {
        const sealed = await seal.seal('tasks', id, task);
        return put(database.tasks, { id, at, sealed });
      }),
    deleteTask: (id) => add(database.tasks, async () => remove(database.tasks, id)),
    addSetAside: (chat, reason, at) =>
      add(database.setAside, async () => async (storeOf) => {
        const store = storeOf(database.setAside);
        const before: SetAsideRow | undefined = await answerOf(store.get([chat, reason]));
        store.put({ chat, reason, at, count: (before?.count ?? 0) + 1 });
      }),
    deleteSetAside: (chat, reason) =>
      add(database.setAside, async () => remove(database.setAside, [chat, reason])),
    async commit() {
      const writes = await Promise.all(prepared);
      const messages = await Promise.all(messageRows);
      if (tables.size === 0) return;
      const isLosing = losing.size > 0;
      const work = async (transaction: IDBTransaction) => {
        const storeOf: StoreOf = ({ name }) => transaction.objectStore(name);
        for (const message of messages) {
          if (losing.has(message.id)) await words.replace(storeOf, message);
          else put(database.messages, message)(storeOf);
        }
        words.put(storeOf, said.values(), isLosing);
        for (const write of writes) {
          const isDone = write(storeOf);
          if (isDone) await isDone;
        }
      };
      if (isLosing) words.begin();
      const landing = inWriting(database, [...tables], work, durability);
      await (isLosing ? landing.finally(words.end) : landing);
      words.remember(said.values());
      for (const done of written) done();
      if (messages.length > 0) onMessages(messages.length);
    },
  };
  return batch;
}
