// One chat at work: its segment and meta document, its rows, its presence. Everything that changes the chat's state goes
// through one queue, so that each step sees what the last one left.
import type { Cursor } from '../../shared/protocol/frames/cursor.ts';
import { idToText, parseId, type RecordId, type SnapshotId } from '../../shared/protocol/ids.ts';
import type { ChatAccess } from '../account/chatAccess.ts';
import type { Identity } from '../account/identity.ts';
import type { Random } from '../crypto/random.ts';
import type { Body } from '../doc/bodies.ts';
import type { DocumentLimits } from '../doc/documentLimits.ts';
import { createMeta } from '../doc/meta.ts';
import { openBody, sealRecord } from '../doc/record.ts';
import { createSegmentRow, type SegmentRow } from '../doc/segmentRow.ts';
import type { HeldSessions } from '../doc/sessions.ts';
import type { Signals, SignalKind } from '../doc/signals.ts';
import { parseBase64url } from '../../shared/codec/base64url.ts';
import type { Batch } from '../storage/batch.ts';
import type { StoredChat, StoredMessage } from '../storage/models.ts';
import type { Storage } from '../storage/storage.ts';
import type { Link } from '../sync/link.ts';
import type { RelayClock } from '../sync/relayTime.ts';
import { isDeleted } from './deletedRecords.ts';
import { createErasures } from './erasures.ts';
import { createKeptChecks } from './keptChecks.ts';
import { createKeptSegments } from './keptSegments.ts';
import { createLeftEpochs } from './leftEpochs.ts';
import { createLeaving } from './leaving.ts';
import type { Presence } from './presence.ts';
import { lastSaid, projectRecords, withLast, type ProjectionDeps } from './projection.ts';
import { timeOfRecord } from './recordTime.ts';
import { createRestoring } from './restoring.ts';
import { createRoomMarks } from './roomMarks.ts';
import { createRoomRecords, type RemadePart } from './roomRecords.ts';
import { createRoomState } from './roomState.ts';
import { sayElsewhere } from './sayElsewhere.ts';
import { isMisheard, withFault } from './setAsideEntries.ts';

export interface RoomDeps {
  readonly identity: Identity;
  readonly storage: Storage;
  readonly link: Link;
  readonly clock: RelayClock;
  readonly random: Random;
  readonly limits: DocumentLimits;
  readonly hashTerm: (term: string) => number;
  readonly selfName: () => string;
  readonly held: HeldSessions;
  /** What outlives the room, whose documents come and go (`rooms.ts`). */
  readonly access: ChatAccess;
  readonly signals: Signals;
  readonly presence: Presence;
  /** The relay has forgotten this chat, or tells another story of it: it is to be opened anew. */
  readonly onDiverged: (chat: string) => void;
  /** The disk didn't take something: the chat is to be opened again, from what the disk has. Throws what is no such error. */
  readonly onFailed: (error: unknown) => void;
  /** New, verified messages of others. */
  readonly onArrived: (chat: StoredChat, messages: readonly StoredMessage[]) => void;
}
/** A few frames' worth of work. */
const remadeAtOnce = 64;

type Places = NonNullable<StoredChat['rest']>;
const placeToStored = (place: Cursor & { readonly snapshot: SnapshotId }) => ({
  seq: place.seq,
  hash: idToText(place.hash),
  snapshot: idToText(place.snapshot),
});

/** The relay has another log than this device has seen, or gave this device's place in it to another. */
const isLostPlace = (code: string): boolean =>
  code === 'diverged' || code === 'conflict' || code === 'session-taken';

export type Room = Awaited<ReturnType<typeof createRoom>>;

export async function createRoom(deps: RoomDeps, begun: StoredChat) {
  const { storage, clock, identity, random, access, signals, presence } = deps;
  const { context, documents } = access;
  const selfUser = idToText(identity.user);
  const selfDevice = idToText(identity.device);
  const projection: ProjectionDeps = {
    storage,
    hashTerm: deps.hashTerm,
    selfUser,
    selfDevice,
    nowMs: () => clock.now(),
  };
  const state = createRoomState(storage, begun, deps.onFailed);
  const { enqueue, later } = state;
  let isClosing = false;
  const beginAnew = () => deps.onDiverged(begun.id);

  const setAside = (reason: string) =>
    later(async () => {
      await storage.batch().addSetAside(begun.id, reason, clock.now()).commit();
      const next = withFault(state.chat(), reason);
      if (next !== state.chat()) await state.put(next);
    });
  const onWhole = () =>
    later(async () => {
      const { trouble, ...chat } = state.chat();
      if (trouble === 'gap') await state.put(chat);
    });

  const shared = {
    context,
    storage,
    link: deps.link,
    clock,
    random,
    limits: deps.limits,
    held: deps.held,
    onSetAside: setAside,
    onFailed: deps.onFailed,
    onRefused(code: string) {
      if (isLostPlace(code)) beginAnew();
      // Nothing is set aside for want of room at the relay: it goes again.
      else if (code !== 'disk-full') setAside(`refused ${code}`);
    },
    generation: begun.segments?.generation ?? 0,
    // Deletions that have come in have left the document once the queue is through.
    beforeReview: state.settled,
    onDeletionMissing() {
      row.askAgain();
      restoring.deletionMissing();
    },
    isDeleted: (id: string) => isDeleted(storage, id),
  };
  const placeOf = () => state.chat().segments ?? { open: 0, unsealed: 0 };
  const keptDeps = { chat: begun.id, context, storage, documentOf: documents.segment, shared };
  const kept = createKeptSegments({ ...keptDeps, onDiffers: (n) => restoring.differs(n) });
  const checks = createKeptChecks({
    ...keptDeps,
    selfUser,
    link: deps.link,
    current: () => row.current(),
    onCompared: () => restoring.goOn(),
    onReading: kept.leave,
    later,
    take: (n, items) => records.take(n, items, true),
  });
  // Before the documents: the relay may have something to say of them as soon as they are open.
  const restoring = createRestoring({
    context,
    storage,
    clock,
    randomUnit: () => (random(1)[0] ?? 0) / 256,
    documents,
    selfUser,
    chat: state.chat,
    segment: (n) => row.get(n),
    isComplete: (n) => leaving.isComplete(n),
    meta: () => meta,
    kept,
    onRestored: () => row.sealFull(),
    checks,
    erase: (n) => erasures.run(n),
    later,
    putChat: state.put,
  });
  const erasures = createErasures({
    chat: begun.id,
    selfUser,
    storage,
    row: () => row,
    kept,
    isChecked: checks.isOpen,
    unsealed: () => placeOf().unsealed,
    placesOf: (...of) => records.placesOf(...of),
  });
  const records = createRoomRecords({
    state,
    projection,
    context,
    documents,
    erasures,
    onSetAside: setAside,
    onProjected({ arrived }) {
      for (const { author } of arrived) presence.wrote(author);
      if (arrived.length > 0) deps.onArrived(state.chat(), arrived);
      marks.schedule();
    },
  });
  const leaving = createLeaving({
    state,
    context,
    storage,
    documentOf: documents.segment,
    row: () => row,
    restoring: () => restoring,
    erase: (n) => erasures.run(n),
  });
  later(leaving.begin);
  const marks = createRoomMarks({
    state,
    storage,
    clock,
    self: context.self,
    selfName: deps.selfName,
    meta: () => meta,
  });
  const leftEpochs = createLeftEpochs({ ...deps, state, meta: () => meta, onMisheard: beginAnew });
  /** Not all of it opens: nothing of it goes on beside the chat as it is opened next. */
  async function abandon(error: unknown): Promise<never> {
    restoring.close();
    marks.close();
    await state.abandon();
    await kept.close();
    await checks.close();
    throw error;
  }
  const row: SegmentRow = await createSegmentRow(
    {
      ...shared,
      documentOf: documents.segment,
      maySeal: () => !placeOf().lost?.length,
      mayLeap: () => restoring.mayLeap(),
      onItems: (n, items, isNew) => later(() => records.take(n, items, isNew)),
      onStored: (ids) => enqueue(() => records.stored(ids)),
      onOpened: (open) => later(() => state.put({ ...state.chat(), segments: { ...placeOf(), open } })),
      onLeapt: (n) => void leaving.leapt(n),
      onWhole,
      onSealCorrected: (n, state) =>
        later(() =>
          sayElsewhere({ context, storage, selfUser, documentOf: documents.segment, row }, n, state),
        ),
      onSealed: (n) => void leaving.completed(n),
      onPurged: (n) => later(() => erasures.purged(n)),
      onLive: () => void restoring.lookBack(),
      onBreak: () => restoring.broke(),
    },
    placeOf(),
  ).catch(abandon);
  const meta = await createMeta({
    ...shared,
    id: documents.meta,
    marks: marks.marks,
    profiles: marks.profiles,
    left: leftEpochs.reader,
    onOwnLost() {
      marks.sayAgain();
      later(leftEpochs.tell);
    },
    ...presence.events,
  }).catch(async (error: unknown) => {
    await row.close();
    return abandon(error);
  });

  async function signal(kind: SignalKind) {
    const { isRemoved, members } = state.chat();
    if (isRemoved || members.length < 2) return;
    meta.signal(await signals.seal(kind, clock.now()));
  }

  /** The edit that is under way, unless it is of this message. */
  const editBeside = (id: string) => {
    const { edit } = state.chat();
    return edit?.messageId === id ? undefined : edit;
  };

  /** Signs and keeps a record, and shows it; its way to the relay is the segment's. */
  async function say(id: string, body: Body): Promise<boolean> {
    const recordId = parseId<RecordId>(id, 16);
    if (!recordId) return false;
    return enqueue(async () => {
      const chat = state.chat();
      if (chat.isRemoved) return false;
      if ((await storage.hasRecords([id])).size > 0) return true;
      const last = lastSaid(chat, selfDevice);
      const { n, segment } = await row.current();
      const { header, sealed } = await sealRecord(
        context,
        {
          id: recordId,
          body,
          sequence: (last?.sequence ?? 0) + 1,
          previous: (last?.hash && parseBase64url(last.hash)) || new Uint8Array(16),
          at: await timeOfRecord(storage, clock, chat, selfUser, body),
          seen: segment.cursor(),
        },
        random,
      );
      const item = openBody(context, header, sealed.body);
      const said = { header, user: selfUser, segment: n, body: item, isWaiting: true };
      const projected = await projectRecords(projection, state.chat(), [said], true);
      const next = { ...projected.chat };
      if (body.kind === 'message' || body.kind === 'fleeting') next.draft = '';
      // Said, or of a message that is to be gone: its text stays nowhere.
      if (body.kind === 'edit' || body.kind === 'deletion') next.edit = editBeside(idToText(body.target));
      // Whoever deletes it sees to it, also where it was somebody else's to.
      erasures.add(projected.batch, projected.erased, body.kind === 'deletion');
      await projected.batch.putChat(next).addOutbox(segment.outboxRow(recordId, sealed)).commit();
      state.written(next);
      segment.append([{ id, record: sealed }]);
      await records.erase(projected.erased);
      return true;
    });
  }

  restoring.start();
  later(marks.tellName);
  later(leftEpochs.tell);
  later(async () => {
    for (const n of await storage.segmentsToErase(begun.id)) await erasures.run(n);
  });
  marks.schedule();

  /** All is here, all is with the relay, and the others know how far this device has got. */
  const isCaughtUp = () =>
    state.isIdle() && (state.chat().isRemoved || (marks.isIdle() && row.isCaughtUp() && meta.isCaughtUp()));

  return {
    chatId: context.chat,
    chat: state.chat,
    prove: access.prove,
    say,
    signal,
    tellName: () => enqueue(marks.tellName),
    /** The chat as its ledger has it now, with what belongs into the same transaction. */
    adopt: (adopted: (before: StoredChat) => StoredChat, write: (batch: Batch) => void) =>
      enqueue(async () => {
        const next = adopted(state.chat());
        const batch = storage.batch().putChat(next);
        write(batch);
        await batch.commit();
        state.written(next);
        access.renew(next);
        if (next.isRemoved) presence.clear();
        if (isMisheard(next)) beginAnew();
        later(marks.tellName);
        later(leftEpochs.tell);
        marks.schedule();
      }),
    hide: (id: string) =>
      enqueue(async () => {
        const message = await storage.messages.get(id);
        if (!message) return;
        const chat = state.chat();
        const hidden = { ...message, isHidden: true, isUnread: false, text: '', terms: [], reactions: {} };
        const unread = chat.unread - Number(message.isUnread);
        const { last, ...rest } = { ...chat, unread, edit: editBeside(id) };
        let next: StoredChat = last ? { ...rest, last } : rest;
        if (!last || last.id === id) {
          const newest = await storage.messages.before(chat.id, undefined, 2);
          const shown = newest.findLast((m) => m.id !== id);
          next = shown ? withLast(rest, shown, clock.now()) : rest;
        }
        await storage.batch().putMessage(hidden).putChat(next).commit();
        state.written(next);
      }),
    /** Makes the rows of a segment's records again, some at a time: what else is to be done comes between. */
    async remakeRows(n: number, part: RemadePart) {
      const items = n < placeOf().unsealed ? await kept.items(n) : (row.get(n)?.items() ?? []);
      for (let from = 0; from < items.length; from += remadeAtOnce) {
        await enqueue(() => records.remake(n, items.slice(from, from + remadeAtOnce), part));
      }
    },
    /** What the list says of the chat, after its rows. */
    remakeSummary: () =>
      enqueue(async () => {
        const { last: _, ...rest } = state.chat();
        const unread = await storage.messages.unreadCount(begun.id);
        const [newest] = await storage.messages.before(begun.id, undefined, 1);
        const next = { ...rest, unread, at: Math.min(rest.at, clock.now()) };
        await state.put(newest ? withLast(next, newest, clock.now()) : next);
      }),
    setDraft: (draft: string) => enqueue(() => state.put({ ...state.chat(), draft })),
    setEdit: (edit: StoredChat['edit']) => enqueue(() => state.put({ ...state.chat(), edit })),
    markRead: marks.markRead,
    /** The relay is getting back what it has lost. */
    isRepairing: () => !restoring.isIdle(),
    /** Nothing that came or was said is still on its way into the rows. */
    isQuiet: () => state.isIdle() && row.isQuiet() && meta.isQuiet(),
    isCaughtUp,
    /** Nothing is left to do. */
    isAtRest: () =>
      isCaughtUp() &&
      (state.chat().isRemoved ||
        (kept.isIdle() && checks.isIdle() && restoring.isIdle() && row.isTidy() && meta.isTidy())),
    /** Where its documents' logs were left. */
    places: (): Places => ({
      segments: Object.fromEntries(row.places().map(({ n, ...place }) => [n, placeToStored(place)])),
      meta: placeToStored(meta.place()),
    }),
    async close() {
      if (isClosing) return;
      isClosing = true;
      marks.close();
      restoring.close();
      // The documents finish what they have begun, and that still goes through the queue.
      await row.close();
      await kept.close();
      await checks.close();
      await meta.close();
      await state.close();
    },
  };
}
