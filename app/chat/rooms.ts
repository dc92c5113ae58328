// The chats of an account, of which only some have their documents in memory: those that somebody uses or that have
// something to do, and of the rest the last ones. The others stand by (`standby.ts`) and are opened when there is news. A
// chat is closed as the app's end closes it: all that it still had to do is on the disk, and goes on the next time.
import { idToText } from '../../shared/protocol/ids.ts';
import type { StoredChat } from '../storage/models.ts';
import type { HeldSessions } from '../doc/sessions.ts';
import { NewerDatabaseError } from '../storage/schema.ts';
import { isDiskError } from '../storage/diskError.ts';
import { isQuotaError } from '../storage/quotaError.ts';
import type { SignalKind } from '../doc/signals.ts';
import { beginRepair } from './beginRepair.ts';
import { createReopening } from './reopening.ts';
import { createRoom, type Room, type RoomDeps } from './room.ts';
import { isMisheard } from './setAsideEntries.ts';
import { createSeat, type Life, type Seat, type SeatDeps } from './seat.ts';
import { createStandby, type Rest } from './standby.ts';

/** Chats with their documents in memory, at most: half a megabyte each, and a few of Yjs' own. */
export const maxOpenChats = 20;
/** What has something to do keeps others waiting for so long; while the relay gets back what it lost, for longer. */
const patienceMs = 30_000;
const repairPatienceMs = 5 * 60_000;
/** And only so long once it has heard all, where others have not. */
const heardMs = 1_000;
/**
 * The first moments belong to what is on the screen, which is read from rows: what opens by itself comes then, or as soon as
 * the relay is there to be heard.
 */
const screenFirstMs = 2_000;
/** How often it is looked whether somebody makes room. */
const lookMs = 250;

type Given = 'access' | 'signals' | 'presence' | 'held' | 'onDiverged' | 'onFailed';
export interface RoomsDeps extends Omit<RoomDeps, Given>, Omit<SeatDeps, 'clock'> {
  /** At least two: one may be on the screen for long. */
  readonly maxOpen: number;
  /** A write has failed for want of room. */
  readonly onStorageFull: () => void;
}
export type Rooms = ReturnType<typeof createRooms>;
interface Open {
  readonly seat: Seat;
  readonly life: Life;
  readonly room: Room;
}

const mustReopen = ({ isLost, isFailed }: Seat): boolean => isLost || isFailed;

export function createRooms(deps: RoomsDeps) {
  const { storage, clock, link } = deps;
  const seats = new Map<string, Seat>();
  const loaded = new Set<Seat>();
  /** To be opened when there is room, in this order. */
  const wanted = new Set<Seat>();
  /** Somebody waits for these. */
  const urgent = new Set<{ readonly seat: Seat; readonly go: () => void }>();
  /** With something to do that takes the network. */
  const unfinished = new Set<Seat>();
  const held: HeldSessions = new Map();
  const begunAt = clock.elapsed();
  let visible: string | null = null;
  let isClosed = false;
  let cancelLook = () => {};
  const reopening = createReopening(clock, (id) => {
    const seat = seats.get(id);
    if (!seat) return;
    seat.isLost = true;
    want(seat);
  });

  const rereading = createReopening(clock, (id) => {
    const seat = seats.get(id);
    if (!seat) return;
    seat.isFailed = true;
    want(seat);
  });
  /** What is in memory is more than the disk has: as after a crash, the disk is what counts. */
  function failed(seat: Seat, error: unknown) {
    // A newer app has taken the database over, and looks after it.
    if (isClosed || !storage.isOpen() || error instanceof NewerDatabaseError) return;
    if (!isDiskError(error)) throw error;
    const isFull = isQuotaError(error);
    if (isFull) deps.onStorageFull();
    // What a chat leaves undone that closes, its next opening finds.
    if (seat.life && (mustReopen(seat) || seat.life.isClosing)) return;
    if (!isFull) void setAside(seat, 'not written', error);
    rereading.ask(seat.id);
  }

  function want(seat: Seat) {
    if (isClosed) return;
    if (!seat.life || seat.life.isClosing) wanted.add(seat);
    pump();
  }

  /** Opens what is wanted, as far as there is room, and makes room. */
  function pump() {
    cancelLook();
    if (isClosed) return;
    for (const waiting of urgent) {
      const { seat } = waiting;
      if (!seat.life && loaded.size < deps.maxOpen) begin(seat);
      if (seat.life) seat.life.isByItself = false;
      if (!seat.life || seat.life.isClosing) continue;
      urgent.delete(waiting);
      waiting.go();
    }
    const now = clock.elapsed();
    const screenFirstUntil = link.state === 'online' ? begunAt : begunAt + screenFirstMs;
    const isDue = ({ life, notBefore }: Seat) => !life && Math.max(notBefore, screenFirstUntil) <= now;
    // Those first that may have something to hear.
    for (const seat of [...wanted].toSorted((a, b) => Number(a.isCaughtUp) - Number(b.isCaughtUp))) {
      if (loaded.size >= deps.maxOpen) break;
      if (isDue(seat)) begin(seat);
    }
    makeRoom([...wanted].filter(isDue));
    const nextAt = Math.max(screenFirstUntil, Math.min(...[...wanted].map(({ notBefore }) => notBefore)));
    const waitMs = urgent.size > 0 ? lookMs : Math.max(lookMs, nextAt - now);
    if (urgent.size + wanted.size > 0) cancelLook = clock.after(waitMs, pump);
  }

  /** @param due wanted ones whose time has come. */
  function makeRoom(due: readonly Seat[]) {
    const now = clock.elapsed();
    const open = [...loaded].flatMap((seat) => {
      const { life } = seat;
      return life?.room && !life.isClosing && seat.uses === 0 ? [{ seat, life, room: life.room }] : [];
    });
    for (const one of open) if (mustReopen(one.seat)) unload(one);
    const hurried = new Set([...urgent].map(({ seat }) => seat).filter((seat) => !seat.life)).size;
    const unheard = due.filter((seat) => !seat.isCaughtUp).length;
    const closing = [...loaded].filter((seat) => seat.life?.isClosing && !mustReopen(seat)).length;
    const free = deps.maxOpen - loaded.size + closing;
    const left = open.filter(({ seat, life }) => !life.isClosing && seat.id !== visible);
    const resting = left.filter(({ room }) => room.isAtRest());
    const others = left.filter(({ room }) => !room.isAtRest());
    const patient = others.filter(({ room, life }) => {
      if (link.state !== 'online') return room.isQuiet();
      return now >= life.openedAt + (room.isRepairing() ? repairPatienceMs : patienceMs);
    });
    const first = resting.toSorted((a, b) => a.life.usedAt - b.life.usedAt);
    const then = patient.toSorted((a, b) => a.life.openedAt - b.life.openedAt);
    // Whoever somebody waits for doesn't wait for another to finish.
    const rest = others.filter((one) => !patient.includes(one));
    const going = [...first, ...then].slice(0, Math.max(0, hurried + due.length - free));
    const heard = rest.filter(({ room, life }) => now >= life.openedAt + heardMs && room.isCaughtUp());
    going.push(...heard.slice(0, Math.max(0, hurried + unheard - free - going.length)));
    const last = rest.filter((one) => !going.includes(one));
    going.push(...last.slice(0, Math.max(0, hurried - free - going.length)));
    for (const one of going) unload(one);
  }

  function begin(seat: Seat) {
    wanted.delete(seat);
    unfinished.delete(seat);
    loaded.add(seat);
    const opened = load(seat);
    const now = clock.elapsed();
    const life: Life = { opened, openedAt: now, usedAt: now, isByItself: true, isClosing: false };
    seat.life = life;
    void opened
      .then(
        (room) => {
          life.room = room;
          // Until now it heard the signals.
          seat.standby?.close();
          seat.standby = undefined;
        },
        (error: unknown) => {
          seat.life = undefined;
          loaded.delete(seat);
          return isDiskError(error) ? failed(seat, error) : setAside(seat, 'not opened', error);
        },
      )
      .then(pump);
  }

  /** One chat that fails never stops the others; what was wrong shows in diagnostics, if there is still a disk. */
  async function setAside({ id }: Seat, what: string, error: unknown) {
    if (isClosed) return;
    const reason = `chat ${what}: ${error instanceof Error ? error.name : 'unknown'}`;
    await storage
      .batch()
      .addSetAside(id, reason, clock.now())
      .commit()
      .catch(() => {});
  }

  async function load(seat: Seat): Promise<Room> {
    seat.isFailed = false;
    let chat = await storage.chat(seat.id);
    if (!chat) throw new Error('no such chat');
    const { rest, ...awake } = chat;
    // From here on there may be something to do, also after a crash.
    if (rest) await storage.batch().putChat(awake).commit();
    chat = awake;
    if (seat.isLost || isMisheard(chat)) {
      chat = await beginRepair({ storage, ...seat.access }, chat);
      seat.isLost = false;
    }
    return createRoom(
      {
        ...deps,
        ...seat,
        held,
        onDiverged(id) {
          // Each of its documents says so.
          if (!seat.isLost && !seat.life?.isClosing) reopening.ask(id);
        },
        onFailed: (error) => failed(seat, error),
        onArrived(arrivedIn, messages) {
          if (seat.life) seat.life.usedAt = clock.elapsed();
          deps.onArrived(arrivedIn, messages);
        },
      },
      chat,
    );
  }

  function unload(open: Open) {
    open.life.isClosing = true;
    open.life.closed = close(open);
  }
  async function close({ seat, life, room }: Open) {
    // What comes in from now on, the relay has beyond these places.
    const isAtRest = room.isAtRest() && !mustReopen(seat);
    seat.isCaughtUp = room.isCaughtUp();
    const rest = room.places();
    seat.endLearning();
    try {
      await room.close();
      const isDone = isAtRest && (await storage.segmentsToErase(seat.id)).length === 0;
      if (isDone)
        await storage
          .batch()
          .putChat({ ...room.chat(), rest })
          .commit();
      seat.leftAt(JSON.stringify(rest), life.isByItself);
      if (!isDone) unfinished.add(seat);
    } catch (error) {
      await setAside(seat, 'not closed', error);
    }
    seat.life = undefined;
    loaded.delete(seat);
    if (isClosed) return;
    if (mustReopen(seat)) begin(seat);
    else {
      standBy(seat, rest);
      if (unfinished.has(seat) && link.state === 'online') wanted.add(seat);
    }
    pump();
  }

  function standBy(seat: Seat, rest: Rest) {
    seat.standby?.close();
    seat.standby = createStandby({
      link,
      chat: seat.chatId,
      documents: seat.access.documents,
      rest,
      onNews() {
        seat.isCaughtUp = false;
        want(seat);
      },
      onSignal: seat.presence.events.onSignal,
    });
  }

  return {
    /** A chat that this device has; the same again changes nothing. */
    add(chat: StoredChat): Seat {
      const known = seats.get(chat.id);
      if (known) return known;
      const seat = createSeat(deps, chat);
      seats.set(chat.id, seat);
      const isNameTold = chat.names[idToText(deps.identity.user)]?.name === deps.selfName();
      if (chat.rest) standBy(seat, chat.rest);
      if (!chat.rest || !(isNameTold || chat.isRemoved)) want(seat);
      return seat;
    },
    all: (): Iterable<Seat> => seats.values(),
    seat: (id: string): Seat | undefined => seats.get(id),
    /** Opens it where it is not; it stays open until the work is done. Undefined where there is no such chat. */
    async inRoom<T>(id: string, work: (room: Room) => Promise<T>): Promise<T | undefined> {
      const seat = seats.get(id);
      if (!seat || isClosed) return undefined;
      seat.uses++;
      try {
        if (seat.life) seat.life.isByItself = false;
        if (!seat.life || seat.life.isClosing) {
          await new Promise<void>((go) => {
            urgent.add({ seat, go });
            pump();
          });
        }
        const room = await seat.life?.opened;
        return room && (await work(room));
      } finally {
        seat.uses--;
        if (seat.life) seat.life.usedAt = clock.elapsed();
        pump();
      }
    },
    /** This one is on the screen, and stays open meanwhile. */
    show(id: string | null) {
      visible = id;
      const seat = id === null ? undefined : seats.get(id);
      if (seat && (!seat.life || seat.life.isClosing)) urgent.add({ seat, go: () => {} });
      pump();
    },
    async signal(id: string, kind: SignalKind) {
      await seats.get(id)?.signal(kind);
    },
    /** There is another name to tell. */
    async tellName() {
      for (const seat of seats.values()) {
        if (seat.life?.room && !seat.life.isClosing) await seat.life.room.tellName();
        else want(seat);
      }
    },
    want,
    /** How many have their documents in memory. */
    openCount: () => loaded.size,
    setOnline(isOnline: boolean) {
      if (isOnline) for (const seat of unfinished) wanted.add(seat);
      else for (const seat of seats.values()) seat.presence.clear();
      pump();
    },
    async close() {
      isClosed = true;
      cancelLook();
      for (const { go } of urgent) go();
      for (const seat of seats.values()) {
        seat.standby?.close();
        seat.presence.clear();
        const { life } = seat;
        const room = await life?.opened.catch(() => undefined);
        if (life && room && !life.isClosing) unload({ seat, life, room });
        await life?.closed;
      }
    },
  };
}
