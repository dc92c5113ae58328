// What a channel brings, in order: entries and acknowledgements become runs that continue the cursor; what doesn't
// continue it begins the channel again. One run at a time; while one is being applied the next gathers.
import { equalBytes, type Bytes } from '../../shared/codec/bytes.ts';
import { extendLogHash, hashEntry, parseEntry, type EntryHeader } from '../../shared/protocol/entry.ts';
import type { Cursor } from '../../shared/protocol/frames/cursor.ts';
import type { DocumentId, EntryHash, SessionId } from '../../shared/protocol/ids.ts';
import { maxSnapshotBytes } from '../../shared/protocol/limits.ts';
import { sha256 } from '../crypto/hash.ts';
import type { RelaySnapshot } from '../sync/snapshotParts.ts';

/** Applied together at most: Yjs takes many in one transaction, and a pause stays under a frame. */
const maxRun = 256;
/** What waits here at most; what comes beyond is read again from the cursor once this is done. */
const maxWaiting = 4096;
/** The largest snapshot, and as much again of what follows it. */
const maxWaitingBytes = 2 * maxSnapshotBytes;

export interface OwnEntry {
  /** Of this run's session: its work below this clock is in this entry or an earlier one; otherwise the entry says so. */
  readonly clock: number;
  readonly header: EntryHeader;
  readonly hash: EntryHash;
  /** Acknowledged again: the cursor stands behind it already, by the entry itself or by a snapshot that stands for it. */
  readonly isRepeat: boolean;
}
export interface OwnPending {
  readonly entry: Bytes;
  /** Sealed before this run began: the document may have lost it since, and gets it again. */
  readonly isEarlierRun: boolean;
  readonly clock: number;
}
export interface InboxRun {
  /** In the log's order; `entry` is undefined for this run's own, which the document holds already. */
  readonly items: readonly { readonly entry?: Bytes; readonly hash: EntryHash }[];
  readonly own: readonly OwnEntry[];
  readonly cursor: Cursor;
  /** By how much the log grew. */
  readonly bytes: number;
}

export interface InboxDeps {
  readonly document: DocumentId;
  readonly cursor: () => Cursor;
  /** The entry that waits under this place, if this device has one there. */
  readonly ownPending: (session: SessionId, sequence: number) => OwnPending | undefined;
  /** The log up to the cursor has the entry of this place, or a snapshot stands for it. */
  readonly isTaken: (session: SessionId, sequence: number) => boolean;
  readonly restart: () => void;
  readonly apply: (run: InboxRun) => Promise<void>;
  /** A snapshot in the place of entries that went; all before it is applied. */
  readonly snapshot: (snapshot: RelaySnapshot) => Promise<void>;
  /** All events before it are applied; forked when the relay's log is another one than this device has seen. */
  readonly live: (isForked: boolean) => void;
}

interface Ack {
  readonly kind: 'ack';
  readonly session: SessionId;
  readonly sequence: number;
  readonly cursor: Cursor;
}
type Event =
  | { readonly kind: 'entry'; readonly seq: number; readonly entry: Bytes }
  | Ack
  | { readonly kind: 'live'; readonly cursor: Cursor }
  | { readonly kind: 'snapshot'; readonly snapshot: RelaySnapshot }
  /** Something was not taken for want of room. */
  | { readonly kind: 'missed' };

const bytesOf = (event: Event | undefined): number =>
  event?.kind === 'entry' ? event.entry.length : event?.kind === 'snapshot' ? event.snapshot.bytes.length : 0;

export function createInbox(deps: InboxDeps) {
  let events: Event[] = [];
  let waitingBytes = 0;
  let generation = 0;
  let draining: Promise<void> | undefined;
  /** The log was told shorter than what is here. */
  let wasShorter = false;
  /** An entry was acknowledged in a part of the log that was read here without it. */
  let wasMisplaced = false;

  const shift = () => {
    waitingBytes -= bytesOf(events[0]);
    return events.shift();
  };
  const clear = () => {
    events = [];
    waitingBytes = 0;
  };
  const push = (event: Event) => {
    if (events.at(-1)?.kind === 'missed') return;
    const bytes = bytesOf(event);
    if (events.length >= maxWaiting || waitingBytes + bytes > maxWaitingBytes)
      events.push({ kind: 'missed' });
    else {
      events.push(event);
      waitingBytes += bytes;
    }
    draining ??= drain().finally(() => {
      draining = undefined;
    });
  };

  async function drain() {
    // Frames of one turn of the event loop become one run.
    await Promise.resolve();
    while (events.length > 0) {
      const mine = generation;
      const { run, isGap, isForked } = takeRun();
      if (run.items.length > 0 || run.own.length > 0) await deps.apply(run);
      if (mine !== generation) continue;
      if (isForked) {
        clear();
        deps.live(true);
      } else if (isGap) {
        clear();
        deps.restart();
      } else if (events[0]?.kind === 'snapshot') {
        const { snapshot } = shift() as Event & { kind: 'snapshot' };
        await deps.snapshot(snapshot);
      } else if (events[0]?.kind === 'live') {
        const { cursor } = shift() as Event & { kind: 'live' };
        const here = deps.cursor();
        const isShorter = here.seq > cursor.seq;
        // Once may be an old word that came late; told again, it is another log.
        if (here.seq < cursor.seq || (isShorter && !wasShorter)) deps.restart();
        else deps.live(isShorter || !equalBytes(here.hash, cursor.hash));
        wasShorter = isShorter && !wasShorter;
      }
    }
  }

  /** Read already, or in this run. */
  const isHere = ({ session, sequence }: Ack, own: readonly OwnEntry[]) =>
    deps.isTaken(session, sequence) ||
    own.some(({ header }) => header.sequence === sequence && equalBytes(header.session, session));

  /** Takes the events that continue the cursor, up to the next `live` or snapshot. */
  function takeRun(): { run: InboxRun; isGap: boolean; isForked: boolean } {
    const items: { entry?: Bytes; hash: EntryHash }[] = [];
    const own: OwnEntry[] = [];
    let cursor = deps.cursor();
    let bytes = 0;
    const result = (isGap: boolean, isForked = false) => ({
      run: { items, own, cursor, bytes },
      isGap,
      isForked,
    });
    while (items.length < maxRun) {
      const [event] = events;
      if (!event || event.kind === 'live' || event.kind === 'snapshot') break;
      if (event.kind === 'missed') return result(true);
      if (event.kind === 'ack') {
        const pending = deps.ownPending(event.session, event.sequence);
        const header = pending && parseEntry(pending.entry)?.header;
        if (header) {
          const hash = hashEntry(sha256, deps.document, pending.entry);
          const isRepeat = event.cursor.seq <= cursor.seq;
          if (event.cursor.seq === cursor.seq + 1) {
            const next = { seq: cursor.seq + 1, hash: extendLogHash(sha256, cursor.hash, hash) };
            if (!equalBytes(next.hash, event.cursor.hash)) return result(false, true);
            cursor = next;
            bytes += pending.entry.length;
            items.push(pending.isEarlierRun ? { entry: pending.entry, hash } : { hash });
          } else if (event.cursor.seq > cursor.seq) return result(true);
          else if (!isHere(event, own)) {
            // Sent again it may get its place; if not, the relay goes by another log.
            const isForked = wasMisplaced;
            wasMisplaced = !isForked;
            return result(!isForked, isForked);
          }
          own.push({ header, hash, clock: pending.clock, isRepeat });
        }
      } else if (event.seq > cursor.seq + 1) return result(true);
      else if (event.seq === cursor.seq + 1) {
        const hash = hashEntry(sha256, deps.document, event.entry);
        cursor = { seq: event.seq, hash: extendLogHash(sha256, cursor.hash, hash) };
        bytes += event.entry.length;
        const header = parseEntry(event.entry)?.header;
        const pending = header && deps.ownPending(header.session, header.sequence);
        const isOwn = pending !== undefined && equalBytes(pending.entry, event.entry);
        if (header && isOwn) own.push({ header, hash, clock: pending.clock, isRepeat: false });
        items.push(isOwn && !pending.isEarlierRun ? { hash } : { entry: event.entry, hash });
      }
      shift();
    }
    return result(false);
  }

  return {
    /** A new subscription: what the last one left unread is read again from the cursor. */
    restart() {
      generation++;
      clear();
    },
    entries(firstSeq: number, entries: readonly Bytes[]) {
      entries.forEach((entry, index) => push({ kind: 'entry', seq: firstSeq + index, entry }));
    },
    snapshot: (snapshot: RelaySnapshot) => push({ kind: 'snapshot', snapshot }),
    live: (cursor: Cursor) => push({ kind: 'live', cursor }),
    acked: (session: SessionId, sequence: number, cursor: Cursor) =>
      push({ kind: 'ack', session, sequence, cursor }),
    isIdle: () => draining === undefined,
    waiting: () => ({ events: events.length, bytes: waitingBytes }),
    settled: () => draining ?? Promise.resolve(),
  };
}
