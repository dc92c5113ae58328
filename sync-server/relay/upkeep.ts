// What has to happen though nobody asks: snapshots that time has confirmed (SPEC R33), room taken back from what was
// freed, and given back to the disk. A piece at a time, with pauses, so that nobody notices.
import { keyOf } from '../auth/keyOf.ts';
import type { Log } from '../log/createLog.ts';
import { confirmAfterMs, upkeepAgainMs, upkeepEveryMs } from './bounds.ts';
import type { ChatRooms } from './chatRooms.ts';
import { Room, type RoomDeps } from './room.ts';

export interface UpkeepDeps extends RoomDeps {
  readonly log: Log;
  readonly chatRooms: ChatRooms;
  readonly reportBug: (place: string, error: unknown) => void;
}

export function createUpkeep(deps: UpkeepDeps) {
  const { log, chatRooms, clock, commit, reportBug } = deps;
  let cancel = clock.after(upkeepEveryMs, turn);

  /** True where one was confirmed. */
  function confirmOne(): boolean {
    const due = log.snapshots.nextDue(clock.now() - confirmAfterMs);
    const chat = due && chatRooms.find(due.chat);
    if (!due || !chat) return false;
    const room = chat.rooms.get(keyOf(due.document)) ?? new Room(deps, chat, due.document);
    return room.snapshots.confirmByTime();
  }
  function sweepOnce(): boolean {
    if (!log.freedSpace.isWorthSweeping()) return false;
    commit.flush();
    return log.write(() => log.freedSpace.sweep()).ok;
  }
  function giveBackSome(): boolean {
    if (!log.freedSpace.isWorthGivingBack()) return false;
    return log.giveBack().ok;
  }

  function turn() {
    let hasMore = false;
    try {
      hasMore = confirmOne() || sweepOnce() || giveBackSome();
      // By then nothing of what went is in any file (SPEC R34), and the files are as small as they get.
      if (!hasMore) log.emptyWriteAheadLog();
    } catch (error) {
      reportBug('upkeep', error);
    }
    cancel = clock.after(hasMore ? upkeepAgainMs : upkeepEveryMs, turn);
  }

  return { close: () => cancel() };
}
