// A segment: the records of a chat, in a row of arrays, one for each session that wrote here. Gives out records as their
// items arrive, whatever way they came (disk, relay, this device); takes new ones.
import * as Y from 'yjs';
import { entryKinds } from '../../shared/protocol/entry.ts';
import type { Cursor } from '../../shared/protocol/frames/cursor.ts';
import { idToText, type RecordId } from '../../shared/protocol/ids.ts';
import type { OutboxRow } from '../storage/schema.ts';
import type { SegmentPersistence } from '../storage/segmentPersistence.ts';
import { readRecord, verifyRecord, type SealedRecord } from './record.ts';
import type { SealedDocumentDeps } from './documentRules.ts';
import { createSealedDocument } from './sealedDocument.ts';
import type { SessionLine } from './snapshot.ts';
import { segmentDatabase } from './lostDocuments.ts';
import { openSegmentDisk } from './segmentDisk.ts';
import {
  encodeSegmentState,
  holdsErased,
  lackOf,
  itemsOfState,
  pairsOf,
  type SegmentItem,
} from './segmentState.ts';
import { arrayOf, checkSegmentSnapshot, checkSegmentUpdate, takeOwnPieces } from './segmentUpdate.ts';

/** An entry's worth of items: small enough to travel beside others, large enough to spare entries after a long time offline. */
const maxPieceBytes = 64 * 1024;

/** A complete segment, as it is kept: nothing of it is written back by itself. */
export interface KeptSegment {
  readonly cursor: Cursor;
  readonly sessions: readonly SessionLine[];
  readonly update: Uint8Array;
}
export type SegmentDeps = Omit<
  SealedDocumentDeps,
  'doc' | 'rules' | 'persistence' | 'cut' | 'recordsAt' | 'onState'
> & {
  readonly onItems: (items: readonly SegmentItem[]) => void;
  /** Whether the message of this record is known here as deleted. */
  readonly isDeleted: (id: string) => Promise<boolean>;
  readonly kept?: KeptSegment;
};
export type Segment = Awaited<ReturnType<typeof createSegment>>;

export async function createSegment(deps: SegmentDeps) {
  const doc = new Y.Doc({ gc: true });
  const documentText = idToText(deps.id);
  /** Records of this run's session by the clock of their header. */
  const recordByClock = new Map<number, string>();

  // What was decided but reached no sealed entry before the last run ended. Read before anything is open.
  const unsealed = await deps.storage.outbox(documentText);

  let records = 0;
  let bytes = 0;
  doc.on('afterTransaction', (transaction) => {
    const items = newItems(doc, transaction);
    if (items.length === 0) return;
    records += items.length;
    for (const { header, body } of items) bytes += header.length + (body?.length ?? 0);
    deps.onItems(items);
  });
  const persistence = deps.kept
    ? createKeptPersistence(doc, deps.kept)
    : openSegmentDisk(segmentDatabase(deps.storage, deps.id, deps.generation ?? 0), doc);
  const sealed = await createSealedDocument({
    ...deps,
    held: deps.kept ? undefined : deps.held,
    doc,
    persistence,
    rules: {
      kind: entryKinds.segment,
      check: (update, { session }) => checkSegmentUpdate(update, session),
      snapshotKind: entryKinds.segmentSnapshot,
      encodeState: (clocks) => encodeSegmentState(doc, clocks),
      checkState: checkSegmentSnapshot,
      holdsErased: (state) => holdsErased(itemsOfState(state), doc),
      lackOf: (state, clocks) =>
        lackOf(itemsOfState(state), doc, clocks, {
          async isRecord(header) {
            const record = readRecord(deps.context, header);
            return record !== undefined && (await verifyRecord(deps.context, record));
          },
          async isDeleted(header) {
            const id = readRecord(deps.context, header)?.header.id;
            return id !== undefined && (await deps.isDeleted(idToText(id)));
          },
        }),
    },
    // Also what Yjs has something else in the place of: records verify by themselves, and count once.
    onState: (state) => deps.onItems(itemsOfState(state)),
    cut: (update, session, fromClock) => takeOwnPieces(update, session, fromClock, maxPieceBytes),
    recordsAt(from, to) {
      const records: string[] = [];
      for (let clock = from; clock < to; clock += 2) {
        const record = recordByClock.get(clock);
        if (record !== undefined) records.push(record);
      }
      return records;
    },
  }).catch(async (error: unknown) => {
    await persistence.close().catch(() => {});
    throw error;
  });

  const append = (rows: readonly { readonly id: string; readonly record: SealedRecord }[]) => {
    if (rows.length === 0) return;
    sealed.write(() => {
      const { session } = sealed;
      let clock = Y.getState(doc.store, session.client);
      for (const { id } of rows) {
        recordByClock.set(clock, id);
        clock += 2;
      }
      doc
        .getArray<Uint8Array>(arrayOf(session.id))
        .push(rows.flatMap(({ record }) => [record.header, record.body]));
    });
  };
  append(unsealed.map((row) => ({ id: row.id, record: row })));

  return {
    ...sealed,
    isFull: () => sealed.isFull() || records >= deps.limits.fullRecords || bytes >= deps.limits.fullBytes,
    /** Its records as they lie here, those of this device that reached no entry included. */
    items: () => [...doc.store.clients.values()].flatMap(pairsOf),
    /** The Yjs clients in it of sessions that this person's devices are known to have begun, here or in `known`. */
    ownClients: (known: readonly number[] = []) =>
      [...doc.store.clients.keys()].filter((client) => known.includes(client) || sealed.isOwnClient(client)),
    /** Closes it, and takes it from the disk. */
    async clear() {
      await sealed.close();
      await persistence.clear();
    },
    /** Appends records whose outbox rows are on the disk already. */
    append,
    outboxRow: (id: RecordId, record: SealedRecord): Omit<OutboxRow, 'n'> => ({
      id: idToText(id),
      document: documentText,
      ...record,
    }),
    /**
     * Takes a deleted record's body out of the document on this device, and with the next `flush` from its disk. False
     * where it is in no entry yet: an entry carries whole records only; ask again once it is stored.
     */
    eraseBody(place: SegmentItem['place']): boolean {
      const { session } = sealed;
      if (place.client === session.client && place.clock + 1 >= session.sealedClock) return false;
      const structs = doc.store.clients.get(place.client);
      const item = structs && structs[Y.findIndexSS(structs, place.clock + 1)];
      if (item instanceof Y.Item && !item.deleted) doc.transact((t) => item.delete(t), 'erase');
      // Also where it was erased before: the last run may have ended before that was written.
      persistence.forget();
      return true;
    },
  };
}

/** In memory: a complete segment that was opened to change something in it. */
function createKeptPersistence(doc: Y.Doc, { cursor, sessions, update }: KeptSegment): SegmentPersistence {
  Y.applyUpdate(doc, update);
  const lines = sessions.map(({ session, sequence, hash }) => [
    idToText(session),
    { sequence, hash: idToText(hash), device: '' },
  ]);
  return {
    whenLoaded: Promise.resolve(),
    isDamaged: () => false,
    addOwn: (batch) => batch,
    cursor: async () => ({
      seq: cursor.seq,
      hash: idToText(cursor.hash),
      sessions: Object.fromEntries(lines),
    }),
    saveCursor: async () => {},
    forget() {},
    close: async () => {},
    clear: async () => {},
  };
}

/** The record items that a transaction added: pairs, a header on each even clock of its session. */
function newItems(doc: Y.Doc, transaction: Y.Transaction): SegmentItem[] {
  const items: SegmentItem[] = [];
  for (const [client, after] of transaction.afterState) {
    const before = transaction.beforeState.get(client) ?? 0;
    const structs = doc.store.clients.get(client);
    if (after <= before || !structs) continue;
    items.push(...pairsOf(structs.slice(Y.findIndexSS(structs, before))));
  }
  return items;
}
