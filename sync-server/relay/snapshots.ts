// The snapshots of one open document: which is current, what may take its place, and what goes because of it (SPEC R30 to
// R34). It looks into a snapshot's header, and into nothing else of it.
import { equalBytes, type Bytes } from '../../shared/codec/bytes.ts';
import { hashEntry, hashSnapshot, parseSnapshot } from '../../shared/protocol/entry.ts';
import { startCursor, type Cursor } from '../../shared/protocol/frames/cursor.ts';
import { upNumberByType } from '../../shared/protocol/frames/up.ts';
import { noSnapshot, type DocumentId, type SnapshotId } from '../../shared/protocol/ids.ts';
import type { RefusalCode } from '../../shared/protocol/refusals.ts';
import { sha256 } from '../auth/sha256.ts';
import type { Device } from '../log/accounts.ts';
import type { SnapshotRow, StoredSnapshot } from '../log/snapshots.ts';
import { confirmAfterMs } from './bounds.ts';
import type { ChatRoom } from './chatRooms.ts';
import type { DocumentState } from './documentState.ts';
import type { Follower, RoomDeps } from './room.ts';
import type { Offer } from './snapshotParts.ts';

export type SnapshotRefusal = { readonly code: RefusalCode; readonly detail?: Bytes };
const nothing = new Uint8Array(0);

export function createSnapshots(
  { log, commit, clock, wiping }: RoomDeps,
  chat: ChatRoom,
  documentId: DocumentId,
  state: DocumentState,
  followers: ReadonlySet<Follower>,
) {
  const hashOf = (entry: Bytes) => hashEntry(sha256, documentId, entry);
  const currentId = (): SnapshotId => state.snapshot?.id ?? noSnapshot;
  const moved = (): SnapshotRefusal => ({ code: 'snapshot-moved', detail: currentId() });

  /** What the current snapshot stands for goes, and the one before it. True if that is durable. */
  function confirm(refuse: (code: RefusalCode) => void): boolean {
    const { document, snapshot } = state;
    if (!document || !snapshot || snapshot.isCountersigned) return true;
    const { row, cursor } = snapshot;
    let isDone = false;
    commit.join(
      {
        store() {
          log.snapshots.confirm(document.row, row);
          log.freedSpace.free(document, cursor, hashOf);
        },
        stored() {
          isDone = true;
          state.document = { ...document, freed: cursor };
          state.snapshot = { ...snapshot, isCountersigned: true };
        },
        failed: refuse,
      },
      0,
    );
    // At once: who appends or publishes next is judged by what is stored.
    commit.flush();
    return isDone;
  }

  function confirmByTime(): boolean {
    const { snapshot } = state;
    if (!snapshot || snapshot.isCountersigned) return true;
    return snapshot.publishedAt + confirmAfterMs <= clock.now() ? confirm(() => {}) : false;
  }

  function place(cursor: Cursor, { previous, isSeal }: Offer): SnapshotRefusal | undefined {
    const isBehind = state.snapshot && cursor.seq < state.snapshot.cursor.seq;
    if (!equalBytes(previous, currentId()) || isBehind) return moved();
    const known = state.document
      ? log.documents.hashAt(state.document, cursor.seq)
      : cursor.seq === 0
        ? startCursor.hash
        : undefined;
    if (!known || !equalBytes(known, cursor.hash)) return moved();
    return isSeal && cursor.seq !== state.stored.seq ? moved() : undefined;
  }

  function store(author: Follower, offer: Offer, snapshot: Omit<StoredSnapshot, 'row'>) {
    const isPurge = offer.purged.length > 0;
    const { cursor } = snapshot;
    const isSealed = offer.isSeal || state.document?.isSealed === true;
    let document = state.document;
    let row = 0 as SnapshotRow;
    const tell = () => {
      for (const follower of followers) follower.published({ ...snapshot, row }, isSealed);
    };
    commit.join(
      {
        store() {
          document = state.document ?? {
            row: log.documents.create(chat.row, documentId),
            isSealed: false,
            freed: startCursor,
          };
          if (isPurge) {
            log.snapshots.removeAll(document.row);
            log.freedSpace.free(document, cursor, hashOf);
          }
          row = log.snapshots.add(document.row, snapshot, offer.bytes);
          if (offer.isSeal) log.documents.seal(document.row);
        },
        stored() {
          state.document = document && { ...document, isSealed, freed: isPurge ? cursor : document.freed };
          state.snapshot = { ...snapshot, row };
          if (isPurge) wiping.afterwards(tell);
          else tell();
        },
        failed: (failure) => author.refuseSnapshot(upNumberByType.publish, failure),
      },
      offer.bytes.length,
    );
    commit.flush();
  }

  return {
    current: () => state.snapshot,
    isSealed: () => state.document?.isSealed === true,
    /** Entries up to here are gone. */
    freedSeq: () => state.document?.freed.seq ?? 0,
    partOf: ({ row }: StoredSnapshot, from: number, length: number): Bytes =>
      log.snapshots.partOf(row, from, length) ?? nothing,
    /** False as soon as it is known that this one can't be the next. */
    mayFollow: (previous: SnapshotId) => equalBytes(previous, currentId()),
    moved,

    /** The answer comes by `published` or `refuseSnapshot`, unless it is here. */
    publish(author: Follower, device: Device, offer: Offer): SnapshotRefusal | undefined {
      const parsed = parseSnapshot(offer.bytes);
      if (!parsed) return { code: 'malformed' };
      const { epoch, sequence: seq, previous: hash } = parsed.header;
      const { head, body } = chat.authority;
      if (epoch !== body.epoch) return { code: 'stale-epoch', detail: head };
      // What waits is stored first: the end of the log is then what it is.
      commit.flush();
      confirmByTime();
      const cursor: Cursor = { seq, hash: hash as Uint8Array as Cursor['hash'] };
      const refusal = place(cursor, offer);
      if (refusal) return refusal;
      const { document } = state;
      const isOwn = (session: (typeof offer.purged)[number]) =>
        document && log.documents.userOfSession(document.row, session) === device.user;
      if (!offer.purged.every(isOwn)) return { code: 'forbidden' };
      store(author, offer, {
        id: hashSnapshot(sha256, documentId, offer.bytes),
        cursor,
        publisher: device.user,
        publishedAt: clock.now(),
        isCountersigned: offer.purged.length > 0,
        size: offer.bytes.length,
      });
      return undefined;
    },

    countersign(author: Follower, device: Device, id: SnapshotId): SnapshotRefusal | undefined {
      if (!state.snapshot || !equalBytes(id, currentId())) return moved();
      if (state.snapshot.publisher === device.user) return undefined;
      confirm((failure) => author.refuseSnapshot(upNumberByType.countersign, failure));
      return undefined;
    },

    /** Two weeks without an objection count as a signature. False while the current one still waits for either. */
    confirmByTime,
  };
}
