// What of a chat outlives its documents in memory: its keys, who is here in it, and how it is doing.
import type { ChatId } from '../../shared/protocol/ids.ts';
import { openChatAccess, type ChatAccess } from '../account/chatAccess.ts';
import type { Identity } from '../account/identity.ts';
import { bytesOf } from '../account/storedChats.ts';
import type { Random } from '../crypto/random.ts';
import { createSignals, type SignalKind, type Signals } from '../doc/signals.ts';
import type { StoredChat } from '../storage/models.ts';
import type { Clock } from '../sync/clock.ts';
import type { PresenceNow } from './ephemeral.ts';
import { createPresence, type Presence } from './presence.ts';
import type { Room } from './room.ts';
import type { Standby } from './standby.ts';

/** Who was opened for nothing is opened again only after a pause, each time a longer one. */
const firstPauseMs = 10_000;
const maxPauseMs = 10 * 60_000;

export interface SeatDeps {
  readonly identity: Identity;
  readonly clock: Clock;
  readonly random: Random;
  readonly onPresence: (chat: string, now: PresenceNow) => void;
  /** The chat hears and is heard, after a start or a break. */
  readonly onHeard: (chat: string) => void;
  /** Whether some chat is on a screen now. */
  readonly isAnyVisible: () => boolean;
  /** Reads this chat's ledger as far as the relay has it, so much later. */
  readonly learn: (chat: string, waitMs: number) => Promise<boolean>;
}
/** One time in memory. */
export interface Life {
  readonly opened: Promise<Room>;
  readonly openedAt: number;
  usedAt: number;
  /** Opened because there was something to do, and used by nobody since. */
  isByItself: boolean;
  room?: Room;
  isClosing: boolean;
  closed?: Promise<void>;
}
export type Seat = ReturnType<typeof createSeat>;

export function createSeat(deps: SeatDeps, chat: StoredChat) {
  const { clock } = deps;
  /** Ends what waits for the ledger, as long as that may take. */
  const learning = new Set<() => void>();
  const access: ChatAccess = openChatAccess(chat, deps.identity, (waitMs) => {
    if (seat.life?.isClosing) return Promise.resolve(false);
    const { promise, resolve } = Promise.withResolvers<boolean>();
    const end = () => resolve(false);
    learning.add(end);
    return Promise.race([deps.learn(chat.id, waitMs), promise]).finally(() => learning.delete(end));
  });
  const signals: Signals = createSignals(access.context, access.documents.meta, deps.random);
  const presence: Presence = createPresence({
    signals,
    clock,
    onChange: (now) => deps.onPresence(chat.id, now),
    onAsked() {
      if (deps.isAnyVisible()) void seat.signal('here');
    },
    onHeard: () => deps.onHeard(chat.id),
  });
  let left = '';
  let pauseMs = 0;

  const seat = {
    id: chat.id,
    chatId: bytesOf<ChatId>(chat.id),
    access,
    signals,
    presence,
    life: undefined as Life | undefined,
    standby: undefined as Standby | undefined,
    /** Who is using the room now. */
    uses: 0,
    /** The relay has lost its documents: they are to begin another life. */
    isLost: false,
    /** Its disk didn't take something: it is to be opened again from what is there. */
    isFailed: false,
    /** It has heard all that the relay had, and has since been told of nothing new: what is left can wait. */
    isCaughtUp: false,
    /** Not before this it is opened by itself. */
    notBefore: 0,
    endLearning() {
      for (const end of learning) end();
    },
    /** It was closed at these places: if nothing came of opening it by itself, the next time comes later. */
    leftAt(places: string, isByItself: boolean) {
      pauseMs = isByItself && places === left ? Math.min(Math.max(firstPauseMs, pauseMs * 2), maxPauseMs) : 0;
      left = places;
      seat.notBefore = clock.elapsed() + pauseMs;
    },
    async signal(kind: SignalKind) {
      if (seat.life?.room) return seat.life.room.signal(kind);
      seat.standby?.signal(await signals.seal(kind, clock.now()));
    },
  };
  return seat;
}
