// Records of a room: what comes in from its segments becomes rows, each once; and what rows say is gone leaves the
// documents.
import { idToText } from '../../shared/protocol/ids.ts';
import type { ChatAccess } from '../account/chatAccess.ts';
import type { ChatContext } from '../doc/chatContext.ts';
import { isChangeKind } from '../doc/bodies.ts';
import { faultOf, openBody, readRecord, verifyRecord } from '../doc/record.ts';
import type { SegmentItem } from '../doc/segmentState.ts';
import { broughtBack, editedBy, type BroughtBack, type ReadItem } from './broughtBack.ts';
import { deletedOf } from './deletedRecords.ts';
import type { Erasures } from './erasures.ts';
import {
  cameIn,
  erasedRecord,
  projectRecords,
  type ErasedRecord,
  type Projected,
  type ProjectedRecord,
  type ProjectionDeps,
} from './projection.ts';
import type { KnownRecords } from '../storage/storage.ts';
import { reprojectRecords } from './reproject.ts';
import type { RoomState } from './roomState.ts';
import { hasNumber } from './spans.ts';

export interface RoomRecordsDeps {
  readonly state: RoomState;
  readonly projection: ProjectionDeps;
  readonly context: ChatContext;
  readonly documents: ChatAccess['documents'];
  readonly erasures: Erasures;
  readonly onSetAside: (reason: string) => void;
  readonly onProjected: (projected: Projected) => void;
}
/** Of a chat whose rows are made again: first the one, then the other. */
export type RemadePart = 'changes' | 'messages';
export type RoomRecords = ReturnType<typeof createRoomRecords>;

/** All of it runs in the room's queue. */
export function createRoomRecords(deps: RoomRecordsDeps) {
  const { state, projection, context, documents, erasures } = deps;
  const { storage } = projection;
  /** Where records of open segments lie, by segment and id; most in one place. */
  const places = new Map<number, Map<string, SegmentItem['place'][]>>();
  const placesOf = (n: number, id: string): readonly SegmentItem['place'][] => places.get(n)?.get(id) ?? [];

  function note(n: number, id: string, place: SegmentItem['place']) {
    const known = placesOf(n, id);
    if (known.some(({ client, clock }) => client === place.client && clock === place.clock)) return;
    const byId = places.get(n) ?? new Map<string, SegmentItem['place'][]>();
    places.set(n, byId.set(id, [...known, place]));
  }
  /** Of those that were left nobody asks any more. */
  function forgetLeft(unsealed: number) {
    for (const n of places.keys()) if (n < unsealed) places.delete(n);
  }

  /** Records as they came: checked, shown, and counted once. */
  async function take(n: number, items: readonly SegmentItem[], isNew: boolean) {
    const document = documents.segment(n);
    const { unsealed } = state.chat().segments ?? { unsealed: 0 };
    forgetLeft(unsealed);
    const faults = new Set<string>();
    const read = items.flatMap((item) => {
      const record = readRecord(context, item.header);
      if (!record) faults.add(faultOf(context, item.header));
      if (record && n >= unsealed) note(n, idToText(record.header.id), item.place);
      return record ? [{ record, item }] : [];
    });
    const ids = read.map(({ record }) => idToText(record.header.id));
    const rows = await (isNew ? storage.records(ids) : storage.wordlessRecords(ids));
    const counted = read.filter(({ record }) => rows.known.has(idToText(record.header.id)));
    // Of what was on the disk before, only what the last run had no time to look at has come again.
    const again = isNew ? counted : await unseen(n, counted, rows);
    const fresh: readonly (ReadItem | BroughtBack)[] = [
      ...read.filter(({ record }) => !rows.known.has(idToText(record.header.id))),
      ...(await broughtBack(context, storage, again, rows, projection.nowMs())),
    ];
    const outbox = fresh.length > 0 ? await storage.outbox(idToText(document)) : [];
    const records = await verified(n, fresh, new Set(outbox.map((row) => row.id)));
    if (fresh.length > records.length) faults.add('bad-record');
    for (const fault of faults) deps.onSetAside(fault);
    await project(records, true);
    // What was read is as it was, unless these have changed it.
    if (again.length > 0) await noteKnown(n, again, records.length > 0 ? undefined : rows);
  }

  /**
   * Whole ones among these, though their rows have them as deleted, or by their header alone, and nothing is about to erase
   * them: the app ended, or the disk was full, after the segment had them and before the rows did.
   */
  async function unseen(
    n: number,
    read: readonly ReadItem[],
    rows: KnownRecords,
  ): Promise<readonly ReadItem[]> {
    const { changes } = rows;
    const deleted = await deletedOf(storage, rows);
    const isGone = (id: string) => deleted.has(id) || changes.get(id)?.change.kind === 'erased';
    const back = read.filter(
      ({ record: { header }, item }) =>
        isGone(idToText(header.id)) && openBody(context, header, item.body) !== undefined,
    );
    if (back.length === 0) return [];
    const known = new Set((await storage.erasures(state.chat().id, n)).map(({ record }) => record));
    return back.filter(({ record }) => !known.has(idToText(record.header.id)));
  }

  /** As the projection takes them; those that their authors did not sign are left out. */
  async function verified(
    n: number,
    read: readonly (ReadItem | BroughtBack)[],
    waiting: ReadonlySet<string>,
  ): Promise<readonly ProjectedRecord[]> {
    const checked = await Promise.all(
      read.map(async ({ record, item, ...known }): Promise<ProjectedRecord | undefined> => {
        if (!(await verifyRecord(context, record))) return undefined;
        return {
          header: record.header,
          user: idToText(record.author.user),
          segment: n,
          body: openBody(context, record.header, item.body),
          isWaiting: waiting.has(idToText(record.header.id)),
          ...known,
        };
      }),
    );
    return checked.filter((record) => record !== undefined);
  }

  /** Rows of records that were counted are made again; of others for the first time. */
  async function remake(n: number, items: readonly Pick<SegmentItem, 'header' | 'body'>[], part: RemadePart) {
    const chat = state.chat();
    const read = items.flatMap((item) => {
      const record = readRecord(context, item.header);
      const isChange = record !== undefined && isChangeKind(record.header.kind);
      return record && isChange === (part === 'changes') ? [{ record, item }] : [];
    });
    const rows = await storage.messages.many(read.map(({ record }) => idToText(record.header.id)));
    const own = read.filter(({ record: { header } }) => {
      const row = rows.get(idToText(header.id));
      // Another's under the same id was not the first, and counts nowhere.
      return !row || (row.device === idToText(header.device) && row.sequence === header.sequence);
    });
    const waiting = await storage.waitingRecords(own.map(({ record }) => idToText(record.header.id)));
    const records = await verified(n, own, waiting);
    const isCounted = ({ header }: ProjectedRecord) => {
      const chain = chat.chains[idToText(header.device)];
      return chain && (header.sequence <= chain.sequence || hasNumber(chain.ahead, header.sequence));
    };
    const remade = await reprojectRecords(projection, chat, records.filter(isCounted));
    const { erased } = remade;
    await erasures.add(remade.batch, erased).commit();
    if (remade.chat !== chat) state.written(remade.chat);
    await erase(erased);
    await project(records.filter((record) => !isCounted(record)));
  }

  /**
   * A record may come twice (it was moved, or said again): it lies where it came last, and a body that was deleted is
   * erased wherever it comes.
   */
  async function noteKnown(n: number, read: readonly ReadItem[], rows?: KnownRecords) {
    const { messages, changes } =
      rows ?? (await storage.records(read.map(({ record }) => idToText(record.header.id))));
    const named = new Map(changes);
    const batch = storage.batch();
    for (const message of messages.values()) {
      if (message.segment !== n) batch.putMessage({ ...message, ...cameIn(message, n) });
    }
    for (const one of read) {
      const change = changes.get(idToText(one.record.header.id));
      if (!change) continue;
      const target = change.target || editedBy(context, one);
      named.set(change.id, { ...change, target });
      if (change.segment !== n || target !== change.target) {
        batch.putChange({ ...change, ...cameIn(change, n), target });
      }
    }
    await batch.commit();
    const whole = read.filter(({ item }) => item.body !== undefined && item.body.length > 0);
    const deleted = await deletedOf(storage, { messages, changes: named });
    const back = whole.flatMap(({ record: { header, author } }): ErasedRecord[] => {
      const id = idToText(header.id);
      return deleted.has(id) ? [{ id, author: idToText(author.user), segments: [n] }] : [];
    });
    if (back.length === 0) return;
    await erasures.add(storage.batch(), back, true).commit();
    await erasures.run(n);
  }

  async function project(records: readonly ProjectedRecord[], areNew = false) {
    if (records.length === 0) return;
    const projected = await projectRecords(projection, state.chat(), records, areNew);
    await erasures.add(projected.batch, projected.erased).commit();
    state.written(projected.chat);
    if (projected.isForked) deps.onSetAside('forked-chain');
    // What waited for this device's own deletion to be stored waits no more, if others know one.
    await erase([...projected.erased, ...projected.deletedAgain]);
    deps.onProjected(projected);
  }

  async function erase(erased: readonly ErasedRecord[]) {
    for (const n of new Set(erased.flatMap(({ segments }) => segments))) await erasures.run(n);
  }

  /** The relay has these now. */
  async function stored(ids: readonly string[]) {
    const batch = storage.batch();
    const messages = [...(await storage.messages.many(ids)).values()];
    for (const message of messages) batch.putMessage({ ...message, isStored: true });
    await batch.commit();
    // Deleted while it was under way, or a deletion that has only now reached the relay.
    const targets = await storage.messages.many((await storage.changes(ids)).map(({ target }) => target));
    const deleted = [...messages, ...targets.values()].filter(({ kind }) => kind === 'deleted');
    const changes = await storage.changesOf(deleted.map(({ id }) => id));
    const edits = changes.filter(({ change }) => change.kind === 'edit');
    state.later(() => erase([...deleted, ...edits].map(erasedRecord)));
  }

  return {
    take,
    remake,
    stored,
    erase,
    placesOf,
  };
}
