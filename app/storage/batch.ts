// Writes that belong together: collected, sealed (which takes turns of the event loop), then written in one transaction
// with nothing asynchronous in between. All of it lands, or none.
import type { Table } from 'dexie';
import type {
  ChangeSecret,
  MessageSecret,
  StoredChange,
  StoredChat,
  StoredCursor,
  StoredMessage,
} from './models.ts';
import type { RowSeal } from './rowSeal.ts';
import {
  keptListId,
  type ConvoDatabase,
  type Erasure,
  type MessageRow,
  type OutboxRow,
  type PendingRow,
  type SegmentRow,
} from './schema.ts';

export interface Batch {
  putChat(chat: StoredChat): Batch;
  putMessage(message: StoredMessage): Batch;
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
  putSetting(id: string, value: unknown): Batch;
  putTask(id: string, at: number, task: unknown): Batch;
  deleteTask(id: string): Batch;
  addSetAside(chat: string, reason: string, at: number): Batch;
  deleteSetAside(chat: string, reason: string): Batch;
  commit(): Promise<void>;
}

type Write = () => Promise<unknown>;

/** @param onMessages hears how many messages were written, once they are. */
export function createBatch(
  database: ConvoDatabase,
  seal: RowSeal,
  onMessages: (count: number) => void,
): Batch {
  const prepared: Promise<Write>[] = [];
  /** Many come together: they are written in one go. */
  const messageRows: Promise<MessageRow>[] = [];
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
        return () => database.chats.put({ id: chat.id, at: chat.at, sealed });
      }),
    putMessage(m) {
      // What is gone from its chat may have been the list's preview of it.
      if (m.isHidden || m.kind === 'deleted') {
        add(database.settings, async () => () => database.settings.delete(keptListId));
      }
      const secret: MessageSecret = {
        author: m.author,
        kind: m.kind,
        text: m.text,
        replyTo: m.replyTo,
        edit: m.edit,
        reactions: m.reactions,
        isStored: m.isStored,
        isVerified: m.isVerified,
        elsewhere: m.elsewhere,
      };
      const { id, chat, at, device, sequence, segment, terms } = m;
      const unread = m.isUnread ? 1 : 0;
      const hidden = m.isHidden ? 1 : 0;
      tables.add(database.messages);
      messageRows.push(
        seal.seal('messages', id, secret).then((sealed) => ({
          id,
          chat,
          at,
          unread,
          hidden,
          device,
          sequence,
          segment,
          terms,
          sealed,
        })),
      );
      return batch;
    },
    putChange: ({ id, chat, target, author, at, change, segment, elsewhere }) =>
      add(database.changes, async () => {
        const secret: ChangeSecret = { author, at, change, segment, elsewhere };
        const sealed = await seal.seal('changes', id, secret);
        return () => database.changes.put({ id, chat, target, sealed });
      }),
    addOutbox: (row) => add(database.outbox, async () => () => database.outbox.add(row)),
    deleteOutbox: (ids) =>
      add(database.outbox, async () => () => database.outbox.where('id').anyOf(ids).delete()),
    putPending: (row) => add(database.pending, async () => () => database.pending.put(row)),
    deletePending: (document, session, sequence) =>
      add(database.pending, async () => () => database.pending.delete([document, session, sequence])),
    addUpdate: (document, update) =>
      add(database.updates, async () => {
        const sealed = await seal.sealBytes('updates', document, update);
        return () => database.updates.add({ document, sealed });
      }),
    replaceUpdates: (document, update) =>
      add(database.updates, async () => {
        const sealed = update && (await seal.sealBytes('updates', document, update));
        return async () => {
          await database.updates.where('document').equals(document).delete();
          if (sealed) await database.updates.add({ document, sealed });
        };
      }),
    moveUpdates(from, updates, to) {
      add(database.cursors, async () => () => database.cursors.delete(from));
      batch.replaceUpdates(from, undefined);
      for (const update of updates) batch.addUpdate(to, update);
      return batch;
    },
    putCursor: (document, cursor) =>
      add(database.cursors, async () => {
        const sealed = await seal.seal('cursors', document, cursor);
        return () => database.cursors.put({ document, sealed });
      }),
    putSegment: (row) => add(database.segments, async () => () => database.segments.put(row)),
    addErasure: (row) =>
      add(
        database.erasures,
        async () => () => database.erasures.put({ ...row, id: `${row.record}/${row.segment}` }),
      ),
    deleteErasures: (chat, segment, records) =>
      add(database.erasures, async () => () => {
        const wanted = new Set(records);
        return database.erasures
          .where({ chat, segment })
          .filter(({ id, record = id }) => wanted.has(record))
          .delete();
      }),
    putSetting: (id, value) =>
      add(database.settings, async () => {
        const sealed = await seal.seal('settings', id, value);
        return () => database.settings.put({ id, sealed });
      }),
    putTask: (id, at, task) =>
      add(database.tasks, async () => {
        const sealed = await seal.seal('tasks', id, task);
        return () => database.tasks.put({ id, at, sealed });
      }),
    deleteTask: (id) => add(database.tasks, async () => () => database.tasks.delete(id)),
    addSetAside: (chat, reason, at) =>
      add(database.setAside, async () => async () => {
        const before = await database.setAside.get([chat, reason]);
        await database.setAside.put({ chat, reason, at, count: (before?.count ?? 0) + 1 });
      }),
    deleteSetAside: (chat, reason) =>
      add(database.setAside, async () => () => database.setAside.delete([chat, reason])),
    async commit() {
      const writes = await Promise.all(prepared);
      const messages = await Promise.all(messageRows);
      if (tables.size === 0) return;
      await database.transaction('rw', [...tables], async () => {
        if (messages.length > 0) await database.messages.bulkPut(messages);
        for (const write of writes) await write();
      });
      if (messages.length > 0) onMessages(messages.length);
    },
  };
  return batch;
}
