// Sees to it that messages which are to be gone are gone: from the screen of every device once their time is over, and for
// good by a deletion, their author's at once, or after a while anybody's (SPEC D19).
import { idToText, parseId, type RecordId } from '../../shared/protocol/ids.ts';
import type { Identity } from '../account/identity.ts';
import type { Random } from '../crypto/random.ts';
import { createRecordId } from '../doc/recordId.ts';
import type { ExpiryRow } from '../storage/schema.ts';
import type { Storage } from '../storage/storage.ts';
import type { RelayClock } from '../sync/relayTime.ts';
import { endOf, graceMs, isLongOver } from './fleeting.ts';
import type { Room } from './room.ts';
import type { Rooms } from './rooms.ts';

/** A platform's timers go no further than some weeks, and clocks are set. */
const maxWaitMs = 3600_000;
/** Others go first, or not, by chance: a chat needs one deletion. */
const jitterMs = 3600_000;
/** Seen to at once, before what came meanwhile has its turn. */
const atOnce = 64;

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
  let isClosed = false;
  let running: Promise<unknown> | undefined;
  let isDue = false;
  let cancel = () => {};

  async function see(room: Room, row: ExpiryRow) {
    const drop = () => storage.batch().deleteExpiry(row.id).commit();
    const message = await storage.messages.get(row.id);
    const target = parseId<RecordId>(row.id, 16);
    if (!message || !target) return drop();
    if (endOf(message) > clock.now())
      return storage
        .batch()
        .putExpiry({ ...row, at: endOf(message) })
        .commit();
    if (!message.isHidden) await room.hide(row.id);
    if (message.kind === 'deleted' || room.chat().isRemoved) return drop();
    if (message.author === selfUser || isLongOver(message, clock.now())) {
      await room.say(idToText(createRecordId(clock.now(), deps.random)), { kind: 'deletion', target });
      return drop();
    }
    const at = endOf(message) + graceMs + Math.ceil(deps.randomUnit() * jitterMs);
    return storage
      .batch()
      .putExpiry({ ...row, at: Math.max(at, clock.now() + 1) })
      .commit();
  }

  async function run() {
    let { due } = await storage.expiries(clock.now(), atOnce);
    if (due.length === 0) return;
    await deps.settleTime();
    if (isClosed) return;
    ({ due } = await storage.expiries(clock.now(), atOnce));
    for (const row of due) {
      if (isClosed) return;
      if (rooms.seat(row.chat)) await rooms.inRoom(row.chat, (room) => see(room, row));
      else await storage.batch().deleteExpiry(row.id).commit();
    }
  }
  async function goOn() {
    while (isDue) {
      isDue = false;
      cancel();
      // Also where something fails: it is tried again.
      cancel = clock.after(maxWaitMs, look);
      await run();
      if (isClosed) return;
      cancel();
      const { nextAt } = await storage.expiries(-Infinity, 1);
      if (nextAt === undefined || isClosed) continue;
      cancel = clock.after(Math.min(Math.max(nextAt - clock.now(), 0), maxWaitMs), look);
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
