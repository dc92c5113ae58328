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
import type { DocumentRow, SessionRow } from '../log/documents.ts';
import { maxRememberedSessions } from './bounds.ts';
import type { ChatRoom } from './chatRooms.ts';
import { createRuns } from './fanOut.ts';
import type { CommitFailure, GroupCommit, Participant } from './groupCommit.ts';
import { lastAcceptedOf, placeOf, startLine, type SessionLine } from './sessionLine.ts';

export interface Acknowledgement {
  readonly session: SessionId;
  readonly sequence: number;
  readonly cursor: Cursor;
}
/** What a room tells a channel. */
export interface Follower {
  /** An entry of this channel's is stored. */
  acknowledge(ack: Acknowledgement): void;
  refuseAppend(code: CommitFailure): void;
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
}

export function createRoom({ log, commit }: RoomDeps, chat: ChatRoom, documentId: DocumentId) {
  const key = keyOf(documentId);
  let row = log.documents.find(chat.row, documentId);
  let stored: Cursor = row === undefined ? startCursor : log.documents.endOf(row);
  let end = stored;
  const lines = new Map<string, SessionLine>();
  const followers = new Set<Follower>();
  let pending: PendingEntry[] = [];
  /** Rows that the running transaction made; they count once it is through. */
  let made: { row: DocumentRow; sessions: Map<string, SessionRow> } | undefined;

  function lineOf(session: SessionId, device: DeviceRow): SessionLine {
    const known = lines.get(keyOf(session));
    if (known) return known;
    const found = row === undefined ? undefined : log.documents.findSession(row, session);
    if (!found) return startLine(device);
    if (!found.last) throw new Error('a session without entries');
    const hash = hashEntry(sha256, documentId, found.last.bytes);
    return { device: found.device, row: found.row, sequence: found.last.sequence, hash };
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
    const found = row === undefined ? undefined : log.documents.findSession(row, session);
    const entry = row !== undefined && found ? log.documents.entryOf(row, found.row, sequence) : undefined;
    // The commit just failed; the line starts again where the log ends.
    if (!entry) return { code: 'out-of-order', detail: lastAcceptedOf(lineOf(session, device)) };
    if (!equalBytes(hashEntry(sha256, documentId, entry.bytes), hash)) return { code: 'conflict' };
    author.acknowledge({ session, sequence, cursor: entry.cursor });
    return undefined;
  }

  const participant: Participant = {
    store() {
      const document = row ?? log.documents.create(chat.row, documentId);
      made = { row: document, sessions: new Map() };
      for (const { session, sequence, cursor, bytes } of pending) {
        const id = keyOf(session);
        const line = lines.get(id);
        if (!line) throw new Error('an entry without its line');
        let sessionRow = line.row ?? made.sessions.get(id);
        if (sessionRow === undefined) {
          sessionRow = log.documents.createSession(document, session, line.device);
          made.sessions.set(id, sessionRow);
        }
        log.documents.append(document, sessionRow, sequence, { cursor, bytes });
      }
    },
    stored() {
      const entries = pending;
      pending = [];
      stored = end;
      row = made?.row ?? row;
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
      end = stored;
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
    storedEnd: () => stored,
    isInLog({ seq, hash }: Cursor): boolean {
      const known =
        seq === 0 ? startCursor.hash : row === undefined ? undefined : log.documents.hashAt(row, seq);
      return known !== undefined && equalBytes(known, hash);
    },
    /** Stored entries after `after`: at most one frame full. */
    read: (after: number): readonly Bytes[] =>
      row === undefined ? [] : log.documents.read(row, after, stored.seq, maxBatchEntries, maxBatchBytes),

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
