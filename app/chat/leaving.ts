// Segments that this device goes on from: the first ones once they are complete at the relay, and, where much has begun
// meanwhile, all before the newest, as they are. These are then read from the newest back (`restoring.ts`).
import * as v from 'valibot';
import type { DocumentId } from '../../shared/protocol/ids.ts';
import type { ChatContext } from '../doc/chatContext.ts';
import { segmentDatabase } from '../doc/lostDocuments.ts';
import type { SegmentRow } from '../doc/segmentRow.ts';
import type { StoredChat } from '../storage/models.ts';
import { clearSegmentDatabase } from '../storage/segmentPersistence.ts';
import type { Storage } from '../storage/storage.ts';
import { completeSegment, type Moved } from './completeSegment.ts';
import type { Restoring } from './restoring.ts';
import type { RoomState } from './roomState.ts';

export interface LeavingDeps {
  readonly state: RoomState;
  readonly context: ChatContext;
  readonly storage: Storage;
  readonly documentOf: (n: number) => DocumentId;
  readonly row: () => SegmentRow;
  readonly restoring: () => Restoring;
  /** Bodies in this kept segment that were deleted go from it. */
  readonly erase: (n: number) => Promise<void>;
}
export type Leaving = ReturnType<typeof createLeaving>;
type Place = NonNullable<StoredChat['segments']>;

export function createLeaving({ state, context, storage, documentOf, ...deps }: LeavingDeps) {
  const { later } = state;
  const keeping = { context, storage, documentOf };
  /** Complete at the relay, and still open here. */
  const complete = new Set<number>();
  const placeOf = (): Place => state.chat().segments ?? { open: 0, unsealed: 0 };
  const uncleared = `left/${state.chat().id}`;
  /** Databases of segments that were left: an app that is ended before they are gone clears them when it starts again. */
  let left: readonly string[] = [];

  async function clearLeft() {
    if (left.length === 0) return;
    const cleared = await Promise.allSettled(left.map(clearSegmentDatabase));
    left = left.filter((_, index) => cleared[index]?.status === 'rejected');
    await storage.batch().putSetting(uncleared, left).commit();
  }

  /** Takes these (stopped) from the row, and keeps them; what they could not bring to the relay goes on in the open one. */
  async function leave(numbers: readonly number[], isLooked: (n: number) => boolean, after: () => Place) {
    const row = deps.row();
    const target = await row.current();
    const batch = storage.batch();
    const moved: Moved[] = [];
    const { generation = 0 } = placeOf();
    const databases: string[] = [];
    for (const n of numbers) {
      const segment = row.get(n);
      if (!segment) continue;
      databases.push(segmentDatabase(storage, documentOf(n), generation));
      const looked = { n, segment, isLooked: isLooked(n) };
      moved.push(...(await completeSegment(keeping, batch, state.chat().id, looked, target.n)));
    }
    const next = { ...state.chat(), segments: { ...after(), open: Math.max(placeOf().open, target.n) } };
    left = [...left, ...databases];
    await batch.putChat(next).putSetting(uncleared, left).commit();
    state.written(next);
    for (const n of numbers) await row.drop(n);
    target.segment.append(moved);
    for (const n of numbers) await deps.erase(n);
    await clearLeft();
  }

  async function leaveFirst() {
    const { unsealed: n } = placeOf();
    complete.delete(n);
    await leave(
      [n],
      () => true,
      () => deps.restoring().placeAfter(n),
    );
  }

  return {
    /** Clears what an earlier run could not. */
    async begin() {
      left = (await storage.setting(uncleared, v.array(v.string()))) ?? [];
      await clearLeft();
    },
    isComplete: (n: number) => complete.has(n),
    /** This one takes no more; it is left once those before it are. */
    async completed(n: number) {
      if (complete.has(n)) return;
      complete.add(n);
      deps.row().moveOn(n + 1);
      // Before the queue: what it still has to acknowledge goes through there.
      await deps.row().get(n)?.stop();
      later(async () => {
        while (complete.has(placeOf().unsealed)) await leaveFirst();
      });
    },
    /** Records go to this one from now on, which is far behind the others. */
    async leapt(to: number) {
      const row = deps.row();
      const before = await row.before(to);
      await Promise.all(before.map((n) => row.get(n)?.stop()));
      later(async () => {
        const { unsealed } = placeOf();
        if (unsealed >= to) return;
        // Complete ones have perhaps been left by now.
        const numbers = before.filter((n) => n >= unsealed);
        const isLooked = (n: number) => complete.has(n);
        await leave(numbers, isLooked, () => deps.restoring().placeBehind(to));
        for (const n of numbers) complete.delete(n);
        deps.restoring().goOn();
      });
    },
  };
}
