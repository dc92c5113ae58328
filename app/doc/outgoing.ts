// What this device has to say in a document: the provider's updates become sealed entries of this run's session, kept on
// the disk until the relay has acknowledged them. Entries of an earlier run that were never acknowledged go first, as
// they are: the relay takes each place once.
import * as Y from 'yjs';
import { equalBytes, type Bytes } from '../../shared/codec/bytes.ts';
import { hashEntry } from '../../shared/protocol/entry.ts';
import { idToText, parseId, type DocumentId, type SessionId } from '../../shared/protocol/ids.ts';
import { sha256 } from '../crypto/hash.ts';
import type { Random } from '../crypto/random.ts';
import type { DocumentPersistence } from '../storage/segmentPersistence.ts';
import type { Storage } from '../storage/storage.ts';
import type { ChatContext } from './chatContext.ts';
import { sealUpdate } from './entrySeal.ts';
import type { OwnEntry, OwnPending } from './inbox.ts';
import { isStale, resealEntries } from './reseal.ts';
import type { Sessions } from './sessions.ts';

/** Entries under way at once: enough to fill a fast line, few enough to send again after a break. */
const window = 128;

export interface UpdatePiece {
  readonly update: Uint8Array;
  readonly from: number;
  readonly to: number;
}
export interface OutgoingDeps {
  readonly context: ChatContext;
  readonly id: DocumentId;
  readonly rules: { readonly kind: number };
  readonly storage: Storage;
  readonly persistence: Pick<DocumentPersistence, 'addOwn'>;
  readonly random: Random;
  readonly sessions: Sessions;
  /** False where the line is full; `room` follows. */
  readonly append: (entry: Bytes) => boolean;
  /** Asks the provider for what is in no entry yet. */
  readonly ask: () => void;
  /** Cuts what the provider sends into pieces of this session's own work from a clock on. */
  readonly cut: (update: Uint8Array, session: SessionId, fromClock: number) => readonly UpdatePiece[];
  /** Records whose items lie in these clocks of this run's session. */
  readonly recordsAt: (from: number, to: number) => readonly string[];
}

interface Waiting {
  readonly session: SessionId;
  readonly sequence: number;
  readonly entry: Bytes;
  readonly records: readonly string[];
  readonly order: number;
  /** This run's: its work below this clock is in this entry or an earlier one. */
  readonly to?: number;
}

export async function createOutgoing(deps: OutgoingDeps) {
  const { context, id, storage, sessions } = deps;
  const document = idToText(id);
  const waiting: Waiting[] = [];
  /** How many at the front of `waiting` are under way. */
  let underWay = 0;
  let isOpen = false;
  let openings = 0;
  let sealing: Promise<void> = Promise.resolve();

  let nextOrder = 1;
  for (const row of await storage.pending(document)) {
    nextOrder = row.order + 1;
    const session = parseId<SessionId>(row.session, 8);
    if (session) waiting.push({ ...row, session });
  }

  const pump = () => {
    if (!isOpen) return;
    const until = Math.min(window, waiting.length);
    for (const next of waiting.slice(underWay, until)) {
      if (!deps.append(next.entry)) return;
      underWay++;
    }
  };

  async function seal(update: Uint8Array) {
    const session = sessions.own();
    if (!session) return;
    for (const piece of deps.cut(update, session.id, session.sealedClock)) {
      // Something before it could not be sealed: begin again there.
      if (piece.from > session.sealedClock) return deps.ask();
      const sequence = session.sequence + 1;
      const place = { kind: deps.rules.kind, session: session.id, sequence, previous: session.hash };
      const entry = await sealUpdate(context, id, place, piece.update, deps.random);
      const records = deps.recordsAt(piece.from, piece.to);
      const order = nextOrder++;
      const batch = storage
        .batch()
        .putPending({ document, session: idToText(session.id), sequence, order, entry, records })
        .deleteOutbox(records);
      await deps.persistence.addOwn(batch, piece.update).commit();
      session.sequence = sequence;
      session.hash = hashEntry(sha256, id, entry);
      session.sealedClock = piece.to;
      waiting.push({ session: session.id, sequence, entry, records, order, to: piece.to });
      pump();
    }
  }

  /** What a snapshot covers, the relay has had: it takes a repeat of that as it was. */
  const notTaken = () => {
    const lines = new Map(sessions.lines().map((line) => [idToText(line.session), line.sequence]));
    return waiting.filter((w) => w.sequence > (lines.get(idToText(w.session)) ?? 0));
  };
  /** In the same places, under the current epoch: all of it on the disk at once, or none (SPEC E4). */
  async function reseal() {
    const anew = await resealEntries(context, id, deps.rules.kind, notTaken(), deps.random);
    const batch = storage.batch();
    for (const { session, sequence, order, entry, records } of anew) {
      batch.putPending({ document, session: idToText(session), sequence, order, entry, records });
    }
    await batch.commit();
    const own = sessions.own();
    for (const one of anew) {
      const index = waiting.findIndex((w) => w.order === one.order);
      if (index !== -1) waiting[index] = one;
      if (own && equalBytes(own.id, one.session) && own.sequence === one.sequence) {
        own.hash = hashEntry(sha256, id, one.entry);
      }
    }
  }

  return {
    take(update: Uint8Array) {
      const next = sealing.then(() => seal(update));
      // What a full disk refused is asked for again with the next update, or at the next subscription.
      sealing = next.catch(() => {});
    },
    pending(session: SessionId, sequence: number): OwnPending | undefined {
      const found = waiting.find((w) => w.sequence === sequence && equalBytes(w.session, session));
      const own = sessions.own();
      const isEarlierRun = !own || !equalBytes(session, own.id);
      return found && { entry: found.entry, isEarlierRun, clock: found.to ?? 0 };
    },
    /** The relay has these: `onStored` learns which records they carry, and only then they leave the disk. */
    async stored(own: readonly OwnEntry[], onStored: (records: readonly string[]) => Promise<void>) {
      const batch = storage.batch();
      const records: string[] = [];
      for (const { header } of own) {
        const index = waiting.findIndex(
          (w) => w.sequence === header.sequence && equalBytes(w.session, header.session),
        );
        const found = waiting[index];
        if (!found) continue;
        waiting.splice(index, 1);
        if (index < underWay) underWay--;
        records.push(...found.records);
        batch.deletePending(document, idToText(found.session), found.sequence);
      }
      if (records.length > 0) await onStored(records);
      await batch.commit();
      pump();
    },
    /** All that the relay has is here: what waits, it never took. What names an old epoch is sealed anew first. */
    resume() {
      const opens = ++openings;
      const open = () => {
        if (opens !== openings) return;
        isOpen = true;
        underWay = 0;
        pump();
      };
      if (!notTaken().some(({ entry }) => isStale(context, entry))) return open();
      sealing = sealing.then(reseal).then(open, () => {});
    },
    /** The line takes more again. */
    room: pump,
    pause() {
      openings++;
      isOpen = false;
      underWay = 0;
    },
    /** All that others have, and of this run's session what is sealed: the provider answers with the rest. */
    sealedStateVector(doc: Y.Doc): Uint8Array {
      const clocks = Y.decodeStateVector(Y.encodeStateVector(doc));
      const session = sessions.own();
      if (session) clocks.set(session.client, session.sealedClock);
      return Y.encodeStateVector(clocks);
    },
    /** All that this device wrote here is sealed and acknowledged. */
    isDone: (doc: Y.Doc) => {
      const session = sessions.own();
      return (
        waiting.length === 0 && (!session || Y.getState(doc.store, session.client) === session.sealedClock)
      );
    },
    settled: () => sealing,
  };
}
