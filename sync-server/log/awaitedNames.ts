// Names that this relay has given out and this database does not know: it was deleted, or is an old copy. Each waits for
// its person from when that was noticed. Keyed hashes only. Every write here runs inside `log.write`.
import type { Bytes } from '../../shared/codec/bytes.ts';
import { blobOf, numberOf, type Row } from './columns.ts';
import type { Sqlite } from './database.ts';

/** One handle that was given out: keyed hashes of the handle and of its user. */
export interface GivenName {
  readonly handle: Bytes;
  readonly user: Bytes;
  readonly isAdministrator: boolean;
}
export interface AwaitedName extends GivenName {
  /** When it was noticed missing: milliseconds since 1970. */
  readonly since: number;
}
export type AwaitedNames = ReturnType<typeof createAwaitedNames>;

export function createAwaitedNames(db: Sqlite) {
  const find = db.prepare<[Uint8Array], Row>('SELECT * FROM awaited_names WHERE handle = ?');
  const administrator = db.prepare<[], Row>(
    'SELECT * FROM awaited_names WHERE is_administrator = 1 ORDER BY since DESC LIMIT 1',
  );
  const all = db.prepare<[], Row>('SELECT * FROM awaited_names');
  const insert = db.prepare<[Uint8Array, Uint8Array, number, number]>(
    `INSERT INTO awaited_names (handle, user, is_administrator, since) VALUES (?, ?, ?, ?)
      ON CONFLICT (handle) DO UPDATE SET user = excluded.user, is_administrator = excluded.is_administrator`,
  );
  const remove = db.prepare<[Uint8Array]>('DELETE FROM awaited_names WHERE handle = ?');
  return {
    find: (handle: Bytes) => toAwaited(find.get(handle)),
    findAdministrator: () => toAwaited(administrator.get()),
    all: (): readonly AwaitedName[] => all.all().flatMap((row) => toAwaited(row) ?? []),
    /** Known to be missing already, it keeps its `since`. */
    add: ({ handle, user, isAdministrator }: GivenName, since: number) =>
      void insert.run(handle, user, isAdministrator ? 1 : 0, since),
    remove: (handle: Bytes) => void remove.run(handle),
  };
}

const toAwaited = (row: Row | undefined): AwaitedName | undefined =>
  row && {
    handle: blobOf(row, 'handle'),
    user: blobOf(row, 'user'),
    isAdministrator: numberOf(row, 'is_administrator') === 1,
    since: numberOf(row, 'since'),
  };
