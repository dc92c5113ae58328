// One open document: the end of its log, the lines of its sessions, and the channels that follow it. Entries are judged
// as they arrive (against what is stored and what is about to be), stored by the group commit, then acknowledged and
// passed on in log order. It never looks into a ciphertext.
import { equalBytes, type Bytes } from '../../shared/codec/bytes.ts';
import {
  entryKinds,
  extendLogHash,
  hashEntry,
  parseEntryHeader,
  type EntryHeader,
} from '../../shared/protocol/entry.ts';
import type { Cursor } from '../../shared/protocol/frames/cursor.ts';
import { startCursor } from '../../shared/protocol/frames/cursor.ts';
import type { DocumentId, EntryHash, SessionId } from '../../shared/protocol/ids.ts';
import { maxBatchBytes, maxBatchEntries } from '../../shared/protocol/limits.ts';
import type { RefusalCode } from '../../shared/protocol/refusals.ts';
import { idOf, keyOf } from '../auth/keyOf.ts';
import { sha256 } from '../auth/sha256.ts';
import type { DeviceRow } from '../log/accounts.ts';
import type { Log } from '../log/createLog.ts';
import type { NewEntry, SessionRow, StoredDocument } from '../log/documents.ts';
import type { StoredSnapshot } from '../log/snapshots.ts';
import {
  fullSegmentBytes,
  fullSegmentRetryMs,
  fullSegmentSessions,
  maxRememberedSessions,
} from './bounds.ts';
import { readHead, type ChatRoom } from './chatRooms.ts';
import type { Clock } from './clock.ts';
import { loadDocument, type DocumentState } from './documentState.ts';
import { createRuns } from './fanOut.ts';
import type { CommitFailure, GroupCommit, Participant } from './groupCommit.ts';
import { lastAcceptedOf, placeOf, startLine, type SessionLine } from './sessionLine.ts';
import { Snapshots } from './snapshots.ts';
import type { Wiping } from './wiping.ts';

export interface Acknowledgement {
  readonly session: SessionId;
  readonly sequence: number;
  readonly cursor: Cursor;
}
/** What a room tells a channel. */
export interface Follower {
  /** An entry of this channel's is stored. */
  acknowledge(ack: Acknowledgement): void;
  /** An entry of this channel's was stored once, and has gone since; its cursor is that of the snapshot. */
  acknowledgeFreed(ack: Acknowledgement): void;
  refuseAppend(code: CommitFailure): void;
  /** The document has a new snapshot. */
  published(snapshot: StoredSnapshot, isSeal: boolean): void;
  /** A snapshot frame of this channel's, by its number, could not be stored. */
  refuseSnapshot(to: number, code: RefusalCode): void;
  /** Others' entries are stored; `frameFor` gives the frame for a channel's number. */
  deliver(firstSeq: number, count: number, frameFor: (channel: number) => Uint8Array): void;
  /** That was all for now. */
  flush(): void;
  /** Someone else's signal: passed on at once, or never. */
  signal(sealed: Bytes): void;
}
export interface PendingEntry extends Acknowledgement {
  readonly author: Follower;
  /** The session's key. */
  readonly id: string;
  readonly bytes: Bytes;
}
export interface AppendRefusal {
  readonly code: RefusalCode;
  readonly detail?: Bytes;
  readonly retryAfterMs?: number;
}

export interface RoomDeps {
  readonly log: Log;
  readonly commit: GroupCommit;
  readonly clock: Clock;
  readonly wiping: Wiping;
}

/** Rows that the running transaction made; they count once it is through. */
interface MadeRows {
  readonly document: StoredDocument;
  readonly sessions: Map<string, SessionRow>;
}

/**
 * An entry waits for the disk as its socket read it, and with it all that was read at once. Where that is many times as
 * much, it waits as a copy: what waits is bounded in bytes of entries.
 */
const maxHeldTimes = 4;
const heldOf = (entry: Bytes): Bytes =>
  entry.buffer.byteLength > maxHeldTimes * entry.length ? entry.slice() : entry;

/** A class for the same reason as `Pacer`: of idle sockets, a few share each. */
export class Room implements Participant {
  readonly chat: ChatRoom;
  readonly snapshots: Snapshots;
  readonly #deps: RoomDeps;
  readonly #key: string;
  /** Once it was asked for: of a room in which nobody writes, it is not. */
  #documentId: DocumentId | undefined;
  readonly #state: DocumentState;
  readonly #followers = new Set<Follower>();
  /** What is stored, written and about to be. */
  #end: Cursor;
  /** What is stored and what is written: the disk may not have all of it yet. */
  #written: Cursor;
  #lines: Map<string, SessionLine> | undefined;
  #pending: PendingEntry[] | undefined;
  #made: MadeRows | undefined;

  constructor(deps: RoomDeps, chat: ChatRoom, documentId: DocumentId) {
    this.#deps = deps;
    this.chat = chat;
    this.#key = keyOf(documentId);
    this.#state = loadDocument(deps.log, chat.row, documentId);
    this.#end = this.#state.stored;
    this.#written = this.#state.stored;
    this.snapshots = new Snapshots(deps, this, this.#state);
  }

  get documentId(): DocumentId {
    return (this.#documentId ??= idOf(this.#key));
  }
  get followers(): ReadonlySet<Follower> {
    return this.#followers;
  }
  get state(): Readonly<DocumentState> {
    return this.#state;
  }
  join(follower: Follower): void {
    this.#followers.add(follower);
  }
  leave(follower: Follower): void {
    this.#followers.delete(follower);
    this.#closeIfEmpty();
  }
  #closeIfEmpty(): void {
    const isSettled = !this.#pending && this.#written.seq === this.#state.stored.seq;
    if (this.#followers.size === 0 && isSettled) this.chat.rooms.delete(this.#key);
  }

  /** Also true of places that are gone: they can't be told from others any more, and get the snapshot. */
  isInLog({ seq, hash }: Cursor): boolean {
    if (seq === 0) return equalBytes(hash, startCursor.hash);
    if (seq < this.snapshots.freedSeq()) return true;
    const { document, stored } = this.#state;
    const known = document && seq <= stored.seq ? this.#deps.log.documents.hashAt(document, seq) : undefined;
    return known !== undefined && equalBytes(known, hash);
  }
  /** Stored entries after `after`: at most one frame full. */
  read(after: number): readonly Bytes[] {
    const { document, stored } = this.#state;
    if (!document) return [];
    return this.#deps.log.documents.read(document.row, after, stored.seq, maxBatchEntries, maxBatchBytes);
  }

  /** Takes an entry for the next commit, acknowledges a repeat, or says why not. */
  append(author: Follower, device: DeviceRow, bytes: Bytes): AppendRefusal | undefined {
    const header = parseEntryHeader(bytes);
    if (!header) return { code: 'malformed' };
    const { session, sequence } = header;
    const id = keyOf(session);
    const isFull = header.kind === entryKinds.segment && this.#isFull();
    const line = this.#lines?.get(id) ?? this.#readLine(session, device);
    const place = placeOf(line, device, header);
    if (place === 'session-taken' || place === 'malformed') return { code: place };
    const hash = this.#hashOf(bytes);
    // Also under an old epoch: its acknowledgement may have been lost before the epoch ended.
    if (place === 'repeat') return this.#repeat(author, device, header, hash);
    if (this.snapshots.isSealed()) return { code: 'sealed' };
    if (header.epoch !== this.chat.epoch) {
      return { code: 'stale-epoch', detail: readHead(this.#deps.log, this.chat) };
    }
    // Before its place: what is in flight behind a refused entry is told the same.
    if (isFull) return { code: 'busy', retryAfterMs: fullSegmentRetryMs };
    if (place === 'out-of-order') return { code: place, detail: lastAcceptedOf(line) };
    const { kept } = this.#state;
    if (kept) {
      kept.bytes += bytes.length;
      if (sequence === 1) kept.sessions++;
    }
    this.#end = { seq: this.#end.seq + 1, hash: extendLogHash(sha256, this.#end.hash, hash) };
    (this.#lines ??= new Map()).set(id, { ...line, sequence, hash });
    (this.#pending ??= []).push({
      author,
      session,
      id,
      sequence,
      cursor: this.#end,
      bytes: heldOf(bytes),
    });
    this.#deps.commit.join(this, bytes.length);
    return undefined;
  }

  /** A segment that takes no more. */
  #isFull(): boolean {
    // What waits is in no row yet.
    if (!this.#state.kept && this.#pending) this.#deps.commit.flush();
    const { document } = this.#state;
    const nothing = { bytes: 0, sessions: 0 };
    const { bytes, sessions } = (this.#state.kept ??= document
      ? this.#deps.log.documents.kept(document)
      : nothing);
    // A snapshot that stands for nothing fills none: clients end only what has something in it.
    return this.#end.seq > 0 && (bytes >= fullSegmentBytes || sessions >= fullSegmentSessions);
  }
  #hashOf(entry: Uint8Array): EntryHash {
    return hashEntry(sha256, this.documentId, entry);
  }

  #readLine(session: SessionId, device: DeviceRow): SessionLine {
    const { document } = this.#state;
    const found = document && this.#deps.log.documents.findSession(document, session);
    if (!found) return startLine(device);
    const last = found.last
      ? { sequence: found.last.sequence, hash: this.#hashOf(found.last.bytes) }
      : found.freed;
    if (!last) throw new Error('a session without entries');
    return { device: found.device, row: found.row, ...last };
  }

  /** The accepted entry of this number is compared with the repeated one; the same bytes are acknowledged again. */
  #repeat(
    author: Follower,
    device: DeviceRow,
    { session, sequence }: EntryHeader,
    hash: EntryHash,
  ): AppendRefusal | undefined {
    const { log, commit } = this.#deps;
    // What waits in this turn's commit is stored first: nothing is acknowledged before.
    if (this.#pending?.some((entry) => entry.sequence === sequence && equalBytes(entry.session, session)))
      commit.flush();
    const { document, snapshot } = this.#state;
    const found = document && log.documents.findSession(document, session);
    const entry = document && found ? log.documents.entryOf(document, found.row, sequence) : undefined;
    if (!entry && snapshot && sequence <= (found?.freed?.sequence ?? 0)) {
      author.acknowledgeFreed({ session, sequence, cursor: snapshot.cursor });
      return undefined;
    }
    // The commit just failed; the line starts again where the log ends.
    if (!entry) return { code: 'out-of-order', detail: lastAcceptedOf(this.#readLine(session, device)) };
    if (entry.cursor.seq > this.#state.stored.seq) commit.flush();
    // The disk has failed under it: nobody knows what became of it, and the relay ends.
    if (entry.cursor.seq > this.#state.stored.seq) return undefined;
    if (!equalBytes(this.#hashOf(entry.bytes), hash)) return { code: 'conflict' };
    author.acknowledge({ session, sequence, cursor: entry.cursor });
    return undefined;
  }

  // As a participant of the group commit

  store(): void {
    const { documents } = this.#deps.log;
    const document = this.#state.document ?? {
      row: documents.create(this.chat.row, this.documentId),
      isSealed: false,
      freed: startCursor,
    };
    const made: MadeRows = { document, sessions: new Map() };
    const entries: NewEntry[] = [];
    for (const { session, id, sequence, cursor, bytes } of this.#pending ?? []) {
      const line = this.#lines?.get(id);
      if (!line) throw new Error('an entry without its line');
      let sessionRow = line.row ?? made.sessions.get(id);
      if (sessionRow === undefined) {
        sessionRow = documents.createSession(document.row, session, line.device);
        made.sessions.set(id, sessionRow);
      }
      entries.push({ session: sessionRow, sequence, cursor, bytes });
    }
    documents.append(document.row, entries);
    this.#made = made;
  }
  written(): () => void {
    const entries = this.#pending ?? [];
    const made = this.#made;
    this.#pending = undefined;
    this.#made = undefined;
    this.#written = this.#end;
    this.#state.document = made?.document ?? this.#state.document;
    for (const [id, sessionRow] of made?.sessions ?? []) {
      const line = this.#lines?.get(id);
      if (line) this.#lines?.set(id, { ...line, row: sessionRow });
    }
    if (this.#lines && this.#lines.size > maxRememberedSessions) this.#lines = undefined;
    return () => this.#stored(entries);
  }
  #stored(entries: readonly PendingEntry[]): void {
    const last = entries.at(-1);
    if (last) this.#state.stored = last.cursor;
    for (const run of createRuns(entries)) {
      for (const follower of this.#followers)
        if (follower !== run.author) follower.deliver(run.firstSeq, run.entries.length, run.frameFor);
      for (const entry of run.entries) run.author.acknowledge(entry);
    }
    // Its readers go on while the relay is busy with the next room.
    for (const follower of this.#followers) follower.flush();
    this.#closeIfEmpty();
  }
  failed(failure: CommitFailure): void {
    const entries = this.#pending ?? [];
    this.#pending = undefined;
    this.#made = undefined;
    this.#end = this.#written;
    this.#state.kept = undefined;
    this.#lines = undefined;
    for (const { author } of entries) author.refuseAppend(failure);
    this.#closeIfEmpty();
  }
}
