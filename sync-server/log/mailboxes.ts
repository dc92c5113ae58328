// A device's waiting mails, in the order in which they came. Every write here runs inside `log.write`.
import type { Bytes } from '../../shared/codec/bytes.ts';
import type { DeviceRow } from './accounts.ts';
import { blobOf, numberOf, type Row } from './columns.ts';
import type { Sqlite } from './database.ts';

export interface Mail {
  readonly mailId: number;
  readonly mail: Bytes;
}
export type Mailboxes = ReturnType<typeof createMailboxes>;

export function createMailboxes(db: Sqlite) {
  const insert = db.prepare<[number, Uint8Array, Uint8Array | null]>(
    'INSERT INTO mails (device, mail, poster) VALUES (?, ?, ?)',
  );
  const count = db.prepare<[number], Row>('SELECT count(*) AS n FROM mails WHERE device = ?');
  const countOf = db.prepare<[number, Uint8Array], Row>(
    'SELECT count(*) AS n FROM mails WHERE device = ? AND poster = ?',
  );
  const after = db.prepare<[number, number, number, number], Row>(
    'SELECT id, mail FROM mails WHERE device = ? AND id > ? AND id <= ? ORDER BY id LIMIT ?',
  );
  const last = db.prepare<[], Row>('SELECT coalesce(max(id), 0) AS id FROM mails');
  const remove = db.prepare<[number, number]>('DELETE FROM mails WHERE id = ? AND device = ?');
  return {
    /** The mail's number: larger than any before. Without `poster` it counts to nobody. */
    add: (device: DeviceRow, mail: Bytes, poster?: Bytes): number =>
      Number(insert.run(device, mail, poster ?? null).lastInsertRowid),
    /** The largest number of all that wait; 0 if none does. */
    lastId(): number {
      const row = last.get();
      return row ? numberOf(row, 'id') : 0;
    },
    count(device: DeviceRow): number {
      const row = count.get(device);
      return row ? numberOf(row, 'n') : 0;
    },
    /** What waits there of one poster. */
    countOf(device: DeviceRow, poster: Bytes): number {
      const row = countOf.get(device, poster);
      return row ? numberOf(row, 'n') : 0;
    },
    read: (device: DeviceRow, afterId: number, upToId: number, limit: number): readonly Mail[] =>
      after
        .all(device, afterId, upToId, limit)
        .map((row) => ({ mailId: numberOf(row, 'id'), mail: blobOf(row, 'mail') })),
    remove: (device: DeviceRow, mailId: number) => void remove.run(mailId, device),
  };
}
