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
  const insert = db.prepare<[number, Uint8Array]>('INSERT INTO mails (device, mail) VALUES (?, ?)');
  const count = db.prepare<[number], Row>('SELECT count(*) AS n FROM mails WHERE device = ?');
  const after = db.prepare<[number, number, number], Row>(
    'SELECT id, mail FROM mails WHERE device = ? AND id > ? ORDER BY id LIMIT ?',
  );
  const remove = db.prepare<[number, number]>('DELETE FROM mails WHERE id = ? AND device = ?');
  return {
    add: (device: DeviceRow, mail: Bytes) => void insert.run(device, mail),
    count(device: DeviceRow): number {
      const row = count.get(device);
      return row ? numberOf(row, 'n') : 0;
    },
    readAfter: (device: DeviceRow, mailId: number, limit: number): readonly Mail[] =>
      after
        .all(device, mailId, limit)
        .map((row) => ({ mailId: numberOf(row, 'id'), mail: blobOf(row, 'mail') })),
    remove: (device: DeviceRow, mailId: number) => void remove.run(mailId, device),
  };
}
