// Users, their ledgers and their devices. Every write here runs inside `log.write`.
import type { Bytes } from '../../shared/codec/bytes.ts';
import type { DeviceId, SigningPublicKey, UserId } from '../../shared/protocol/ids.ts';
import { blobOf, numberOf, textOf, type Row } from './columns.ts';
import type { Sqlite } from './database.ts';

/** Rows are known to the rest of the relay by these numbers; they never leave it. */
export type UserRow = number & { readonly row: 'user' };
export type DeviceRow = number & { readonly row: 'device' };

export interface Account {
  readonly row: UserRow;
  readonly userId: UserId;
  readonly handle: string;
  readonly isAdministrator: boolean;
  readonly createdAt: number;
}
export interface Device {
  readonly row: DeviceRow;
  readonly user: UserRow;
  readonly userId: UserId;
  readonly deviceId: DeviceId;
  readonly key: SigningPublicKey;
}

export type Accounts = ReturnType<typeof createAccounts>;

export function createAccounts(db: Sqlite) {
  const byUser = db.prepare<[Uint8Array], Row>('SELECT * FROM users WHERE user = ?');
  const byHandle = db.prepare<[string], Row>('SELECT * FROM users WHERE handle = ?');
  const everyone = db.prepare<[], Row>('SELECT * FROM users ORDER BY id');
  const any = db.prepare<[], Row>('SELECT id FROM users LIMIT 1');
  const administrator = db.prepare<[], Row>('SELECT * FROM users WHERE is_administrator = 1 LIMIT 1');
  const insertUser = db.prepare<[Uint8Array, string, number, number]>(
    'INSERT INTO users (user, handle, is_administrator, created_at) VALUES (?, ?, ?, ?)',
  );
  const insertEntry = db.prepare<[number, number, Uint8Array]>(
    'INSERT INTO user_entries (user, position, entry) VALUES (?, ?, ?)',
  );
  const insertDevice = db.prepare<[number, Uint8Array, Uint8Array]>(
    'INSERT INTO devices (user, device, key) VALUES (?, ?, ?)',
  );
  const entriesOf = db.prepare<[number], Row>(
    'SELECT entry FROM user_entries WHERE user = ? ORDER BY position',
  );
  const returned = db.prepare<[Uint8Array], Row>('SELECT entry FROM returned_users WHERE user = ?');
  const insertReturned = db.prepare<[Uint8Array, Uint8Array]>(
    'INSERT OR IGNORE INTO returned_users (user, entry) VALUES (?, ?)',
  );
  const removeReturned = db.prepare<[Uint8Array]>('DELETE FROM returned_users WHERE user = ?');
  const deviceSelect = `SELECT devices.id, devices.user, devices.device, devices.key, users.user AS user_id
    FROM devices JOIN users ON users.id = devices.user`;
  const device = db.prepare<[Uint8Array, Uint8Array], Row>(
    `${deviceSelect} WHERE users.user = ? AND devices.device = ?`,
  );
  const deviceByRow = db.prepare<[number], Row>(`${deviceSelect} WHERE devices.id = ?`);
  const devicesOf = db.prepare<[Uint8Array], Row>(`${deviceSelect} WHERE users.user = ? ORDER BY devices.id`);

  return {
    findUser: (userId: UserId) => toAccount(byUser.get(userId)),
    findHandle: (handle: string) => toAccount(byHandle.get(handle)),
    all: (): readonly Account[] => everyone.all().flatMap((row) => toAccount(row) ?? []),
    isAny: (): boolean => any.get() !== undefined,
    findAdministrator: () => toAccount(administrator.get()),
    findDevice: (userId: UserId, deviceId: DeviceId) => toDevice(device.get(userId, deviceId)),
    deviceOf: (row: DeviceRow) => toDevice(deviceByRow.get(row)),
    devicesOf: (userId: UserId): readonly Device[] =>
      devicesOf.all(userId).flatMap((row) => toDevice(row) ?? []),
    /** Of who has no account here, what others brought. */
    ledgerOf(userId: UserId): readonly Bytes[] {
      const account = toAccount(byUser.get(userId));
      const rows = account ? entriesOf.all(account.row) : returned.all(userId);
      return rows.map((row) => blobOf(row, 'entry'));
    },
    /** Of who has no account, for reading alone: it makes none. */
    putBackLedger: (userId: UserId, genesis: Bytes) => void insertReturned.run(userId, genesis),
    /** A new user with the first entry of their ledger and the device that it names. */
    create(
      account: Omit<Account, 'row'>,
      genesis: Bytes,
      deviceId: DeviceId,
      key: SigningPublicKey,
    ): UserRow {
      const { userId, handle, isAdministrator, createdAt } = account;
      const { lastInsertRowid } = insertUser.run(userId, handle, isAdministrator ? 1 : 0, createdAt);
      const row = Number(lastInsertRowid) as UserRow;
      removeReturned.run(userId);
      insertEntry.run(row, 0, genesis);
      insertDevice.run(row, deviceId, key);
      return row;
    },
  };
}

const toAccount = (row: Row | undefined): Account | undefined =>
  row && {
    row: numberOf(row, 'id') as UserRow,
    userId: blobOf<UserId>(row, 'user'),
    handle: textOf(row, 'handle'),
    isAdministrator: numberOf(row, 'is_administrator') === 1,
    createdAt: numberOf(row, 'created_at'),
  };

const toDevice = (row: Row | undefined): Device | undefined =>
  row && {
    row: numberOf(row, 'id') as DeviceRow,
    user: numberOf(row, 'user') as UserRow,
    userId: blobOf<UserId>(row, 'user_id'),
    deviceId: blobOf<DeviceId>(row, 'device'),
    key: blobOf<SigningPublicKey>(row, 'key'),
  };
