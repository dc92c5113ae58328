// When the app's rows come to say more, or something else, of the same records (`projectionVersion`), those of all chats
// are made again from their documents: in the background, a chat and a segment at a time, the newest first. What is done
// is on the disk, so that the next run goes on. Until then the old rows are there to be read.
import * as v from 'valibot';
import type { Storage } from '../storage/storage.ts';
import type { Clock } from '../sync/clock.ts';
import type { Rooms } from './rooms.ts';

/** Between two segments, so that all else comes first. */
const pauseMs = 50;
/** A chat of which the relay is getting back what it lost waits until that is done. */
const laterMs = 30_000;

const whole = v.pipe(v.number(), v.integer());
const progress = v.object({
  /** That the rows are of, but for those of the chats that are left. */
  version: whole,
  left: v.array(v.string()),
  /** Of the first of them, the segments below this are left of this part; all of both, where it isn't said. */
  below: v.optional(whole),
  part: v.optional(v.picklist(['changes', 'messages'])),
});
type Progress = v.InferOutput<typeof progress>;

export interface RebuildingDeps {
  readonly storage: Storage;
  readonly clock: Clock;
  readonly version: number;
  readonly rooms: Pick<Rooms, 'inRoom'>;
}

export function createRebuilding({ storage, clock, version, rooms }: RebuildingDeps) {
  let isClosed = false;
  let wakeUp = () => {};
  const pause = (ms: number) =>
    new Promise<void>((resolve) => {
      const cancel = clock.after(ms, resolve);
      wakeUp = () => {
        cancel();
        resolve();
      };
    });
  const put = (next: Progress) => storage.batch().putSetting('projection', next).commit();

  /** A segment of the first chat that is left; what is left then. */
  async function step(now: Progress, chat: string, others: readonly string[]): Promise<Progress | undefined> {
    return rooms.inRoom(chat, async (room): Promise<Progress> => {
      if (room.isRepairing()) return { version, left: [...others, chat] };
      const { part = 'changes', below = Infinity } = now;
      const n = Math.min(below, (room.chat().segments?.open ?? 0) + 1) - 1;
      await room.remakeRows(n, part);
      if (n > 0) return { version, left: now.left, part, below: n };
      if (part === 'changes') return { version, left: now.left, part: 'messages' };
      await room.remakeSummary();
      return { version, left: [...others] };
    });
  }

  async function run() {
    const before = (await storage.setting('projection', progress)) ?? { version: 1, left: [] };
    if (before.version > version) return;
    let now: Progress = before;
    if (before.version < version) {
      now = { version, left: (await storage.chats()).map(({ id }) => id) };
      await put(now);
    }
    for (;;) {
      const [chat, ...others] = now.left;
      if (chat === undefined) return;
      const next = await step(now, chat, others).catch(async (error: unknown) => {
        if (isClosed) return;
        // One chat that can't be read never stops the others.
        const reason = `rows not made again: ${error instanceof Error ? error.name : 'unknown'}`;
        await storage.batch().addSetAside(chat, reason, clock.now()).commit();
      });
      if (isClosed) return;
      const isPutOff = next !== undefined && next.left.at(-1) === chat && next.part === undefined;
      now = next ?? { version, left: others };
      await put(now);
      await pause(isPutOff ? laterMs : pauseMs);
    }
  }

  return {
    /** What a failing disk stops, the next run goes on with. */
    run: () => run().catch(() => {}),
    close() {
      isClosed = true;
      wakeUp();
    },
  };
}
