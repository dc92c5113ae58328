// A chat's row as its room has it in memory, and the one queue through which everything changes it, so that each step
// sees what the last one left.
import type { StoredChat } from '../storage/models.ts';
import type { Storage } from '../storage/storage.ts';

export type RoomState = ReturnType<typeof createRoomState>;

/** @param onFailed hears what work throws that nobody waits for. */
export function createRoomState(storage: Storage, begun: StoredChat, onFailed: (error: unknown) => void) {
  let chat = begun;
  let isClosed = false;
  let waiting = 0;
  let queue: Promise<unknown> = Promise.resolve();

  /** Runs after everything before it; what it throws reaches its caller only. Rejects once the room is closed. */
  function enqueue<T>(work: () => Promise<T>): Promise<T> {
    const done = queue.then(() => {
      if (isClosed) throw new Error('the room is closed');
      return work();
    });
    waiting++;
    queue = done.catch(() => {}).finally(() => waiting--);
    return done;
  }

  return {
    chat: () => chat,
    /** What has just been written. */
    written(next: StoredChat) {
      chat = next;
    },
    async put(next: StoredChat) {
      await storage.batch().putChat(next).commit();
      chat = next;
    },
    enqueue,
    /** For work that nobody waits for: after the end it is left to the next start, which finds it in the document. */
    later(work: () => Promise<unknown>) {
      if (!isClosed) void enqueue(work).catch((error: unknown) => isClosed || onFailed(error));
    },
    settled: () => queue,
    isIdle: () => waiting === 0,
    /** Takes nothing more once what waits is done, with all that it brings. */
    async close() {
      for (let last; last !== queue; await last) last = queue;
      isClosed = true;
    },
    /** Takes nothing more, and leaves what waits to the next start. */
    async abandon() {
      isClosed = true;
      await queue;
    },
  };
}
