// Chat ledgers and their key boxes, as bytes. What an entry means is judged in `auth/`, before it comes here.
import type { Bytes } from '../../shared/codec/bytes.ts';
import type { ChatId, EntryHash32 } from '../../shared/protocol/ids.ts';
import { blobOf, numberOf, type Row } from './columns.ts';
import type { Sqlite } from './database.ts';

export type ChatRow = number & { readonly row: 'chat' };

export type Chats = ReturnType<typeof createChats>;

export function createChats(db: Sqlite) {
  const find = db.prepare<[Uint8Array], Row>('SELECT id FROM chats WHERE chat = ?');
  const insert = db.prepare<[Uint8Array]>('INSERT INTO chats (chat) VALUES (?)');
  const last = db.prepare<[number], Row>(
    'SELECT position, hash, entry FROM chat_entries WHERE chat = ? ORDER BY position DESC LIMIT 1',
  );
  const has = db.prepare<[number, Uint8Array], Row>('SELECT 1 FROM chat_entries WHERE chat = ? AND hash = ?');
  const all = db.prepare<[number], Row>('SELECT entry FROM chat_entries WHERE chat = ? ORDER BY position');
  const insertEntry = db.prepare<[number, number, Uint8Array, Uint8Array]>(
    'INSERT INTO chat_entries (chat, position, hash, entry) VALUES (?, ?, ?, ?)',
  );
  const boxes = db.prepare<[number, number], Row>(
    'SELECT box FROM boxes WHERE chat = ? AND epoch = ? ORDER BY position',
  );
  const removeBoxes = db.prepare<[number, number]>('DELETE FROM boxes WHERE chat = ? AND epoch = ?');
  const insertBox = db.prepare<[number, number, number, Uint8Array]>(
    'INSERT INTO boxes (chat, epoch, position, box) VALUES (?, ?, ?, ?)',
  );
  return {
    find(chatId: ChatId): ChatRow | undefined {
      const row = find.get(chatId);
      return row && (numberOf(row, 'id') as ChatRow);
    },
    create: (chatId: ChatId): ChatRow => Number(insert.run(chatId).lastInsertRowid) as ChatRow,
    /** The newest entry of the ledger. */
    headOf(chat: ChatRow) {
      const row = last.get(chat);
      return (
        row && {
          position: numberOf(row, 'position'),
          hash: blobOf<EntryHash32>(row, 'hash'),
          entry: blobOf(row, 'entry'),
        }
      );
    },
    hasEntry: (chat: ChatRow, hash: EntryHash32): boolean => has.get(chat, hash) !== undefined,
    entriesOf: (chat: ChatRow): readonly Bytes[] => all.all(chat).map((row) => blobOf(row, 'entry')),
    append: (chat: ChatRow, position: number, hash: EntryHash32, entry: Bytes) =>
      void insertEntry.run(chat, position, hash, entry),
    boxesOf: (chat: ChatRow, epoch: number): readonly Bytes[] =>
      boxes.all(chat, epoch).map((row) => blobOf(row, 'box')),
    replaceBoxes(chat: ChatRow, epoch: number, list: readonly Bytes[]) {
      removeBoxes.run(chat, epoch);
      for (const [position, box] of list.entries()) insertBox.run(chat, epoch, position, box);
    },
  };
}
