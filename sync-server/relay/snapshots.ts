// The snapshots of one open document: which is current, what may take its place, and what goes because of it (SPEC R30 to
// R34). It looks into a snapshot's header, and into nothing else of it.
import { equalBytes, type Bytes } from '../../shared/codec/bytes.ts';
import { hashEntry, hashSnapshot, parseSnapshot } from '../../shared/protocol/entry.ts';
import { startCursor, type Cursor } from '../../shared/protocol/frames/cursor.ts';
import { upNumberByType } from '../../shared/protocol/frames/up.ts';
import { noSnapshot, type SnapshotId } from '../../shared/protocol/ids.ts';
import type { RefusalCode } from '../../shared/protocol/refusals.ts';
import { sha256 } from '../auth/sha256.ts';
import type { UserRow } from '../log/accounts.ts';
import type { StoredDocument } from '../log/documents.ts';
import type { SnapshotRow, StoredSnapshot } from '../log/snapshots.ts';
import { confirmAfterMs } from './bounds.ts';
import { readHead } from './chatRooms.ts';
import type { DocumentState } from './documentState.ts';
import type { Follower, Room, RoomDeps } from './room.ts';
import type { Offer } from './snapshotParts.ts';

export type SnapshotRefusal = { readonly code: RefusalCode; readonly detail?: Bytes };
const nothing = new Uint8Array(0);

/** A class for the same reason as its room. */
export class Snapshots {
  readonly #deps: RoomDeps;
  readonly #room: Room;
  readonly #state: DocumentState;

  constructor(deps: RoomDeps, room: Room, state: DocumentState) {
    this.#deps = deps;
    this.#room = room;
    this.#state = state;
  }

  current(): StoredSnapshot | undefined {
    return this.#state.snapshot;
  }
  isSealed(): boolean {
    return this.#state.document?.isSealed === true;
  }
  /** Entries up to here are gone. */
  freedSeq(): number {
    return this.#state.document?.freed.seq ?? 0;
  }
  partOf({ row }: StoredSnapshot, from: number, length: number): Bytes {
    return this.#deps.log.snapshots.partOf(row, from, length) ?? nothing;
  }
  /** False as soon as it is known that this one can't be the next. */
  mayFollow(previous: SnapshotId): boolean {
    return equalBytes(previous, this.#currentId());
  }
  moved(): SnapshotRefusal {
    return { code: 'snapshot-moved', detail: this.#currentId() };
  }

  /**
   * The answer comes by `published` or `refuseSnapshot`, unless it is here.
   * @param mayPurgeAll the author has shown the admins' capability.
   */
  publish(author: Follower, user: UserRow, offer: Offer, mayPurgeAll: boolean): SnapshotRefusal | undefined {
    const { log, commit, clock } = this.#deps;
    const { chat, documentId } = this.#room;
    const parsed = parseSnapshot(offer.bytes);
    if (!parsed) return { code: 'malformed' };
    const { epoch, sequence: seq, previous: hash } = parsed.header;
    if (epoch !== chat.epoch) return { code: 'stale-epoch', detail: readHead(log, chat) };
    // What waits is stored first: the end of the log is then what it is.
    commit.flush();
    this.confirmByTime();
    const cursor: Cursor = { seq, hash: hash as Uint8Array as Cursor['hash'] };
    const refusal = this.#place(cursor, offer);
    if (refusal) return refusal;
    const { document } = this.#state;
    const isOwn = (session: (typeof offer.purged)[number]) =>
      document && log.documents.userOfSession(document.row, session) === user;
    if (!mayPurgeAll && !offer.purged.every(isOwn)) return { code: 'forbidden' };
    this.#store(author, offer, {
      id: hashSnapshot(sha256, documentId, offer.bytes),
      cursor,
      publisher: user,
      publishedAt: clock.now(),
      isCountersigned: offer.purged.length > 0,
      size: offer.bytes.length,
    });
    return undefined;
  }

  countersign(author: Follower, user: UserRow, id: SnapshotId): SnapshotRefusal | undefined {
    const { snapshot } = this.#state;
    if (!snapshot || !equalBytes(id, this.#currentId())) return this.moved();
    if (snapshot.publisher === user) return undefined;
    this.#confirm((failure) => author.refuseSnapshot(upNumberByType.countersign, failure));
    return undefined;
  }

  /** Two weeks without an objection count as a signature. False while the current one still waits for either. */
  confirmByTime(): boolean {
    const { snapshot } = this.#state;
    if (!snapshot || snapshot.isCountersigned) return true;
    const isDue = snapshot.publishedAt + confirmAfterMs <= this.#deps.clock.now();
    return isDue && this.#confirm(() => {});
  }

  #currentId(): SnapshotId {
    return this.#state.snapshot?.id ?? noSnapshot;
  }

  #free(document: StoredDocument, upTo: Cursor): void {
    const { documentId } = this.#room;
    const hashOf = (entry: Bytes) => hashEntry(sha256, documentId, entry);
    this.#deps.log.freedSpace.free(document, upTo, hashOf);
  }

  /** What the current snapshot stands for goes, and the one before it. True if that is durable. */
  #confirm(refuse: (code: RefusalCode) => void): boolean {
    const { log, commit } = this.#deps;
    const state = this.#state;
    const { document, snapshot } = state;
    if (!document || !snapshot || snapshot.isCountersigned) return true;
    const { row, cursor } = snapshot;
    let isDone = false;
    commit.join(
      {
        store: () => {
          log.snapshots.confirm(document.row, row);
          this.#free(document, cursor);
        },
        written: () => () => {
          isDone = true;
          state.document = { ...document, freed: cursor };
          state.snapshot = { ...snapshot, isCountersigned: true };
          state.kept = undefined;
        },
        failed: refuse,
      },
      0,
    );
    // At once: who appends or publishes next is judged by what is stored.
    commit.flush();
    return isDone;
  }

  #place(cursor: Cursor, { previous, isSeal }: Offer): SnapshotRefusal | undefined {
    const { snapshot, document, stored } = this.#state;
    const isBehind = snapshot && cursor.seq < snapshot.cursor.seq;
    if (!this.mayFollow(previous) || isBehind) return this.moved();
    const known = document
      ? this.#deps.log.documents.hashAt(document, cursor.seq)
      : cursor.seq === 0
        ? startCursor.hash
        : undefined;
    if (!known || !equalBytes(known, cursor.hash)) return this.moved();
    return isSeal && cursor.seq !== stored.seq ? this.moved() : undefined;
  }

  #store(author: Follower, offer: Offer, snapshot: Omit<StoredSnapshot, 'row'>): void {
    const { log, commit, wiping } = this.#deps;
    const state = this.#state;
    const isPurge = offer.purged.length > 0;
    const { cursor } = snapshot;
    const isSealed = offer.isSeal || this.isSealed();
    let document = state.document;
    let row = 0 as SnapshotRow;
    const tell = () => {
      for (const follower of this.#room.followers) follower.published({ ...snapshot, row }, isSealed);
    };
    commit.join(
      {
        store: () => {
          document = state.document ?? {
            row: log.documents.create(this.#room.chat.row, this.#room.documentId),
            isSealed: false,
            freed: startCursor,
          };
          if (isPurge) {
            log.snapshots.removeAll(document.row);
            this.#free(document, cursor);
          }
          row = log.snapshots.add(document.row, snapshot, offer.bytes);
          if (offer.isSeal) log.documents.seal(document.row);
        },
        written: () => () => {
          state.document = document && { ...document, isSealed, freed: isPurge ? cursor : document.freed };
          state.snapshot = { ...snapshot, row };
          state.kept = undefined;
          if (isPurge) wiping.afterwards(tell);
          else tell();
        },
        failed: (failure) => author.refuseSnapshot(upNumberByType.publish, failure),
      },
      offer.bytes.length,
    );
    commit.flush();
  }
}
