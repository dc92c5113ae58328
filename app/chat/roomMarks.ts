// What a room tells of its people in the meta document, and hears of the others: how far each has got, and their names.
import { idToText } from '../../shared/protocol/ids.ts';
import type { Author, ChatContext } from '../doc/chatContext.ts';
import type { Meta } from '../doc/meta.ts';
import type { Mark, Profile } from '../doc/metaEntries.ts';
import type { Storage } from '../storage/storage.ts';
import type { Clock } from '../sync/clock.ts';
import { tellerOfMore, toldMoreOf } from './missing.ts';
import { deliveredVector, isAhead, joinVectors, markToStored, vectorToMark } from './receipts.ts';
import type { RoomState } from './roomState.ts';

/** Marks of a busy moment travel as one. */
const markDelayMs = 300;
/** What others have is on its way here, too; after this long it has not come. */
const onItsWayMs = 60_000;

export interface RoomMarksDeps {
  readonly state: RoomState;
  readonly storage: Storage;
  readonly clock: Clock;
  readonly self: ChatContext['self'];
  readonly selfName: () => string;
  readonly meta: () => Meta;
}
export type RoomMarks = ReturnType<typeof createRoomMarks>;

export function createRoomMarks({ state, storage, clock, self, selfName, meta }: RoomMarksDeps) {
  const selfUser = idToText(self.user);
  const selfDevice = idToText(self.device);
  let isClosing = false;
  let cancelMark = () => {};
  let cancelAgain = () => {};
  let isScheduled = false;
  let isAgain = false;
  let cancelWatch = () => {};
  let isWatching = false;

  /** Tells the others how far this device has got, if that is news. */
  function schedule() {
    cancelMark();
    isScheduled = false;
    const chat = state.chat();
    if (isClosing || chat.isRemoved || chat.members.length < 2) return;
    isScheduled = true;
    cancelMark = clock.after(markDelayMs, () => {
      isScheduled = false;
      state.later(tell);
    });
  }
  async function tell() {
    const chat = state.chat();
    const told = chat.marks[selfDevice];
    const delivered = joinVectors(told?.delivered ?? {}, deliveredVector(chat, selfDevice));
    const read = told?.read ?? {};
    const said = meta().ownMark();
    const before = said && markToStored(said, selfUser);
    // Later than what was said before, also once the clock was set back: the newer one counts.
    const at = Math.max(clock.now(), (before?.at ?? 0) + 1, (told?.at ?? 0) + 1);
    const next = { user: selfUser, delivered, read, at };
    const isNews = !before || isAhead(delivered, before.delivered) || isAhead(read, before.read);
    if (isClosing || chat.isRemoved || !isNews) return;
    await state.put({ ...chat, marks: { ...chat.marks, [selfDevice]: next } });
    await meta().putMark({
      version: 1,
      device: self.device,
      delivered: vectorToMark(delivered),
      read: vectorToMark(read),
      at: next.at,
    });
  }

  async function tellName() {
    const chat = state.chat();
    const name = selfName();
    if (chat.isRemoved || meta().ownProfile()?.name === name) return;
    const before = Math.max(meta().ownProfile()?.at ?? 0, chat.names[selfUser]?.at ?? 0);
    const at = Math.max(clock.now(), before + 1);
    await meta().putProfile({ version: 1, device: self.device, name, at });
    await state.put({ ...state.chat(), names: { ...state.chat().names, [selfUser]: { name, at } } });
  }

  /** What another's mark says is here, and is not, shows once it had its time to come. */
  function watchOthers() {
    const told = toldMoreOf(state.chat(), selfDevice);
    if (!told || isWatching || isClosing) return;
    isWatching = true;
    cancelWatch = clock.after(onItsWayMs, () => {
      isWatching = false;
      state.later(async () => {
        const next = { ...state.chat(), toldMore: told };
        if (tellerOfMore(next) !== undefined && tellerOfMore(state.chat()) === undefined)
          await state.put(next);
        watchOthers();
      });
    });
  }
  watchOthers();

  return {
    schedule,
    /** Somebody took it away, or wrote over it: it is said once more, a moment later. */
    sayAgain() {
      cancelAgain();
      if (isClosing) return;
      isAgain = true;
      cancelAgain = clock.after(markDelayMs, () => {
        isAgain = false;
        state.later(tellName);
        state.later(tell);
      });
    },
    isIdle: () => !isScheduled && !isAgain,
    marks: {
      isNews(mark: Mark, author: Author) {
        const device = idToText(author.device);
        const before = state.chat().marks[device];
        const { delivered, read } = markToStored(mark, '');
        const isMore = !before || isAhead(delivered, before.delivered) || isAhead(read, before.read);
        return device !== selfDevice && isMore;
      },
      take: (mark: Mark, author: Author) =>
        state.later(async () => {
          const device = idToText(author.device);
          const chat = state.chat();
          const told = markToStored(mark, idToText(author.user));
          const before = chat.marks[device];
          const joined = before
            ? {
                ...told,
                delivered: joinVectors(before.delivered, told.delivered),
                read: joinVectors(before.read, told.read),
              }
            : told;
          await state.put({ ...chat, marks: { ...chat.marks, [device]: joined } });
          watchOthers();
        }),
    },
    profiles: {
      isNews(profile: Profile, author: Author) {
        const before = state.chat().names[idToText(author.user)];
        return (
          !before || profile.at > before.at || (profile.at === before.at && profile.name !== before.name)
        );
      },
      take: (profile: Profile, author: Author) =>
        state.later(async () => {
          const chat = state.chat();
          const user = idToText(author.user);
          if (profile.at < (chat.names[user]?.at ?? -1)) return;
          await state.put({
            ...chat,
            names: { ...chat.names, [user]: { name: profile.name, at: profile.at } },
          });
        }),
    },
    tellName,
    markRead: (id: string) =>
      state.enqueue(async () => {
        const chat = state.chat();
        const upTo = await storage.messages.get(id);
        const unread = upTo ? await storage.messages.unread(chat.id, upTo.at) : [];
        if (unread.length === 0) return;
        const batch = storage.batch();
        const reached: Record<string, number> = {};
        for (const message of unread) {
          batch.putMessage({ ...message, isUnread: false });
          reached[message.device] = Math.max(reached[message.device] ?? 0, message.sequence);
        }
        const told = chat.marks[selfDevice];
        const mark = {
          user: selfUser,
          delivered: told?.delivered ?? {},
          read: joinVectors(told?.read ?? {}, reached),
          at: clock.now(),
        };
        const next = {
          ...chat,
          unread: Math.max(0, chat.unread - unread.length),
          marks: { ...chat.marks, [selfDevice]: mark },
        };
        await batch.putChat(next).commit();
        state.written(next);
        schedule();
      }),
    close() {
      isClosing = true;
      cancelMark();
      cancelAgain();
      cancelWatch();
    },
  };
}
