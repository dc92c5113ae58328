// One open document: the end of its log, the lines of its sessions, and the channels that follow it. Entries are judged
// as they arrive (against what is stored and what is about to be), stored by the group commit, then acknowledged and
// passed on in log order. It never looks into a ciphertext.
import { equalBytes, type Bytes } from '../../shared/codec/bytes.ts';
import { extendLogHash, hashEntry, parseEntry, type EntryHeader } from '../../shared/protocol/entry.ts';
import type { Cursor } from '../../shared/protocol/frames/cursor.ts';
import { startCursor } from '../../shared/protocol/frames/cursor.ts';
import type { DocumentId, EntryHash, SessionId } from '../../shared/protocol/ids.ts';
import { maxBatchBytes, maxBatchEntries } from '../../shared/protocol/limits.ts';
import type { RefusalCode } from '../../shared/protocol/refusals.ts';
import { keyOf } from '../auth/keyOf.ts';
import { sha256 } from '../auth/sha256.ts';
import type { DeviceRow } from '../log/accounts.ts';
import type { Log } from '../log/createLog.ts';
import type { SessionRow, StoredDocument } from '../log/documents.ts';
import type { StoredSnapshot } from '../log/snapshots.ts';
import { maxRememberedSessions } from './bounds.ts';
import type { ChatRoom } from './chatRooms.ts';
import type { Clock } from './clock.ts';
import { loadDocument, type DocumentState } from './documentState.ts';
import { createRuns } from './fanOut.ts';
import type { CommitFailure, GroupCommit, Participant } from './groupCommit.ts';
import { lastAcceptedOf, placeOf, startLine, type SessionLine } from './sessionLine.ts';
import { createSnapshots } from './snapshots.ts';
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
  /** Someone else's signal: passed on at once, or never. */
  signal(sealed: Bytes): void;
}
export interface PendingEntry extends Acknowledgement {
  readonly author: Follower;
  readonly bytes: Bytes;
}
export type AppendRefusal = { readonly code: RefusalCode; readonly detail?: Bytes };
export type Room = ReturnType<typeof createRoom>;

export interface RoomDeps {
  readonly log: Log;
  readonly commit: GroupCommit;
  readonly clock: Clock;
  readonly wiping: Wiping;
}

export function createRoom(deps: RoomDeps, chat: ChatRoom, documentId: DocumentId) {
  const { log, commit } = deps;
  const key = keyOf(documentId);
  const state = loadDocument(log, chat.row, documentId);
  let end = state.stored;
  const lines = new Map<string, SessionLine>();
  const followers = new Set<Follower>();
  let pending: PendingEntry[] = [];
  /** Rows that the running transaction made; they count once it is through. */
  let made: { document: StoredDocument; sessions: Map<string, SessionRow> } | undefined;
  const snapshots = createSnapshots(deps, chat, documentId, state, followers);

  function lineOf(session: SessionId, device: DeviceRow): SessionLine {
    const known = lines.get(keyOf(session));
    if (known) return known;
    const found = state.document && log.documents.findSession(state.document, session);
    if (!found) return startLine(device);
    const last = found.last
      ? { sequence: found.last.sequence, hash: hashEntry(sha256, documentId, found.last.bytes) }
      : found.freed;
    if (!last) throw new Error('a session without entries');
    return { device: found.device, row: found.row, ...last };
  }

  /** The accepted entry of this number is compared with the repeated one; the same bytes are acknowledged again. */
  function repeat(
    author: Follower,
    device: DeviceRow,
    { session, sequence }: EntryHeader,
    hash: EntryHash,
  ): AppendRefusal | undefined {
    // What waits in this turn's commit is stored first: nothing is acknowledged before.
    if (pending.some((entry) => entry.sequence === sequence && equalBytes(entry.session, session)))
      commit.flush();
    const { document, snapshot } = state;
    const found = document && log.documents.findSession(document, session);
    const entry = document && found ? log.documents.entryOf(document, found.row, sequence) : undefined;
    if (!entry && snapshot && sequence <= (found?.freed?.sequence ?? 0)) {
      author.acknowledgeFreed({ session, sequence, cursor: snapshot.cursor });
      return undefined;
    }
    // The commit just failed; the line starts again where the log ends.
    if (!entry) return { code: 'out-of-order', detail: lastAcceptedOf(lineOf(session, device)) };
    if (!equalBytes(hashEntry(sha256, documentId, entry.bytes), hash)) return { code: 'conflict' };
    author.acknowledge({ session, sequence, cursor: entry.cursor });
    return undefined;
  }

  const participant: Participant = {
    store() {
      const document = state.document ?? {
        row: log.documents.create(chat.row, documentId),
        isSealed: false,
        freed: startCursor,
      };
      made = { document, sessions: new Map() };
      for (const { session, sequence, cursor, bytes } of pending) {
        const id = keyOf(session);
        const line = lines.get(id);
        if (!line) throw new Error('an entry without its line');
        let sessionRow = line.row ?? made.sessions.get(id);
        if (sessionRow === undefined) {
          sessionRow = log.documents.createSession(document.row, session, line.device);
          made.sessions.set(id, sessionRow);
        }
        log.documents.append(document.row, sessionRow, sequence, { cursor, bytes });
      }
    },
    stored() {
      const entries = pending;
      pending = [];
      state.stored = end;
      state.document = made?.document ?? state.document;
      for (const [id, sessionRow] of made?.sessions ?? []) {
        const line = lines.get(id);
        if (line) lines.set(id, { ...line, row: sessionRow });
      }
      if (lines.size > maxRememberedSessions) lines.clear();
      for (const run of createRuns(entries)) {
        for (const follower of followers)
          if (follower !== run.author) follower.deliver(run.firstSeq, run.entries.length, run.frameFor);
        for (const entry of run.entries) run.author.acknowledge(entry);
      }
      closeIfEmpty();
    },
    failed(failure) {
      const entries = pending;
      pending = [];
      end = state.stored;
      lines.clear();
      for (const { author } of entries) author.refuseAppend(failure);
      closeIfEmpty();
    },
  };

  function closeIfEmpty() {
    if (followers.size === 0 && pending.length === 0) chat.rooms.delete(key);
  }

  return {
    chat,
    documentId,
    join: (follower: Follower) => void followers.add(follower),
    leave(follower: Follower) {
      followers.delete(follower);
      closeIfEmpty();
    },
    followers: (): Iterable<Follower> => followers,
    /** The end of what is stored. */
    storedEnd: () => state.stored,
    state: (): Readonly<DocumentState> => state,
    snapshots,
    /** Also true of places that are gone: they can't be told from others any more, and get the snapshot. */
    isInLog({ seq, hash }: Cursor): boolean {
      if (seq === 0) return equalBytes(hash, startCursor.hash);
      if (seq < snapshots.freedSeq()) return true;
      const known = state.document && log.documents.hashAt(state.document, seq);
      return known !== undefined && equalBytes(known, hash);
    },
    /** Stored entries after `after`: at most one frame full. */
    read: (after: number): readonly Bytes[] =>
      state.document
        ? log.documents.read(state.document.row, after, state.stored.seq, maxBatchEntries, maxBatchBytes)
        : [],

    /** Takes an entry for the next commit, acknowledges a repeat, or says why not. */
    append(author: Follower, device: DeviceRow, bytes: Bytes): AppendRefusal | undefined {
      const entry = parseEntry(bytes);
      if (!entry) return { code: 'malformed' };
      const { header } = entry;
      const { session, sequence } = header;
      const line = lineOf(session, device);
      const place = placeOf(line, device, header);
      if (place === 'session-taken' || place === 'malformed') return { code: place };
      const hash = hashEntry(sha256, documentId, bytes);
      // Also under an old epoch: its acknowledgement may have been lost before the epoch ended.
      if (place === 'repeat') return repeat(author, device, header, hash);
      if (snapshots.isSealed()) return { code: 'sealed' };
      const { head, body } = chat.authority;
      if (header.epoch !== body.epoch) return { code: 'stale-epoch', detail: head };
      if (place === 'out-of-order') return { code: place, detail: lastAcceptedOf(line) };
      end = { seq: end.seq + 1, hash: extendLogHash(sha256, end.hash, hash) };
      lines.set(keyOf(session), { ...line, sequence, hash });
      pending.push({ author, session, sequence, cursor: end, bytes });
      commit.join(participant, bytes.length);
      return undefined;
    },
  };
}
