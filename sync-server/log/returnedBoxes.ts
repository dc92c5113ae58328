// Key boxes that members brought back one by one after the relay had lost them, each with its path to the epoch's root.
// Only where the relay lacks the epoch's whole row of boxes. Every write here runs inside `log.write`.
import type { Bytes } from '../../shared/codec/bytes.ts';
import type { ChatRow } from './chats.ts';
import { blobOf, numberOf, type Row } from './columns.ts';
import type { Sqlite } from './database.ts';

export interface ReturnedBox {
  readonly epoch: number;
  readonly index: number;
  /** Of how many boxes it is one, as who brought it says. */
  readonly count: number;
  readonly box: Bytes;
  readonly path: readonly Bytes[];
}
export type ReturnedBoxes = ReturnType<typeof createReturnedBoxes>;

const hashBytes = 32;

export function createReturnedBoxes(db: Sqlite) {
  const find = db.prepare<[number, number, number], Row>(
    'SELECT * FROM returned_boxes WHERE chat = ? AND epoch = ? AND position = ?',
  );
  const insert = db.prepare<[number, number, number, number, Uint8Array, Uint8Array]>(
    `INSERT OR REPLACE INTO returned_boxes (chat, epoch, position, count, box, path) VALUES (?, ?, ?, ?, ?, ?)`,
  );
  const remove = db.prepare<[number, number]>('DELETE FROM returned_boxes WHERE chat = ? AND epoch = ?');
  return {
    find(chat: ChatRow, epoch: number, index: number): ReturnedBox | undefined {
      const row = find.get(chat, epoch, index);
      return row && toReturnedBox(row);
    },
    put(chat: ChatRow, { epoch, index, count, box, path }: ReturnedBox) {
      insert.run(chat, epoch, index, count, box, Buffer.concat(path));
    },
    /** The epoch has all its boxes again, or others. */
    removeOf: (chat: ChatRow, epoch: number) => void remove.run(chat, epoch),
  };
}

export function toReturnedBox(row: Row): ReturnedBox {
  const joined = blobOf(row, 'path');
  const path = Array.from({ length: joined.length / hashBytes }, (_, i) =>
    joined.slice(i * hashBytes, (i + 1) * hashBytes),
  );
  return {
    epoch: numberOf(row, 'epoch'),
    index: numberOf(row, 'position'),
    count: numberOf(row, 'count'),
    box: blobOf(row, 'box'),
    path,
  };
}
