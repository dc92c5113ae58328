// One row for each sign-in, holding the hash of its newest refresh token. Never sees a token itself.
import type { Bytes } from '../../shared/codec/bytes.ts';
import type { DeviceRow } from './accounts.ts';
import { blobOf, numberOf, type Row } from './columns.ts';
import type { Sqlite } from './database.ts';

/** Sign-ins that one device may keep: tabs and restored profiles, and no heap of forgotten ones. */
const maxFamiliesPerDevice = 8;

export type TokenFamilies = ReturnType<typeof createTokenFamilies>;

export function createTokenFamilies(db: Sqlite) {
  const find = db.prepare<[Uint8Array], Row>('SELECT * FROM token_families WHERE family = ?');
  const insert = db.prepare<[Uint8Array, number, Uint8Array, number]>(
    'INSERT INTO token_families (family, device, hash, expires_at) VALUES (?, ?, ?, ?)',
  );
  const renew = db.prepare<[Uint8Array, number, Uint8Array]>(
    'UPDATE token_families SET hash = ?, expires_at = ? WHERE family = ?',
  );
  const remove = db.prepare<[Uint8Array]>('DELETE FROM token_families WHERE family = ?');
  const trim = db.prepare<[number, number, number]>(
    `DELETE FROM token_families WHERE device = ? AND id NOT IN
      (SELECT id FROM token_families WHERE device = ? ORDER BY id DESC LIMIT ?)`,
  );
  const removeExpired = db.prepare<[number]>('DELETE FROM token_families WHERE expires_at <= ?');
  return {
    find(family: Bytes) {
      const row = find.get(family);
      return (
        row && {
          device: numberOf(row, 'device') as DeviceRow,
          hash: blobOf(row, 'hash'),
          expiresAt: numberOf(row, 'expires_at'),
        }
      );
    },
    start(family: Bytes, device: DeviceRow, hash: Bytes, expiresAt: number) {
      insert.run(family, device, hash, expiresAt);
      trim.run(device, device, maxFamiliesPerDevice);
    },
    renew: (family: Bytes, hash: Bytes, expiresAt: number) => void renew.run(hash, expiresAt, family),
    revoke: (family: Bytes) => void remove.run(family),
    removeExpired: (now: number) => void removeExpired.run(now),
  };
}
