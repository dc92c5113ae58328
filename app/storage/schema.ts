// The device's database: which tables there are, and what of a row may lie open on the disk. Everything readable is in
// a row's `sealed` bytes; open columns hold ids, orders and counts only.
import { Dexie, type Table } from 'dexie';
import type { Bytes } from '../../shared/codec/bytes.ts';

/** A value kept by name: keys of the platform, which can't be sealed, lie here as the platform keeps them. */
export interface SettingRow {
  readonly id: string;
  readonly sealed?: Bytes;
  readonly key?: unknown;
}
export interface ChatRow {
  readonly id: string;
  /** Time of the last activity: milliseconds since 1970. */
  readonly at: number;
  readonly sealed: Bytes;
}
export interface MessageRow {
  readonly id: string;
  readonly chat: string;
  /** Hybrid logical time: its order in the chat, ties by id. */
  readonly at?: number;
  /** The same of what was to be gone, and is: in no index, so that no chat is read past it. */
  readonly goneAt?: number;
  /** Only of those that are: others need no place in the index. */
  readonly unread?: 0 | 1;
  readonly hidden: 0 | 1;
  /** Author's device and the record's number on its chain. */
  readonly device: string;
  readonly sequence: number;
  /** In which segment its record lies; rows of the first version have none, and lie in the first. */
  readonly segment?: number;
  /** Keyed hashes of its words; rows of versions before the fifth have those of their beginnings too. */
  readonly terms: readonly number[];
  readonly sealed: Bytes;
}
/** A word of this device's messages (`words.ts`). */
export interface WordRow {
  /** Its keyed hash. */
  readonly id: number;
  /** Keyed hashes of how it begins. */
  readonly beginnings: readonly number[];
}
/** A record that changes another one: kept so that it counts once, also when it arrives before its target. */
export interface ChangeRow {
  readonly id: string;
  readonly chat: string;
  readonly target: string;
  readonly sealed: Bytes;
}
/** A record of one's own that is in no sealed entry yet. */
export interface OutboxRow {
  readonly n?: number;
  readonly id: string;
  readonly document: string;
  /** Both already sealed under the epoch key. */
  readonly header: Bytes;
  readonly body: Bytes;
}
/** A sealed entry of one's own that the relay has not acknowledged. */
export interface PendingRow {
  readonly document: string;
  readonly session: string;
  readonly sequence: number;
  /** In which order they were sealed, over all sessions: a later one may stand on an earlier one. */
  readonly order: number;
  readonly entry: Bytes;
  readonly records: readonly string[];
}
/** A complete segment: its last snapshot, sealed as it was for the relay. */
export interface SegmentRow {
  readonly chat: string;
  readonly n: number;
  readonly document: string;
  readonly snapshot: Bytes;
  /** The relay's snapshot that seals it, where this device knows what is in that. */
  readonly seal?: string;
  /** Yjs clients of sessions that this person's devices began. */
  readonly ownClients?: readonly number[] | undefined;
}
/** A record whose body is to be erased from a segment: from the document here, and where `own`, from the relay. */
export interface Erasure {
  readonly record: string;
  readonly chat: string;
  readonly segment: number;
  /** This device sees to it that the relay lets it go. */
  readonly own: 0 | 1;
}
/** Rows of the first versions are named by their record alone. */
export interface ErasureRow extends Omit<Erasure, 'record'> {
  readonly id: string;
  readonly record?: string;
}
/** A message that is to be gone, and when that is seen to next: milliseconds since 1970. */
export interface ExpiryRow {
  readonly id: string;
  readonly chat: string;
  readonly at: number;
  /** When it was put off to then. */
  readonly since?: number;
}
/** One sealed update of a document that people edit together. */
export interface UpdateRow {
  readonly n?: number;
  readonly document: string;
  readonly sealed: Bytes;
}
export interface CursorRow {
  readonly document: string;
  readonly sealed: Bytes;
}
/** Something that the relay must still be told: a ledger to create, a mail to post. */
export interface TaskRow {
  readonly id: string;
  readonly at: number;
  readonly sealed: Bytes;
}
/** How often something was set aside for one reason: a count, so that a flood fills no disk. */
export interface SetAsideRow {
  readonly chat: string;
  readonly reason: string;
  readonly count: number;
  /** The last time, milliseconds since 1970. */
  readonly at: number;
}

/** A row that could not be opened, remembered so that it counts once. It stays where it lies. */
export interface QuarantineRow {
  readonly table: string;
  readonly id: string;
  /** When it was noticed, milliseconds since 1970. */
  readonly at: number;
  /** A copy, of settings only: they are written again under the same name. */
  readonly sealed?: Bytes;
}

/** This database was written by a newer version of the app: it is left as it is. */
export class NewerDatabaseError extends Error {
  override readonly name = 'NewerDatabase';
}

/** Left alone, Dexie opens a newer database all the same, and changes it to what it knows. */
const refusingNewer = (factory: IDBFactory) => ({
  open(name: string, version?: number) {
    // Without a version is how Dexie tries again after the platform said that there is a newer one.
    if (version === undefined) throw new NewerDatabaseError();
    return factory.open(name, version);
  },
  databases: () => factory.databases(),
  deleteDatabase: (name: string) => factory.deleteDatabase(name),
});

/** The setting with the list of chats as it was last shown. */
export const keptListId = 'list';

/** Raised with each change of the tables; what an older version wrote is opened by the next (`migrations.test.ts`). */
export const databaseVersion = 6;

export class ConvoDatabase extends Dexie {
  declare settings: Table<SettingRow, string>;
  declare chats: Table<ChatRow, string>;
  declare messages: Table<MessageRow, string>;
  declare words: Table<WordRow, number>;
  declare changes: Table<ChangeRow, string>;
  declare outbox: Table<OutboxRow, number>;
  declare pending: Table<PendingRow, [string, string, number]>;
  declare updates: Table<UpdateRow, number>;
  declare cursors: Table<CursorRow, string>;
  declare tasks: Table<TaskRow, string>;
  declare segments: Table<SegmentRow, [string, number]>;
  declare erasures: Table<ErasureRow, string>;
  declare expiries: Table<ExpiryRow, string>;
  declare setAside: Table<SetAsideRow, [string, string]>;
  declare quarantine: Table<QuarantineRow, [string, string]>;

  constructor(name: string) {
    super(name, { cache: 'disabled', indexedDB: refusingNewer(indexedDB) });
    this.version(1).stores({
      settings: 'id',
      chats: 'id, at',
      messages: 'id, [chat+at+id], [chat+unread+at], *terms',
      changes: 'id, target',
      outbox: '++n, id, document',
      pending: '[document+session+sequence], document',
      updates: '++n, document',
      cursors: 'document',
      tasks: 'id, at',
      setAside: '[chat+reason]',
    });
    this.version(2).stores({ segments: '[chat+n]', erasures: 'id, [chat+segment]' });
    this.version(3).stores({ quarantine: '[table+id]' });
    // The same tables; rows of chats say what is still to come, which an older app would drop.
    this.version(4).stores({});
    this.version(5).stores({ words: 'id, *beginnings' });
    this.version(databaseVersion).stores({ expiries: 'id, at' });
  }
}
