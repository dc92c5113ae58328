// The segments of a chat that are not complete yet, in a row: records go to the last one, and when it is full to the next.
// Everyone finds the same next segment by its number, also offline; one that somebody else began is found by listening
// one ahead. Where many have begun meanwhile, the newest is read first. Complete ones are handed to whoever keeps them.
import { startCursor } from '../../shared/protocol/frames/cursor.ts';
import { equalBytes } from '../../shared/codec/bytes.ts';
import { noSnapshot, type DocumentId } from '../../shared/protocol/ids.ts';
import type { Channel } from '../sync/channels.ts';
import { furthestBegun } from './furthest.ts';
import { createSegment, type Segment, type SegmentDeps } from './segment.ts';
import type { SegmentItem } from './segmentState.ts';

export interface SegmentPlace {
  /** Where records of this device go. */
  readonly open: number;
  /** The first that is not complete at the relay, or not yet kept as such here. */
  readonly unsealed: number;
}
export interface SegmentRowDeps extends Omit<
  SegmentDeps,
  'id' | 'onItems' | 'onHeard' | 'onSealCorrected' | 'onFull' | 'onSealed' | 'onPurged' | 'onSignal'
> {
  readonly documentOf: (n: number) => DocumentId;
  /** Not while something of them is still to be said again. */
  readonly maySeal: () => boolean;
  /** Not while something is being put back. */
  readonly mayLeap: () => boolean;
  /** `isNew`: they were not on this device's disk before. */
  readonly onItems: (n: number, items: readonly SegmentItem[], isNew: boolean) => void;
  /** Its last snapshot, of this state, lacked something, and has been replaced. */
  readonly onSealCorrected: (n: number, state: Uint8Array) => void;
  /** It takes no more: the relay says so, and all of it is here. */
  readonly onSealed: (n: number) => void;
  readonly onPurged: (n: number) => void;
  /** Records go here from now on. */
  readonly onOpened: (n: number) => void;
  /** The same, and those before it are to be left as they are: they will be read later. */
  readonly onLeapt: (n: number) => void;
  /** All that the relay says of itself has come: also after each break. */
  readonly onLive: () => void;
  /** The relay is out of reach. */
  readonly onBreak: () => void;
}
export type SegmentRow = Awaited<ReturnType<typeof createSegmentRow>>;

/** As many segments are read one after another; of more, the newest is read first. */
const mostInOrder = 2;
/** The relay may not answer, or say that there is more than there is. */
const leapWithinMs = 3_000;

export async function createSegmentRow(deps: SegmentRowDeps, place: SegmentPlace) {
  let { open } = place;
  let isClosed = false;
  let ahead: Channel | undefined;
  /** It is not known yet whether the next segment, or one far behind it, is read next. */
  let isLeaping = false;
  const completeMeanwhile = new Set<number>();
  let cancelLeap = () => {};
  const segments = new Map<number, Promise<Segment>>();
  const loaded = new Map<number, Segment>();

  function load(n: number): Promise<Segment> {
    const known = segments.get(n);
    if (known) return known;
    const begun = createSegment({
      ...deps,
      id: deps.documentOf(n),
      onItems(items) {
        deps.onItems(n, items, loaded.has(n));
        if (items.length > 0) moveOn(n, n > open + 1);
        advance();
      },
      onSealCorrected: (state) => deps.onSealCorrected(n, state),
      onHeard() {
        // Said to have begun, and nothing in it that counts.
        void begun.then(() => (n > open + 1 ? drop(n) : undefined)).catch(() => {});
      },
      onFull: advance,
      onSealed() {
        if (isLeaping) completeMeanwhile.add(n);
        else if (n <= open + 1) deps.onSealed(n);
      },
      onPurged: () => deps.onPurged(n),
      onSignal: () => {},
    }).then((segment) => {
      loaded.set(n, segment);
      if (n < open && deps.maySeal()) segment.seal();
      return segment;
    });
    segments.set(n, begun);
    begun.catch((error: unknown) => {
      segments.delete(n);
      if (!isClosed) deps.onFailed(error);
    });
    return begun;
  }

  /** Listens to the one after the last: someone may have begun it. That is so once there is a record in it, not before. */
  function listenAhead() {
    ahead?.close();
    if (isClosed) return;
    const next = open + 1;
    const begin = () => {
      ahead?.close();
      // What is far behind may be on its way already.
      const isFarLoaded = [...segments.keys()].some((n) => n > next);
      void (deps.mayLeap() && !isFarLoaded ? leapFrom(next) : load(next));
    };
    ahead = deps.link.openChannel(
      { chat: deps.context.chat, document: deps.documentOf(next), cursor: () => startCursor },
      {
        subscribed() {},
        entries: begin,
        snapshot: begin,
        published: begin,
        live(at) {
          if (at.seq > 0) begin();
          deps.onLive();
        },
        acked() {},
        signal() {},
        refused() {},
        publishRefused() {},
        suspended: deps.onBreak,
      },
    );
  }

  /** Reads the newest that has begun, where that is far behind this one; this one where nothing comes of that soon. */
  async function leapFrom(next: number) {
    const inOrder = () => {
      isLeaping = false;
      if (isClosed) return;
      if (open < next) void load(next);
      for (const n of completeMeanwhile) deps.onSealed(n);
      completeMeanwhile.clear();
      advance();
    };
    isLeaping = true;
    cancelLeap();
    cancelLeap = deps.clock.after(leapWithinMs, inOrder);
    const newest = await furthestBegun(next, async (n) => {
      const looked = await deps.link.look(deps.context.chat, deps.documentOf(n));
      return looked.ok && (looked.value.end.seq > 0 || !equalBytes(looked.value.snapshot, noSnapshot));
    });
    if (newest - next < mostInOrder) inOrder();
    else if (newest > open && !isClosed) void load(newest);
  }

  /** All but the last take no more: whoever is first says so to the relay. */
  function sealFull() {
    if (deps.maySeal()) for (const [n, segment] of loaded) if (n < open) segment.seal();
  }
  function moveOn(n: number, isLeap = false) {
    if (isClosed || n <= open) return;
    open = n;
    if (isLeap) {
      isLeaping = false;
      // Left with all others before this one.
      completeMeanwhile.clear();
      deps.onLeapt(n);
    } else {
      deps.onOpened(n);
      sealFull();
    }
    void load(n).then(advance, () => {});
    listenAhead();
  }
  function advance() {
    if (!isLeaping && loaded.get(open)?.isFull()) moveOn(open + 1);
  }

  async function drop(n: number) {
    const segment = loaded.get(n);
    loaded.delete(n);
    segments.delete(n);
    await segment?.clear();
  }

  async function close() {
    if (isClosed) return;
    isClosed = true;
    ahead?.close();
    cancelLeap();
    for (const begun of segments.values()) await (await begun.catch(() => undefined))?.close();
  }
  try {
    for (let n = place.unsealed; n <= place.open; n++) await load(n);
  } catch (error) {
    await close();
    throw error;
  }
  listenAhead();
  advance();

  return {
    /** The segment that takes new records. */
    async current(): Promise<{ readonly n: number; readonly segment: Segment }> {
      for (;;) {
        const n = open;
        const segment = await load(n);
        if (n === open) return { n, segment };
      }
    },
    get: (n: number) => loaded.get(n),
    /** Records go at least to this one. */
    moveOn: (n: number) => moveOn(n),
    sealFull,
    askAgain() {
      for (const segment of loaded.values()) segment.askAgain();
    },
    /** The loaded ones before this one. */
    async before(n: number): Promise<readonly number[]> {
      const numbers = [...segments.keys()].filter((other) => other < n);
      await Promise.allSettled(numbers.map((other) => segments.get(other)));
      return numbers.filter((other) => loaded.has(other));
    },
    /** It is left, and kept elsewhere. */
    drop,
    isCaughtUp: () =>
      !isLeaping && segments.size === loaded.size && [...loaded.values()].every((s) => s.isCaughtUp()),
    isTidy: () => [...loaded.values()].every((s) => s.isTidy()) && !loaded.get(open)?.isFull(),
    isQuiet: () => segments.size === loaded.size && [...loaded.values()].every((s) => s.isQuiet()),
    /** Where the log of each was left. */
    places: () => [...loaded].map(([n, segment]) => ({ n, ...segment.place() })),
    close,
  };
}
