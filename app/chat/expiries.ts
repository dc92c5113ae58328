// Sees to it that messages which are to be gone are gone: from the screen of every device once their time is over, and for
// good by a deletion, their author's at once, or after a while anybody's (SPEC D19).
import { idToText, parseId, type RecordId } from '../../shared/protocol/ids.ts';
import type { Identity } from '../account/identity.ts';
import type { Random } from '../crypto/random.ts';
import { createRecordId } from '../doc/recordId.ts';
import type { ExpiryRow } from '../storage/schema.ts';
import type { Storage } from '../storage/storage.ts';
import { toleranceMs, type RelayClock } from '../sync/relayTime.ts';
import { endOf, graceMs, isLongOver } from './fleeting.ts';
import type { Room } from './room.ts';
import type { Rooms } from './rooms.ts';

/** A platform's timers go no further than some weeks, and clocks are set. */
const maxWaitMs = 3600_000;
/** Others go first, or not, by chance: a chat needs one deletion. */
const jitterMs = 3600_000;
/** Clocks differ by a little: a deletion that comes too early for somebody does not count there. */
const slackMs = 2 * toleranceMs;
/** After a start, what others have said meanwhile comes in first. */
const hearingMs = 60_000;
/** Seen to at once, a chat after the other, before what came meanwhile has its turn. */
const atOnce = 1000;
/** What failed is tried again. */
const laterMs = 5 * 60_000;

export interface ExpiriesDeps {
  readonly storage: Storage;
  readonly clock: RelayClock;
  readonly rooms: Pick<Rooms, 'seat' | 'inRoom'>;
  readonly identity: Pick<Identity, 'user'>;
  readonly random: Random;
  readonly randomUnit: () => number;
  /** What time it is, before anything is done about it that can't be taken back. */
  readonly settleTime: () => Promise<void>;
  /** What nobody waits for: a failure is logged, until the end. */
  readonly quietly: (work: Promise<void>) => Promise<unknown>;
}

export function createExpiries(deps: ExpiriesDeps) {
  const { storage, clock, rooms } = deps;
  const selfUser = idToText(deps.identity.user);
  const startedAt = clock.elapsed();
  let isClosed = false;
  let running: Promise<unknown> | undefined;
  let isDue = false;
  let cancel = () => {};
  let takenBackAt = -Infinity;

  /** After the end nothing is written, and what failed by that is no failure. */
  const isOver = () => isClosed || !storage.isOpen();

  const putOff = (rows: readonly ExpiryRow[], at: number) => {
    const batch = storage.batch();
    const since = clock.now();
    for (const { id, chat } of rows) batch.putExpiry({ id, chat, at, since });
    return batch.commit();
  };

  async function see(room: Room, row: ExpiryRow) {
    const drop = () => storage.batch().deleteExpiry(row.id).commit();
    const message = await storage.messages.get(row.id);
    const target = parseId<RecordId>(row.id, 16);
    if (!message || !target) return drop();
    const now = clock.now();
    const end = endOf(message);
    if (end > now) return putOff([row], end);
    if (!message.isHidden) await room.hide(row.id);
    if (message.kind === 'deleted' || room.chat().isRemoved) return drop();
    const isOwn = message.author === selfUser;
    const turnFrom = end + graceMs;
    const hearsForMs = Math.max(startedAt + hearingMs - clock.elapsed(), 0);
    // Its author's turn is at once. Later, somebody else may have deleted it, and this device not have heard of it yet.
    const hadTurn = row.at > turnFrom;
    if (isLongOver(message, now) ? hadTurn && hearsForMs === 0 : isOwn) {
      await room.say(idToText(createRecordId(now, deps.random)), { kind: 'deletion', target });
      return drop();
    }
    const waitMs = isOwn || hadTurn ? hearingMs : jitterMs;
    const from = Math.max(turnFrom + slackMs, now + hearsForMs);
    return putOff([row], from + Math.ceil(deps.randomUnit() * waitMs));
  }

  /** What is due in a chat, which is opened once for it. */
  async function seeAll(chat: string, rows: readonly ExpiryRow[]) {
    // A chat that couldn't be read at this start may be there at the next.
    if (!rooms.seat(chat)) return putOff(rows, clock.now() + maxWaitMs);
    await rooms.inRoom(chat, async (room) => {
      for (const row of rows) if (!isClosed) await see(room, row);
    });
  }
  async function run() {
    if ((await storage.expiries(clock.now(), 1)).due.length === 0) return;
    await deps.settleTime();
    const { due } = isClosed ? { due: [] } : await storage.expiries(clock.now(), atOnce);
    for (const [chat, rows] of Map.groupBy(due, (row) => row.chat)) {
      if (isClosed) return;
      // A chat that can't be opened just now holds up no other, and has its turn again.
      await seeAll(chat, rows).catch(async (error: unknown) => {
        if (isOver()) return;
        void deps.quietly(Promise.reject(error));
        await putOff(rows, clock.now() + laterMs);
      });
    }
  }
  /** What was put off by a clock that was ahead would wait until that time really comes. */
  async function takeBack() {
    if (clock.elapsed() < takenBackAt + maxWaitMs) return;
    takenBackAt = clock.elapsed();
    const rows = await storage.expiriesSince(clock.now() + slackMs);
    if (rows.length > 0) await putOff(rows, clock.now());
  }
  /** How long until there is something to do. */
  async function nextIn(): Promise<number | undefined> {
    const { nextAt } = await storage.expiries(-Infinity, 1);
    return nextAt === undefined ? undefined : Math.min(Math.max(nextAt - clock.now(), 0), maxWaitMs);
  }
  async function goOn() {
    while (isDue) {
      isDue = false;
      cancel();
      const waitMs = await takeBack()
        .then(run)
        .then(nextIn)
        .catch((error: unknown) => {
          // The disk can't be read or written just now.
          if (!isOver()) void deps.quietly(Promise.reject(error));
          return laterMs;
        });
      if (isOver()) return;
      cancel = waitMs === undefined ? () => {} : clock.after(waitMs, look);
    }
  }
  function look() {
    if (isClosed) return;
    isDue = true;
    running ??= deps.quietly(goOn()).finally(() => {
      running = undefined;
    });
  }
  const stopListening = storage.onExpirySet(look);
  look();

  return {
    close() {
      isClosed = true;
      cancel();
      stopListening();
    },
  };
}
