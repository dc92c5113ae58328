// Opens every sealed row of the device once, some at a time, and counts. What can't be opened goes into quarantine as at
// any other reading.
import type { Table } from 'dexie';
import * as v from 'valibot';
import type { Bytes } from '../../shared/codec/bytes.ts';
import { changeSecret, messageSecret, storedChat, storedCursor } from './models.ts';
import type { RowSeal } from './rowSeal.ts';
import type { ConvoDatabase } from './schema.ts';

/** So many are opened at once; others have their turn in between. */
const rowsAtOnce = 500;

export interface RowCheck {
  readonly messages: number;
  /** Rows of any table that can't be opened, or are not what they should be. */
  readonly unreadable: number;
}

async function countUnopened<Row, Key extends string | number>(
  table: Table<Row, Key>,
  keyOf: (row: Row) => Key | undefined,
  open: (row: Row) => Promise<unknown>,
): Promise<number> {
  let unopened = 0;
  let rows = await table.orderBy(':id').limit(rowsAtOnce).toArray();
  for (;;) {
    const opened = await Promise.all(rows.map(open));
    unopened += opened.filter((value) => value === undefined).length;
    const last = rows.at(-1);
    const key = last && keyOf(last);
    if (key === undefined || rows.length < rowsAtOnce) return unopened;
    rows = await table.where(':id').above(key).limit(rowsAtOnce).toArray();
  }
}

export async function checkRows(database: ConvoDatabase, seal: RowSeal): Promise<RowCheck> {
  const { chats, messages, changes, cursors, tasks, settings, updates } = database;
  const idOf = (row: { readonly id: string }) => row.id;
  const opening =
    <T>(table: string, schema: v.GenericSchema<unknown, T>) =>
    (row: { readonly id: string; readonly sealed: Bytes }) =>
      seal.open(schema, table, row.id, row.sealed);
  const counts = [
    await countUnopened(chats, idOf, opening('chats', storedChat)),
    await countUnopened(messages, idOf, opening('messages', messageSecret)),
    await countUnopened(changes, idOf, opening('changes', changeSecret)),
    // What these two hold is known to whoever reads them.
    await countUnopened(tasks, idOf, opening('tasks', v.unknown())),
    await countUnopened(settings, idOf, async ({ id, sealed }) =>
      sealed ? seal.open(v.unknown(), 'settings', id, sealed) : null,
    ),
    await countUnopened(
      cursors,
      (row) => row.document,
      ({ document, sealed }) => seal.open(storedCursor, 'cursors', document, sealed),
    ),
    await countUnopened(
      updates,
      (row) => row.n,
      ({ n, document, sealed }) => seal.openBytes('updates', document, sealed, `${n}`),
    ),
  ];
  return { messages: await messages.count(), unreadable: counts.reduce((sum, count) => sum + count, 0) };
}
