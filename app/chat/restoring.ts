// Puts back what the relay has lost of a chat: what this person said at once, what others said after a while and only
// where nobody else has done it by then. Nothing that was deleted comes back: of that the header alone.
import type { DocumentId } from '../../shared/protocol/ids.ts';
import type { ChatContext } from '../doc/chatContext.ts';
import { clearLostSegment, lostMeta, readLostMeta, readLostSegment } from '../doc/lostDocuments.ts';
import type { Meta } from '../doc/meta.ts';
import type { Segment } from '../doc/segment.ts';
import type { StoredChat } from '../storage/models.ts';
import type { Storage } from '../storage/storage.ts';
import type { Clock } from '../sync/clock.ts';
import type { KeptChecks } from './keptChecks.ts';
import type { KeptSegments } from './keptSegments.ts';
import { lostRecords, type LostRecord } from './lostRecords.ts';
import { placeAgain } from './placeAgain.ts';
import { recordsThere } from './recordsThere.ts';

/** Others' records are left to their authors and to whoever is first for so long, and as much again by chance. */
const patienceMs = 8_000;
/** Complete segments that are looked at in each connection, as long as they differ. */
const mostLooksBack = 8;
/** Who else has a segment that the relay has lost, and this device never had, has so long to bring it back. */
const fillingMs = 10 * 60_000;
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
  /** It takes no more, and was ended here; those before it may still be open. */
  readonly isComplete: (n: number) => boolean;
  readonly meta: () => Meta;
  readonly kept: KeptSegments;
  readonly checks: KeptChecks;
  /** Bodies in this complete segment that were deleted go from it, here and at the relay. */
  readonly erase: (n: number) => Promise<void>;
  /** In the room's queue; never once the room is closed. */
  readonly later: (work: () => Promise<unknown>) => void;
  /** All that was lost is there again. */
  readonly onRestored: () => void;
  readonly putChat: (next: StoredChat) => Promise<void>;
}

export type Restoring = ReturnType<typeof createRestoring>;
type Place = NonNullable<StoredChat['segments']>;
type Life = NonNullable<Place['lost']>[number];

/** The place once segment `n`, where that was next to be looked at or read, no longer is. */
function without({ coming, ...place }: Place, n: number): Place {
  const differing = place.differing?.filter((other) => other !== n);
  const rest = {
    ...place,
    ...(differing ? { differing } : {}),
    ...(n + 1 === place.unchecked ? { unchecked: n } : {}),
  };
  const left = coming && n + 1 === coming.below ? { ...coming, below: n } : coming;
  // The last ones may be read beside others.
  const isLeft = left && (left.from < left.below || differing?.some((other) => left.from <= other));
  return isLeft ? { ...rest, coming: left } : rest;
}

export function createRestoring(deps: RestoringDeps) {
  const { context, storage, clock, documents } = deps;
  let isClosed = false;
  let isStarted = false;
  let cancelTimer = () => {};
  /** Complete segments that were found to differ in this run: each is read again once. */
  const differed = new Set<number>();
  /** When others' records are said again; set once all is live. */
  let othersAt: number | undefined;
  /** Until then others may bring back segments that the relay has lost. */
  let filledBy = -Infinity;

  /** The last that was complete when the present connection began: later ones are as the relay has them. */
  let lastBefore = -1;
  let isLookedBack = true;
  let connections = 0;

  const isLive = () => {
    const { open, unsealed } = placeOf();
    for (let n = unsealed; n <= open; n++) {
      if (!deps.isComplete(n) && !deps.segment(n)?.isLive()) return false;
    }
    return deps.meta().isLive();
  };
  const placeOf = () => deps.chat().segments ?? { open: 0, unsealed: 0 };
  const differing = () => placeOf().differing ?? [];
  const broke = () => {
    connections++;
    if (!isLookedBack) return;
    isLookedBack = false;
    lastBefore = placeOf().unsealed - 1;
  };
  broke();

  function schedule() {
    cancelTimer();
    if (isStarted && !isClosed) cancelTimer = clock.after(againMs, () => deps.later(step));
  }

  async function step(): Promise<void> {
    const place = placeOf();
    if (isClosed) return;
    if (!isLive()) return schedule();
    othersAt ??= clock.elapsed() + patienceMs * (1 + deps.randomUnit());
    const mayOthers = clock.elapsed() >= othersAt;
    if (place.lost?.length) {
      let isComplete = mayOthers;
      if (!(await restoreRecords(place.lost, mayOthers))) isComplete = false;
      if (!(await restoreMeta(mayOthers))) isComplete = false;
      if (isComplete) await finish();
      schedule();
    }
    // Also meanwhile: a full segment that waits for a deletion is not left, nor what is said again in it, until that is read.
    return checkKept(place, mayOthers);
  }

  /** Undefined while one of them is not loaded. */
  function openSegments(): ReadonlyMap<number, Segment> | undefined {
    const { open, unsealed } = placeOf();
    const segments = new Map<number, Segment>();
    for (let n = unsealed; n <= open; n++) {
      const segment = deps.segment(n);
      if (!segment) return undefined;
      segments.set(n, segment);
    }
    return segments;
  }
  const itemsIn = (segments: ReadonlyMap<number, Segment>) =>
    [...segments.values()].flatMap((segment) => segment.items());

  /** True when everything that was in these lives is with the relay, in whichever segment. */
  async function restoreRecords(lost: readonly Life[], mayOthers: boolean): Promise<boolean> {
    const { open, unsealed } = placeOf();
    const from = Math.min(unsealed, ...lost.map((life) => life.from));
    const there = recordsThere(context, []);
    for (let n = from; n < unsealed; n++) there.add(await deps.kept.items(n));
    const segments = openSegments();
    if (!segments) return false;
    there.add(itemsIn(segments));
    // What is unsaid in a complete one goes on in the next, once those before it are complete, too.
    let isComplete = [...segments].every(([n, segment]) => deps.isComplete(n) || segment.isDone());
    for (const { generation, from: first, to } of lost) {
      for (let n = first; n <= to; n++) {
        const missing = there.missing(await foundIn(documents.segment(n), generation));
        if (missing.length > 0) isComplete = false;
        const now = missing.filter(({ isUrgent }) => isUrgent || mayOthers);
        there.add(now.map(({ record }) => record));
        // In its own segment where that still takes records, in the last one otherwise.
        const target = segments.has(n) ? n : open;
        await sayAgain(target, segments.get(target), now);
      }
    }
    return isComplete;
  }

  async function foundIn(id: DocumentId, generation: number): Promise<readonly LostRecord[]> {
    return lostRecords(deps, await readLostSegment(storage, id, generation));
  }

  async function sayAgain(n: number, segment: Segment | undefined, records: readonly LostRecord[]) {
    if (!segment || records.length === 0) return;
    const batch = storage.batch();
    await placeAgain({ storage, documentOf: documents.segment }, batch, n, records);
    await batch.commit();
    segment.append(records);
  }

  /** Complete segments, the newest first, beside those that differ: one may wait for a deletion in another. */
  async function checkKept({ unchecked = 0, coming }: Place, mayOthers: boolean): Promise<void> {
    if (!mayLeap()) filledBy = clock.elapsed() + fillingMs;
    const isUnread = (n: number) => coming !== undefined && coming.from <= n && n < coming.below;
    // Nobody may have those now; what is before them is here.
    if (coming && isUnread(unchecked - 1)) {
      await deps.putChat({ ...deps.chat(), segments: { ...placeOf(), unchecked: coming.from } });
      return step();
    }
    const newest = coming && coming.from < coming.below ? [coming.below - 1] : [];
    const next = [...(unchecked > 0 ? [unchecked - 1] : []), ...newest];
    const wanted = new Set([...differing(), ...next]);
    // What a break left to be looked at had to wait for this. Not in the room's queue: the relay is asked.
    if (wanted.size === 0) return void lookBack();
    for (const n of wanted) {
      const segments = openSegments();
      const isFilling = coming !== undefined && coming.from <= n && clock.elapsed() < filledBy;
      if (!segments || !(await deps.checks.check(n, mayOthers, itemsIn(segments), isFilling))) continue;
      await deps.putChat({ ...deps.chat(), segments: without(placeOf(), n) });
      await deps.erase(n);
      return step();
    }
    schedule();
  }

  /**
   * Of segments that were complete before this connection a backup may lack the last ones, or have others in their place,
   * though all that is open is as it was. One that is the same speaks for those that were looked at along with it.
   */
  async function lookBack(): Promise<void> {
    if (isClosed || isLookedBack || !isIdle()) return;
    const connection = connections;
    const { looked = 0 } = placeOf();
    const others: number[] = [];
    let left = lastBefore + 1;
    while (left > 0 && others.length < mostLooksBack) {
      const n = left - 1;
      const compared = await deps.checks.compare(n);
      if (compared === undefined || connection !== connections) return;
      if (compared === 'open') {
        isLookedBack = true;
        return checkAll();
      }
      if (compared === 'other') others.push(n);
      left = compared === 'same' && n < looked ? 0 : n;
    }
    isLookedBack = true;
    // One that was read in this run already is left as it is, and looked at again in the next.
    const isRead = others.some((n) => differed.has(n));
    for (const n of others) differs(n);
    if (!isRead) deps.later(() => putLooked(connection, left));
  }
  async function putLooked(connection: number, left: number) {
    const looked = left > 0 ? Math.min(left, placeOf().looked ?? 0) : placeOf().unsealed;
    if (connection !== connections || (placeOf().looked ?? 0) === looked) return;
    await deps.putChat({ ...deps.chat(), segments: { ...placeOf(), looked } });
  }
  function checkAll() {
    deps.later(async () => {
      const { unsealed } = placeOf();
      const all = { unchecked: unsealed, looked: unsealed };
      if (isIdle()) await deps.putChat({ ...deps.chat(), segments: { ...placeOf(), ...all } });
      schedule();
    });
  }
  /** Read again at most once in a run: the relay may say each time that it is another. */
  function differs(n: number) {
    if (differed.has(n)) return;
    differed.add(n);
    deps.later(() => putDiffering(n));
  }
  /** A full segment waits for a deletion, which may stand in an older one than is being looked at: the next is, beside it. */
  function deletionMissing() {
    deps.later(async () => {
      const { unchecked, coming } = placeOf();
      const n = (unchecked || (coming && coming.from < coming.below ? coming.below : 0)) - 1;
      if (n >= 0 && differing().length < mostLooksBack) await putDiffering(n);
    });
  }
  async function putDiffering(n: number) {
    const rest = without(placeOf(), n);
    await deps.putChat({ ...deps.chat(), segments: { ...rest, differing: [...(rest.differing ?? []), n] } });
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

  const mayLeap = () => !placeOf().lost?.length && !placeOf().unchecked && differing().length === 0;
  const isIdle = () => mayLeap() && !placeOf().coming;

  return {
    /** The relay has all of it. */
    isIdle,
    /** Nothing is being put back, or beside what the relay has instead. */
    mayLeap,
    /** All documents are open. */
    start() {
      isStarted = true;
      if (!isIdle()) schedule();
    },
    /** Where things are once this segment, the first that was not, is complete. */
    placeAfter(n: number) {
      const place = placeOf();
      const isLooked = isLookedBack && (place.looked ?? 0) === n;
      return { ...place, unsealed: n + 1, ...(isLooked ? { looked: n + 1 } : {}) };
    },
    /** Where things are once all before this segment are left as they are: to be read, the last one first. */
    placeBehind(to: number): Place {
      const place = placeOf();
      return { ...place, unsealed: to, coming: { from: place.coming?.from ?? place.unsealed, below: to } };
    },
    /** The connection has ended, and with it what is known of the relay. */
    broke,
    lookBack,
    differs,
    deletionMissing,
    /** The next step now: what it waited for is here. */
    goOn: () => deps.later(step),
    close() {
      isClosed = true;
      cancelTimer();
    },
  };
}
