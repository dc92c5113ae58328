// What the relay needs to take people back after its database was deleted or replaced by an old copy.
export const migrationReturn = `
  -- Keyed hashes of handles and users that relay.names has and this database lacks, and since when that is known.
  CREATE TABLE awaited_names (
    handle BLOB PRIMARY KEY,
    user BLOB NOT NULL,
    is_administrator INTEGER NOT NULL,
    since INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE returned_boxes (
    chat INTEGER NOT NULL REFERENCES chats,
    epoch INTEGER NOT NULL,
    position INTEGER NOT NULL,
    count INTEGER NOT NULL,
    box BLOB NOT NULL,
    path BLOB NOT NULL,
    PRIMARY KEY (chat, epoch, position)
  ) STRICT;
`;

export const migrationReturnedUsers = `
  -- First entries of the ledgers of users without an account here, as others brought them. Nothing else is theirs by that.
  CREATE TABLE returned_users (user BLOB PRIMARY KEY, entry BLOB NOT NULL) STRICT;
`;
