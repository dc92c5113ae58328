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
  /** Of the first of them, the segments below this are left; all, where it isn't said. */
  below: v.optional(whole),
});

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
  const put = (next: v.InferOutput<typeof progress>) =>
    storage.batch().putSetting('projection', next).commit();

  /** The segment that was made again, and whether the chat is done. */
  async function step(chat: string, below: number | undefined) {
    return rooms.inRoom(chat, async (room) => {
      if (room.isRepairing()) return 'later' as const;
      const { open } = room.chat().segments ?? { open: 0 };
      const n = Math.min(below ?? Infinity, open + 1) - 1;
      if (n >= 0) await room.remakeRows(n);
      if (n <= 0) await room.remakeSummary();
      return n;
    });
  }

  async function run() {
    const before = (await storage.setting('projection', progress)) ?? { version: 1, left: [] };
    if (before.version > version) return;
    let now: v.InferOutput<typeof progress> = before;
    if (before.version < version) {
      now = { version, left: (await storage.chats()).map(({ id }) => id) };
      await put(now);
    }
    for (;;) {
      const [chat, ...others] = now.left;
      if (chat === undefined) return;
      const done = await step(chat, now.below).catch((error: unknown) => {
        if (isClosed) return;
        // One chat that can't be read never stops the others.
        const reason = `rows not made again: ${error instanceof Error ? error.name : 'unknown'}`;
        return storage.batch().addSetAside(chat, reason, clock.now()).commit();
      });
      if (isClosed) return;
      if (done === 'later') now = { version, left: [...others, chat] };
      else if (done === undefined || done <= 0) now = { version, left: others };
      else now = { version, left: now.left, below: done };
      await put(now);
      await pause(done === 'later' ? laterMs : pauseMs);
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
