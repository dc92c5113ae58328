// Views, made from what the storage holds and what is true now. Reads only; runs in every tab, also where no engine is.
import * as v from 'valibot';
import { loadSelf, storedAccount } from '../account/storedAccount.ts';
import { createTermHasher } from '../crypto/searchTerms.ts';
import { hybridTimeToMs } from '../doc/hybridTime.ts';
import type { StoredChat, StoredMessage } from '../storage/models.ts';
import type { Storage } from '../storage/storage.ts';
import { nobody, type Ephemeral } from './ephemeral.ts';
import { endOf, isFleeting, isOver } from './fleeting.ts';
import { hasGap, isComing, tellerOfMore } from './missing.ts';
import { createMessageViews, nameIn, personIn } from './messageViews.ts';
import { deliveryOf } from './receipts.ts';
import { termsOfQuery } from './searchText.ts';
import type {
  ChatRowView,
  ChatView,
  DiagnosticsView,
  Query,
  SearchHitView,
  SelfView,
  TimelineView,
  ViewByQuery,
  ViewOf,
} from './views.ts';

const maxHits = 60;
/** Long enough for two lines of a list. */
const previewLength = 160;

export interface QueryDeps {
  readonly storage: Storage;
  readonly ephemeral: Ephemeral;
  readonly isEngineHere: () => boolean;
  /** This device's clock. */
  readonly nowMs: () => number;
}
type QueryOf<Q extends Query['query']> = Extract<Query, { query: Q }>;

export function createQueries({ storage, ephemeral, isEngineHere, nowMs }: QueryDeps) {
  let selfUser: string | undefined;
  let hashTerm: ((term: string) => number) | undefined;

  const self = async () => {
    if (selfUser === undefined || !hashTerm) {
      const stored = await loadSelf(storage);
      if (!stored) return undefined;
      selfUser = stored.user;
      hashTerm = createTermHasher(stored.searchKey);
    }
    return { user: selfUser, hashTerm };
  };

  /**
   * Those whose time is over are hidden, whatever their rows say: no engine may have been there at that time. By the relay's
   * time, as it was last heard.
   */
  async function hidingOver<M extends Iterable<StoredMessage>>(
    messages: M,
  ): Promise<readonly StoredMessage[]> {
    const all = [...messages];
    if (!all.some(isFleeting)) return all;
    const kept = await storage.setting('relayTime', v.object({ differenceMs: v.number() }));
    const now = nowMs() + (kept?.differenceMs ?? 0);
    return all.map((message) =>
      isFleeting(message) && isOver(message, now) ? { ...message, isHidden: true, text: '' } : message,
    );
  }
  const shownOf = async (messages: readonly StoredMessage[]) =>
    (await hidingOver(messages)).filter(({ isHidden }) => !isHidden);
  const byId = async (messages: ReadonlyMap<string, StoredMessage>) =>
    new Map((await hidingOver(messages.values())).map((message) => [message.id, message]));

  const titleOf = (chat: StoredChat, user: string): string => {
    if (chat.kind !== 'direct') return chat.title;
    const other = chat.members.find((member) => member.user !== user);
    return other ? nameIn(chat, other.user) : '';
  };
  const seedOf = (chat: StoredChat, user: string): string =>
    (chat.kind === 'direct' && chat.members.find((member) => member.user !== user)?.user) || chat.id;

  async function selfView(): Promise<SelfView> {
    const [me, account, profile, isStoragePersistent] = await Promise.all([
      self(),
      storage.setting('account', storedAccount),
      storage.setting('profile', v.object({ name: v.string() })),
      storage.setting('persistent', v.boolean()),
    ]);
    if (!me || !account) return { state: 'none' };
    return {
      state: 'ready',
      userId: me.user,
      name: profile?.name ?? '',
      handle: account.handle,
      isAdministrator: account.isAdministrator,
      isRecoverable: false,
      ...(isStoragePersistent === undefined ? {} : { isStoragePersistent }),
    };
  }

  function previewOf(chat: StoredChat, message: StoredMessage | undefined, user: string) {
    if (!message || message.isHidden) return {};
    const isOwn = message.author === user;
    return {
      preview: {
        kind: message.kind,
        text: message.text.slice(0, previewLength),
        ...(message.kind === 'timer' ? { seconds: message.seconds ?? 0 } : {}),
        ...(isFleeting(message) ? { goneAtMs: endOf(message) } : {}),
        isOwn,
        senderName: isOwn ? '' : nameIn(chat, message.author),
        ...(isOwn && chat.kind !== 'notes' && message.kind !== 'timer'
          ? { delivery: deliveryOf(chat, message, user) }
          : {}),
      },
    };
  }

  async function chatRows(): Promise<readonly ChatRowView[]> {
    const me = await self();
    if (!me) return [];
    const chats = await storage.chats();
    const lastIds = chats.flatMap((chat) => (chat.last ? [chat.last.id] : []));
    const last = await byId(await storage.messages.many(lastIds));
    const { presence } = ephemeral.get();
    return chats
      .toSorted((a, b) => b.at - a.at || (a.id < b.id ? -1 : 1))
      .map((chat) => ({
        chatId: chat.id,
        kind: chat.kind,
        title: titleOf(chat, me.user),
        avatarSeed: seedOf(chat, me.user),
        ...previewOf(chat, chat.last && last.get(chat.last.id), me.user),
        draft: chat.draft,
        atMs: chat.at,
        unreadCount: chat.unread,
        isCatchingUp: isComing(chat) && !chat.isRemoved,
        typingNames: (presence[chat.id] ?? nobody).typing.map((user) => nameIn(chat, user)),
      }));
  }

  /** Nothing once the message is gone, or has become what was wanted. */
  async function editOf({ edit }: StoredChat): Promise<Pick<ChatView, 'edit'>> {
    const message = edit && (await storage.messages.get(edit.messageId));
    if (!message || message.kind !== 'text' || message.isHidden || message.text === edit.text) return {};
    return { edit: { ...edit, original: message.text } };
  }

  async function chatView({ chatId }: QueryOf<'chat'>): Promise<ChatView | undefined> {
    const me = await self();
    const chat = await storage.chat(chatId);
    if (!me || !chat) return undefined;
    const { presence, isRelayFull } = ephemeral.get();
    const { online, typing } = presence[chatId] ?? nobody;
    const teller = tellerOfMore(chat);
    const isMissing = hasGap(chat) || teller !== undefined;
    const trouble = chat.trouble ?? (isRelayFull ? 'relay-full' : isMissing ? 'gap' : undefined);
    // Where nothing else shows it, it is their word alone.
    const isTold = teller !== undefined && trouble === 'gap' && !chat.trouble && !hasGap(chat);
    return {
      chatId,
      kind: chat.kind,
      title: titleOf(chat, me.user),
      avatarSeed: seedOf(chat, me.user),
      members: chat.members.map((member) => personIn(chat, member.user, me.user)),
      draft: chat.draft,
      ...(await editOf(chat)),
      timerSeconds: chat.timer?.seconds ?? 0,
      unreadCount: chat.unread,
      onlineUserIds: online,
      typingUserIds: typing,
      isCatchingUp: isComing(chat) && !chat.isRemoved,
      ...(trouble ? { trouble } : {}),
      ...(isTold ? { toldBy: nameIn(chat, teller) } : {}),
    };
  }

  async function timeline({ chatId, anchor, before, after }: QueryOf<'timeline'>): Promise<TimelineView> {
    const me = await self();
    const chat = await storage.chat(chatId);
    const empty = { messages: [], events: [], hasOlder: false, hasNewer: false, unreadCount: 0 };
    if (!me || !chat) return empty;
    const { messages } = storage;
    const pivot = anchor.kind === 'message' ? await messages.get(anchor.messageId) : undefined;
    const older = await messages.before(chatId, pivot, before + 1);
    const newer = pivot ? await messages.from(chatId, pivot, after + 2) : [];
    const hasOlder = older.length > before;
    const hasNewer = newer.length > after + 1;
    const shown = await shownOf([...(hasOlder ? older.slice(1) : older), ...newer.slice(0, after + 1)]);
    const firstUnreadId = await messages.firstUnread(chatId);
    const views = createMessageViews(chat, me.user);
    const replied = shown.flatMap((m) => (m.replyTo === undefined ? [] : [m.replyTo]));
    const originals = await byId(await messages.many(replied));
    return {
      messages: shown.map((message) => views.toView(message, originals)),
      events: hasOlder ? [] : views.events(),
      hasOlder,
      hasNewer,
      ...(firstUnreadId === undefined ? {} : { firstUnreadId }),
      unreadCount: chat.unread,
    };
  }

  async function search({ text, chatId }: QueryOf<'search'>): Promise<readonly SearchHitView[]> {
    const me = await self();
    if (!me) return [];
    const terms = termsOfQuery(text, me.hashTerm);
    const found = await shownOf(await storage.messages.search(terms, chatId, maxHits));
    const chats = new Map((await storage.chats()).map((chat) => [chat.id, chat]));
    return found.flatMap((message) => {
      const chat = chats.get(message.chat);
      if (!chat) return [];
      return [
        {
          chatId: chat.id,
          chatTitle: titleOf(chat, me.user),
          chatKind: chat.kind,
          messageId: message.id,
          authorName: nameIn(chat, message.author),
          isOwn: message.author === me.user,
          text: message.text,
          atMs: hybridTimeToMs(message.at),
        },
      ];
    });
  }

  async function diagnostics(): Promise<DiagnosticsView> {
    const storageBytes = await storage.usedBytes();
    const chats = await storage.chats();
    const sum = (count: (chat: StoredChat) => number) => chats.reduce((all, chat) => all + count(chat), 0);
    return {
      toldAnew: sum(({ segments }) => segments?.generation ?? 0),
      gaps: sum((chat) => Number(hasGap(chat) || tellerOfMore(chat) !== undefined)),
      forks: sum(({ trouble }) => Number(trouble === 'fork')),
      setAside: (await storage.setAside()).map(({ chat, reason, count, at }) => ({
        chatId: chat,
        reason,
        count,
        lastAtMs: at,
      })),
      waitingEntries: await storage.waitingCount(),
      isEngineHere: isEngineHere(),
      ...(storageBytes === undefined ? {} : { storageBytes }),
    };
  }

  const read: { readonly [Q in Query['query']]: (query: QueryOf<Q>) => Promise<ViewByQuery[Q]> } = {
    self: selfView,
    chats: chatRows,
    chat: chatView,
    timeline,
    search,
    link: async () => ephemeral.get().link,
    'room-left': async () => ({ isNearlyFull: ephemeral.get().isStorageNearlyFull }),
    diagnostics,
  };
  return {
    /** Rejects only when the storage itself fails. */
    read: <Q extends Query>(query: Q): Promise<ViewOf<Q>> => {
      const reader: (query: never) => Promise<unknown> = read[query.query];
      return reader(query as never) as Promise<ViewOf<Q>>;
    },
  };
}
export type Queries = ReturnType<typeof createQueries>;
