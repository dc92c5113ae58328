// The schema's history. A migration that has been released is never edited: the next change is the next number.
import type { Sqlite } from './database.ts';
import { migrationReturn, migrationReturnedUsers } from './migrationReturn.ts';

const migrations: readonly string[] = [
  `
  -- One row. Random, made with the file: what is derived from it dies with the file.
  CREATE TABLE relay (id INTEGER PRIMARY KEY CHECK (id = 1), birth BLOB NOT NULL) STRICT;

  CREATE TABLE users (
    id INTEGER PRIMARY KEY,
    user BLOB NOT NULL UNIQUE,
    handle TEXT NOT NULL UNIQUE,
    is_administrator INTEGER NOT NULL,
    created_at INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE user_entries (
    user INTEGER NOT NULL REFERENCES users,
    position INTEGER NOT NULL,
    entry BLOB NOT NULL,
    PRIMARY KEY (user, position)
  ) STRICT;
  CREATE TABLE devices (
    id INTEGER PRIMARY KEY,
    user INTEGER NOT NULL REFERENCES users,
    device BLOB NOT NULL,
    key BLOB NOT NULL,
    UNIQUE (user, device)
  ) STRICT;
  -- One row a sign-in; hash is that of its newest refresh token, so any other token of the family is a reuse.
  CREATE TABLE token_families (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    family BLOB NOT NULL UNIQUE,
    device INTEGER NOT NULL REFERENCES devices,
    hash BLOB NOT NULL,
    expires_at INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX token_families_of_device ON token_families (device);

  CREATE TABLE invitations (
    id INTEGER PRIMARY KEY,
    invitation BLOB NOT NULL UNIQUE,
    key BLOB NOT NULL,
    inviter INTEGER NOT NULL REFERENCES users,
    bundle BLOB NOT NULL,
    expires_at INTEGER NOT NULL,
    claimed_by INTEGER REFERENCES users
  ) STRICT;
  CREATE INDEX invitations_of_inviter ON invitations (inviter);

  CREATE TABLE chats (id INTEGER PRIMARY KEY, chat BLOB NOT NULL UNIQUE) STRICT;
  CREATE TABLE chat_entries (
    chat INTEGER NOT NULL REFERENCES chats,
    position INTEGER NOT NULL,
    hash BLOB NOT NULL,
    entry BLOB NOT NULL,
    PRIMARY KEY (chat, position),
    UNIQUE (chat, hash)
  ) STRICT;
  CREATE TABLE boxes (
    chat INTEGER NOT NULL REFERENCES chats,
    epoch INTEGER NOT NULL,
    position INTEGER NOT NULL,
    box BLOB NOT NULL,
    PRIMARY KEY (chat, epoch, position)
  ) STRICT;

  CREATE TABLE documents (
    id INTEGER PRIMARY KEY,
    chat INTEGER NOT NULL REFERENCES chats,
    document BLOB NOT NULL,
    UNIQUE (chat, document)
  ) STRICT;
  CREATE TABLE sessions (
    id INTEGER PRIMARY KEY,
    document INTEGER NOT NULL REFERENCES documents,
    session BLOB NOT NULL,
    device INTEGER NOT NULL REFERENCES devices,
    UNIQUE (document, session)
  ) STRICT;
  -- The hot table: no foreign keys, rows in the order in which they came, and one index, because what a commit costs is
  -- the pages it touches. Clustered by (document, seq) an entry costs three times as much, with an index by session too
  -- half as much again. The index covers the search for a session's entries, which begins at the end of the document.
  CREATE TABLE entries (
    document INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    session INTEGER NOT NULL,
    sequence INTEGER NOT NULL,
    log_hash BLOB NOT NULL,
    entry BLOB NOT NULL
  ) STRICT;
  CREATE UNIQUE INDEX entries_in_order ON entries (document, seq, session, sequence);

  -- AUTOINCREMENT: a mail's number is never given to another, so a late "taken" can't take the wrong one.
  CREATE TABLE mails (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    device INTEGER NOT NULL REFERENCES devices,
    mail BLOB NOT NULL
  ) STRICT;
  CREATE INDEX mails_of_device ON mails (device, id);
  `,
  `
  -- Snapshots, and what is gone because of them (SPEC R30 to R36).
  ALTER TABLE documents ADD COLUMN is_sealed INTEGER NOT NULL DEFAULT 0;
  -- The log's cursor up to which its entries are gone, and of each session the newest entry that is.
  ALTER TABLE documents ADD COLUMN freed_seq INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE documents ADD COLUMN freed_hash BLOB NOT NULL DEFAULT x'00000000000000000000000000000000';
  ALTER TABLE sessions ADD COLUMN freed_sequence INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE sessions ADD COLUMN freed_hash BLOB NOT NULL DEFAULT x'00000000000000000000000000000000';

  -- Of a document at most two: the newest is current; one before it is there only while the newest is unconfirmed.
  -- pad: 4096 zeros. It fills the part of a row that lies on a page with others; the bytes lie on pages of their own,
  -- which are overwritten when the row goes (see freedSpace.ts).
  CREATE TABLE snapshots (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    document INTEGER NOT NULL REFERENCES documents,
    snapshot BLOB NOT NULL,
    seq INTEGER NOT NULL,
    log_hash BLOB NOT NULL,
    publisher INTEGER NOT NULL REFERENCES users,
    published_at INTEGER NOT NULL,
    is_countersigned INTEGER NOT NULL,
    size INTEGER NOT NULL,
    pad BLOB NOT NULL,
    bytes BLOB NOT NULL
  ) STRICT;
  CREATE INDEX snapshots_of_document ON snapshots (document, id);
  CREATE INDEX snapshots_unconfirmed ON snapshots (published_at) WHERE is_countersigned = 0;

  -- Rows of entries are never deleted where they lie: freedSpace.ts says why, and what a document of 0 or less is.
  DROP INDEX entries_in_order;
  CREATE UNIQUE INDEX entries_in_order ON entries (document, seq, session, sequence) WHERE document > 0;
  -- swept_to: rows of entries up to this one are swept. freed_bytes: of entries after it that were freed.
  CREATE TABLE space (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    swept_to INTEGER NOT NULL,
    freed_bytes INTEGER NOT NULL
  ) STRICT;
  INSERT INTO space VALUES (1, 0, 0);
  `,
  migrationReturn,
  migrationReturnedUsers,
  `
  -- Who posted a mail, as a keyed hash of poster and mailbox (SPEC R48). NULL: from before, or from the mailbox's own user.
  ALTER TABLE mails ADD COLUMN poster BLOB;
  CREATE INDEX mails_of_poster ON mails (device, poster) WHERE poster IS NOT NULL;
  `,
];

/** What `user_version` is once all of them ran. */
export const schemaVersion = migrations.length;
/** What came after this one is nothing that `openForReading` reads. */
export const oldestReadableVersion = 4;

export class NewerDatabase extends Error {}

export function migrate(db: Sqlite): void {
  const version = db.pragma('user_version', { simple: true });
  if (typeof version !== 'number') throw new Error('SQLite has no user_version');
  if (version > migrations.length) throw new NewerDatabase();
  for (const [index, sql] of migrations.entries()) {
    if (index < version) continue;
    db.transaction(() => {
      db.exec(sql);
      db.pragma(`user_version = ${index + 1}`);
    })();
  }
}
