// Puts back what the relay has lost of a chat: what this person said at once, what others said after a while and only
// where nobody else has done it by then. Nothing that was deleted comes back: of that the header alone.
import { idToText, type DocumentId } from '../../shared/protocol/ids.ts';
import type { ChatContext } from '../doc/chatContext.ts';
import { clearLostSegment, lostMeta, readLostMeta, readLostSegment } from '../doc/lostDocuments.ts';
import type { Meta } from '../doc/meta.ts';
import { readRecord } from '../doc/record.ts';
import type { Segment } from '../doc/segment.ts';
import type { StoredChat } from '../storage/models.ts';
import type { Storage } from '../storage/storage.ts';
import type { Clock } from '../sync/clock.ts';
import type { KeptSegments } from './keptSegments.ts';
import { lostRecord, type LostRecord } from './lostRecord.ts';

/** Others' records are left to their authors and to whoever is first for so long, and as much again by chance. */
const patienceMs = 8_000;
/** How often it is looked at again until all is there. */
const againMs = 3_000;

export interface RestoringDeps {
  readonly context: ChatContext;
  readonly storage: Storage;
  readonly clock: Clock;
  /** In [0, 1), for jitter only. */
  readonly randomUnit: () => number;
  readonly documents: { readonly segment: (n: number) => DocumentId; readonly meta: DocumentId };
  readonly selfUser: string;
  readonly chat: () => StoredChat;
  readonly segment: (n: number) => Segment | undefined;
  readonly meta: () => Meta;
  /** Whether the relay has this segment as complete; undefined where it can't say now. */
  readonly isSealed: (n: number) => Promise<boolean | undefined>;
  readonly kept: KeptSegments;
  /** In the room's queue; never once the room is closed. */
  readonly later: (work: () => Promise<unknown>) => void;
  /** All that was lost is there again. */
  readonly onRestored: () => void;
  readonly putChat: (next: StoredChat) => Promise<void>;
}

type Life = NonNullable<NonNullable<StoredChat['segments']>['lost']>[number];

export function createRestoring(deps: RestoringDeps) {
  const { context, storage, clock, documents } = deps;
  let isClosed = false;
  let cancelTimer = () => {};
  /** When others' records are said again; set once all is live. */
  let othersAt: number | undefined;

  const isLive = () => {
    const { open, unsealed } = placeOf();
    for (let n = unsealed; n <= open; n++) if (!deps.segment(n)?.isLive()) return false;
    return deps.meta().isLive();
  };
  const placeOf = () => deps.chat().segments ?? { open: 0, unsealed: 0 };

  function schedule() {
    cancelTimer();
    if (!isClosed) cancelTimer = clock.after(againMs, () => deps.later(step));
  }

  async function step(): Promise<void> {
    const place = placeOf();
    if (isClosed) return;
    if (!isLive()) return schedule();
    othersAt ??= clock.now() + patienceMs * (1 + deps.randomUnit());
    const mayOthers = clock.now() >= othersAt;
    if (!place.lost?.length) return checkKept(place.unchecked ?? 0, mayOthers);
    let isComplete = mayOthers;
    if (!(await restoreRecords(place.lost, mayOthers))) isComplete = false;
    if (!(await restoreMeta(mayOthers))) isComplete = false;
    if (isComplete) await finish();
    schedule();
  }

  /** True when everything that was in these lives is with the relay, in whichever segment. */
  async function restoreRecords(lost: readonly Life[], mayOthers: boolean): Promise<boolean> {
    const { open, unsealed } = placeOf();
    const from = Math.min(unsealed, ...lost.map((life) => life.from));
    const here = new Set<string>();
    for (let n = from; n < unsealed; n++) for (const id of await deps.kept.ids(n)) here.add(id);
    const segments = new Map<number, Segment>();
    for (let n = unsealed; n <= open; n++) {
      const segment = deps.segment(n);
      if (!segment) return false;
      segments.set(n, segment);
      for (const { header } of segment.items()) {
        const record = readRecord(context, header);
        if (record) here.add(idToText(record.header.id));
      }
    }
    let isComplete = [...segments.values()].every((segment) => segment.isDone());
    for (const { generation, from: first, to } of lost) {
      for (let n = first; n <= to; n++) {
        const missing = await missingOf(documents.segment(n), generation, here);
        if (missing.length > 0) isComplete = false;
        const now = missing.filter(({ isOwn }) => isOwn || mayOthers);
        for (const { id } of now) here.add(id);
        // In its own segment where that still takes records, in the last one otherwise.
        const target = segments.has(n) ? n : open;
        await sayAgain(target, segments.get(target), now);
      }
    }
    return isComplete;
  }

  async function missingOf(id: DocumentId, generation: number, here: ReadonlySet<string>) {
    const missing = new Map<string, LostRecord>();
    for (const item of await readLostSegment(storage, id, generation)) {
      const found = await lostRecord(deps, item);
      if (found && !here.has(found.id)) missing.set(found.id, found);
    }
    return [...missing.values()];
  }

  async function sayAgain(n: number, segment: Segment | undefined, records: readonly LostRecord[]) {
    if (!segment || records.length === 0) return;
    const document = idToText(documents.segment(n));
    const batch = storage.batch();
    for (const { id, record } of records) batch.addOutbox({ id, document, ...record });
    await batch.commit();
    segment.append(records);
  }

  /** Complete segments, the newest first: one that the relay has no more is filled and sealed again. */
  async function checkKept(unchecked: number, mayOthers: boolean): Promise<void> {
    const n = unchecked - 1;
    if (n < 0) return;
    const isSealed = await deps.isSealed(n);
    if (isSealed || (isSealed === false && (await deps.kept.restore(n, mayOthers)))) {
      await deps.putChat({ ...deps.chat(), segments: { ...placeOf(), unchecked: n } });
      return step();
    }
    schedule();
  }

  /** True when all values of its former life, or newer ones, are there. One's own are said by the room itself. */
  async function restoreMeta(mayOthers: boolean): Promise<boolean> {
    const meta = deps.meta();
    const lost = await readLostMeta(storage, documents.meta);
    return meta.putMissing(lost, mayOthers) && meta.isDone();
  }

  async function finish() {
    const { lost = [] } = placeOf();
    for (const { generation, from, to } of lost) {
      for (let n = from; n <= to; n++) await clearLostSegment(storage, documents.segment(n), generation);
    }
    await storage.batch().replaceUpdates(lostMeta(documents.meta), undefined).commit();
    const chat = deps.chat();
    const { lost: _lost, ...place } = placeOf();
    await deps.putChat({ ...chat, segments: place });
    deps.onRestored();
  }

  const isIdle = () => !placeOf().lost?.length && !placeOf().unchecked;

  return {
    /** The relay has all of it. */
    isIdle,
    start() {
      if (!isIdle()) schedule();
    },
    close() {
      isClosed = true;
      cancelTimer();
    },
  };
}
