// Complete segments beside what the relay has of them. A relay that was wiped, or set back to a backup, may lack one, or have
// filled it otherwise: then all that it has there is read, what it lacks is said again, and what it has is kept.
import { startCursor } from '../../shared/protocol/frames/cursor.ts';
import { entryKinds } from '../../shared/protocol/entry.ts';
import { idToText } from '../../shared/protocol/ids.ts';
import { clearLostSegment } from '../doc/lostDocuments.ts';
import { createSegment, type Segment } from '../doc/segment.ts';
import { itemsOfState, joinStates, type SegmentItem } from '../doc/segmentState.ts';
import { openSnapshot, tryToSealSnapshot } from '../doc/snapshot.ts';
import type { Link } from '../sync/link.ts';
import { completeSegment } from './completeSegment.ts';
import { readKept, type KeptSegmentsDeps } from './keptSegments.ts';
import { lostRecords, type LostRecord } from './lostRecords.ts';
import { placeAgain } from './placeAgain.ts';
import { recordsThere, withoutCopies } from './recordsThere.ts';

export interface KeptChecksDeps extends KeptSegmentsDeps {
  readonly selfUser: string;
  readonly link: Pick<Link, 'look'>;
  /** The segment that takes new records. */
  readonly current: () => Promise<{ readonly n: number; readonly segment: Segment }>;
  /** The relay has said what `check` waited for. */
  readonly onCompared: () => void;
  /** A complete segment is about to be read: nothing that is asked of it as it was may end meanwhile. */
  readonly onReading: (n: number) => Promise<void>;
  /** In the room's queue. */
  readonly later: (work: () => Promise<unknown>) => void;
  /** What has come in of a complete segment goes into the rows. */
  readonly take: (n: number, items: readonly SegmentItem[]) => Promise<void>;
}
export type KeptChecks = ReturnType<typeof createKeptChecks>;

/** The relay has it complete and as it is kept here, complete but with something else in it, or not as complete. */
type Compared = 'same' | 'other' | 'open';

/** An empty document to begin with: all that is in it then, the relay has. */
const nothing = { cursor: startCursor, sessions: [], update: new Uint8Array([0, 0]) };

export function createKeptChecks(deps: KeptChecksDeps) {
  const { chat, context, storage } = deps;
  const answers = new Map<number, Compared | 'asked'>();
  const opened = new Map<number, { readonly segment: Segment; readonly isSealed: () => boolean }>();

  async function open(n: number) {
    await deps.onReading(n);
    let isSealed = false;
    const segment = await createSegment({
      ...deps.shared,
      id: deps.documentOf(n),
      kept: nothing,
      onItems: (items) =>
        deps.later(async () => {
          try {
            await keepBeside(n, items);
          } finally {
            await deps.take(n, items);
          }
        }),
      onStored: async () => {},
      onSignal: () => {},
      onSealed: () => {
        isSealed = true;
        deps.onCompared();
      },
    });
    const checking = { segment, isSealed: () => isSealed };
    opened.set(n, checking);
    return checking;
  }

  async function stateOf(n: number, segment: Segment) {
    const snapshot = await segment.snapshot();
    const opened =
      snapshot && (await openSnapshot(context, deps.documentOf(n), entryKinds.segmentSnapshot, snapshot));
    return opened?.ok ? opened.value : undefined;
  }

  /** What of these is not there. */
  async function lackIn(there: readonly SegmentItem[], items: readonly SegmentItem[]) {
    const others = withoutCopies(there, items);
    if (others.length === 0) return [];
    return recordsThere(context, there).missing(await lostRecords(deps, others));
  }

  /**
   * What has come in is kept beside what was: the relay may forget it again before this is complete. The row is no longer
   * what the relay had, so that it is looked at again in any case. Who makes a segment too large for that gains nothing more.
   */
  async function keepBeside(n: number, items: readonly SegmentItem[]) {
    const known = opened.get(n);
    const before = (await readKept(deps, n)) ?? nothing;
    if (!known || (await lackIn(itemsOfState(before.update), items)).length === 0) return;
    const { segment } = known;
    const now = await stateOf(n, segment);
    if (!now) return;
    const sessions = new Map(
      [...now.sessions, ...before.sessions].map((line) => [idToText(line.session), line]),
    );
    const state = {
      session: segment.session.id,
      cursor: before.cursor,
      sessions: [...sessions.values()],
      update: joinStates(before.update, now.update),
    };
    const document = deps.documentOf(n);
    const kind = entryKinds.segmentSnapshot;
    const snapshot = await tryToSealSnapshot(context, document, kind, state, deps.shared.random);
    if (!snapshot) return;
    const { ownClients } = (await storage.segment(chat, n)) ?? {};
    const row = { chat, n, document: idToText(document), snapshot, ownClients };
    await storage.batch().putSegment(row).commit();
  }

  /** Undefined where that can't be told now. */
  async function compare(n: number): Promise<Compared | undefined> {
    const looked = await deps.link.look(context.chat, deps.documentOf(n));
    if (!looked.ok) return undefined;
    if (!looked.value.isSealed) return 'open';
    return (await storage.segment(chat, n))?.seal === idToText(looked.value.snapshot) ? 'same' : 'other';
  }

  /** What comparing gave; undefined until it has, which nobody waits for. */
  function answered(n: number) {
    const compared = answers.get(n);
    if (compared !== 'asked') answers.delete(n);
    if (compared !== undefined) return compared === 'asked' ? undefined : compared;
    answers.set(n, 'asked');
    void compare(n).then((answer) => {
      if (answer) answers.set(n, answer);
      else answers.delete(n);
      if (answer) deps.onCompared();
    });
    return undefined;
  }

  const lostOf = async (n: number, there: readonly SegmentItem[]) =>
    lackIn(there, itemsOfState((await readKept(deps, n))?.update ?? nothing.update));

  /** Keeps what the relay has; what it lacks goes on in the open segment. */
  async function keep(n: number, segment: Segment, missing: readonly LostRecord[]) {
    const target = await deps.current();
    const batch = storage.batch();
    const moved = await completeSegment(deps, batch, chat, { n, segment, isLooked: true }, target.n);
    const again = missing.filter(({ id }) => !moved.some((other) => other.id === id));
    await placeAgain(deps, batch, target.n, again);
    await batch.commit();
    // Where a crash in a leap has left it open.
    await clearLostSegment(storage, deps.documentOf(n), deps.shared.generation ?? 0);
    opened.delete(n);
    await segment.close();
    target.segment.append([...moved, ...again]);
  }

  return {
    compare,
    isOpen: (n: number) => opened.has(n),
    /** None is being read. */
    isIdle: () => opened.size === 0,
    /**
     * A step at each call; true once the relay has this segment complete, this device what is in it, and the relay, there
     * or in an open segment, all that was kept of it. Others' records are said again only where `mayOthers`.
     * @param here what lies in open segments.
     * @param isFilling others may still be bringing back what this device never had of it: it is not ended half full.
     */
    async check(
      n: number,
      mayOthers: boolean,
      here: readonly SegmentItem[],
      isFilling = false,
    ): Promise<boolean> {
      const known = opened.get(n);
      if (!known) {
        const compared = answered(n);
        if (compared === 'same') return true;
        if (compared) await open(n);
        return false;
      }
      const { segment, isSealed } = known;
      if (isSealed()) {
        await segment.stop();
        const state = (await stateOf(n, segment)) ?? nothing;
        const missing = await lostOf(n, [...itemsOfState(state.update), ...here]);
        if (!mayOthers && missing.some(({ isUrgent }) => !isUrgent)) return false;
        await keep(n, segment, missing);
        return true;
      }
      if (!segment.isLive()) return false;
      const lost = await lostOf(n, segment.items());
      const now = lost.filter(({ isUrgent }) => isUrgent || mayOthers);
      if (now.length > 0) segment.append(now);
      else if (lost.length === 0 && segment.isDone() && (!isFilling || segment.isFull())) segment.seal();
      return false;
    },
    async close() {
      for (const { segment } of opened.values()) await segment.close();
      opened.clear();
    },
  };
}
