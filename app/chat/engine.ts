// The engine: everything that one account does, from the disk to the relay. One runs per account and browser; the page
// and other tabs only give it commands (`commands.ts`) and read what it wrote (`queries.ts`).
import * as v from 'valibot';
import type { Bytes } from '../../shared/codec/bytes.ts';
import { idToText, type ChatId } from '../../shared/protocol/ids.ts';
import { fail, ok, type Result } from '../../shared/protocol/result.ts';
import { createContacts, inspectInvitation, type Contacts } from '../account/contacts.ts';
import { createTellings } from '../account/keptForReturn.ts';
import { createOwnBoxes } from '../account/ownBoxes.ts';
import { createRetelling, type Doubt } from '../account/retelling.ts';
import { createIdentity, loadIdentity, type Identity } from '../account/identity.ts';
import { createSession } from '../account/session.ts';
import type { StoredAccount } from '../account/storedAccount.ts';
import { roles } from '../account/chatState.ts';
import { performChange } from '../account/membership.ts';
import { bytesOf, isAdminOf, putLaterEntries, storedLedger } from '../account/storedChats.ts';
import { createTasks, storedTask, type ChangeTask, type StoredTask } from '../account/tasks.ts';
import type { Random } from '../crypto/random.ts';
import { createTermHasher } from '../crypto/searchTerms.ts';
import { documentLimits, type DocumentLimits } from '../doc/documentLimits.ts';
import type { StoredChat, StoredMessage } from '../storage/models.ts';
import { createQuotaWatch } from '../storage/quotaWatch.ts';
import type { Storage } from '../storage/storage.ts';
import type { Clock } from '../sync/clock.ts';
import { createLink, type Link, type LinkState } from '../sync/link.ts';
import { createRelayHttp, type Fetch } from '../sync/relayHttp.ts';
import type { OpenSocket } from '../sync/socketPort.ts';
import type { Ephemeral } from './ephemeral.ts';
import { createLedgerKeeper } from './ledgerKeeper.ts';
import { beginRepair } from './beginRepair.ts';
import { createReopening } from './reopening.ts';
import { createRoom, type Room } from './room.ts';
import { createVisibleChat } from './visibleChat.ts';

export interface EngineDeps {
  readonly storage: Storage;
  /** The relay's, such as `https://convo.example`. */
  readonly origin: string;
  readonly fetch: Fetch;
  readonly openSocket: OpenSocket;
  readonly clock: Clock;
  readonly random: Random;
  readonly ephemeral: Ephemeral;
  /** How large documents grow; as in `documentLimits` unless a test wants to meet the boundaries. */
  readonly limits?: DocumentLimits;
  /** After the first message of this device: ask the browser to keep its data. */
  readonly onFirstMessage: () => void;
  readonly onArrived: (chat: StoredChat, messages: readonly StoredMessage[]) => void;
}

/** What there is once the device has an account. */
interface Member {
  readonly identity: Identity;
  readonly account: StoredAccount;
  readonly contacts: Contacts;
  readonly link: Link;
  readonly rooms: Map<string, Room>;
  readonly runTasks: () => Promise<void>;
  readonly openRoom: (chat: StoredChat) => Promise<Room>;
  /** Also while it is being opened anew. */
  readonly room: (chat: string) => Promise<Room> | undefined;
  /** Decides a change of a chat's members or epoch; it is kept, and carried out when the relay answers. */
  readonly changeMembers: (
    chat: string,
    change: ChangeTask['change'],
    users?: readonly string[],
    role?: number,
  ) => Promise<Result<null, 'not-found' | 'not-allowed'>>;
  readonly close: () => Promise<void>;
}
const profileSchema = v.object({ name: v.string() });

export type Engine = Awaited<ReturnType<typeof createEngine>>;

export async function createEngine(deps: EngineDeps) {
  const { storage, clock, random, ephemeral } = deps;
  const http = createRelayHttp(deps.origin, deps.fetch, clock);
  // Jitter only: 16 bits are plenty.
  const randomUnit = () => {
    const [high = 0, low = 0] = random(2);
    return (high * 256 + low) / 65_536;
  };
  let onDoubt = (_: Doubt) => {};
  const session = createSession({ http, storage, clock, randomUnit, onDoubt: (doubt) => onDoubt(doubt) });
  let name = (await storage.setting('profile', profileSchema))?.name ?? '';
  let isClosed = false;
  let member: Member | undefined;
  const visibleChat = createVisibleChat({ clock, roomOf: (chat) => member?.rooms.get(chat) });

  const setLink = (state: LinkState) => {
    const presence = state === 'online' ? ephemeral.get().presence : {};
    ephemeral.set({ link: { state, sinceMs: clock.now() }, presence });
  };

  async function becomeMember(identity: Identity, account: StoredAccount): Promise<Member> {
    const hashTerm = createTermHasher(identity.searchKey);
    const accessToken = () => session.accessToken(identity, false);
    const rooms = new Map<string, Room>();
    const opening = new Map<string, Promise<Room>>();
    const contacts = createContacts({
      identity,
      account,
      storage,
      http,
      clock,
      random,
      accessToken,
      selfName: () => name,
    });
    const link = createLink({
      relayKey: contacts.relayKey,
      openSocket: deps.openSocket,
      accessToken: (isRetry) => session.accessToken(identity, isRetry),
      clock,
      randomUnit,
      onState(state) {
        setLink(state);
        retelling.setOnline(state === 'online');
        if (state !== 'online') {
          for (const room of rooms.values()) room.presence.clear();
          return;
        }
        void tasks.run();
        void quietly(ownBoxes.run());
        visibleChat.announce('ask');
      },
      onDiskFull: (isRelayFull) => ephemeral.set({ isRelayFull }),
      onMail: (mailId, mail) => void takeMail(mailId, mail),
      onLedgerMoved: (chat, head) => void quietly(keeper.moved(chat, head)),
    });
    const tellings = createTellings(storage);
    const ownBoxes = createOwnBoxes({ identity, storage, http, accessToken });
    const keeper = createLedgerKeeper({
      identity,
      http,
      accessToken,
      clock,
      random,
      link: () => link,
      roomOf: async (id) => {
        const chat = await storage.chat(id);
        return chat && !isClosed ? openRoom(chat) : undefined;
      },
      onTasks: () => void tasks.run(),
      storage,
      tellings,
      onCounted: (chat) => void quietly(ownBoxes.renew(chat)),
    });
    /** What nobody waits for may fail; after the end it does. */
    const quietly = (work: Promise<unknown>) =>
      work.catch((error: unknown) => {
        if (!isClosed) console.error('a chat failed', error instanceof Error ? error.name : 'unknown');
      });
    const relayAsked = {
      storage,
      http,
      clock,
      accessToken,
      postMail: (to, mail) => link.postMail(to, mail),
      onLedgerStored: (chat) => void quietly(proveChat(chat)),
    } satisfies Partial<Parameters<typeof createTasks>[0]>;
    const retelling = createRetelling({
      ...relayAsked,
      randomUnit,
      isProven: (chat) => link.isProven(bytesOf<ChatId>(chat)),
      tellings,
      ledgerOf: (chat) => storedLedger(storage, chat),
      renewBox: (chat) => void quietly(ownBoxes.renew(chat)),
      onRefused: (chat, what, failure) =>
        void storage.batch().addSetAside(chat, `${what} not taken back: ${failure}`, clock.now()).commit(),
    });
    onDoubt = retelling.begin;
    const tasks = createTasks({
      ...relayAsked,
      change: (task) =>
        performChange({ identity, http, accessToken, clock, random, ...keeper.forChanges }, task),
      onRefused: (task, failure) =>
        void storage
          .batch()
          .addSetAside(
            task.kind === 'mail' ? '' : task.chat,
            `${task.kind} ${task.kind === 'change' ? 'not applied' : 'refused'}: ${failure}`,
            clock.now(),
          )
          .commit(),
    });

    let mails: Promise<void> = Promise.resolve();
    function takeMail(mailId: number, mail: Bytes) {
      const work = async () => {
        if (isClosed) return;
        const taken = await contacts.takeMail(mail);
        if (isClosed) return;
        if (!taken.ok) {
          // Left untaken: the relay offers it again after a while.
          if (taken.error === 'offline') return;
          await storage.batch().addSetAside('', `mail: ${taken.error}`, clock.now()).commit();
        } else if (taken.value.kind === 'new') {
          const { chat, entries } = taken.value;
          await putLaterEntries(storage.batch().putChat(chat), chat.id, entries).commit();
          void quietly(ownBoxes.renew(chat.id));
          const room = await openRoom(chat);
          if (!chat.isRemoved) link.setProver(room.chatId, room.prove);
        } else {
          const { chat, hint } = taken.value;
          const isNews = chat.isRemoved || hint.epoch > chat.epoch;
          const read = isNews ? await keeper.read(chat.id, hint) : undefined;
          if (read && !read.ok && read.error === 'offline') return;
        }
        link.mailTaken(mailId);
      };
      // A mail that the disk could not take stays untaken, and doesn't hold up the next.
      mails = mails.then(work).catch((error: unknown) => {
        if (!isClosed) console.error('a mail failed', error instanceof Error ? error.name : 'unknown');
      });
      return mails;
    }

    function openRoom(chat: StoredChat): Promise<Room> {
      const begun =
        opening.get(chat.id) ??
        createRoom(
          {
            identity,
            storage,
            link,
            clock,
            random,
            hashTerm,
            limits: deps.limits ?? documentLimits,
            selfName: () => name,
            onPresence(id, now) {
              const { link: linkNow, presence } = ephemeral.get();
              ephemeral.set({ link: linkNow, presence: { ...presence, [id]: now } });
            },
            isVisible: () => visibleChat.isAny(),
            learn: keeper.learn,
            onDiverged: reopening.ask,
            onArrived: deps.onArrived,
          },
          chat,
        ).then((room) => {
          rooms.set(chat.id, room);
          return room;
        });
      opening.set(chat.id, begun);
      return begun;
    }

    const reopening = createReopening(clock, reopen);
    /** Another life for a chat's documents, because the relay has lost theirs; the old one stays until it is made good. */
    function reopen(id: string) {
      const before = rooms.get(id);
      if (!before || isClosed) return;
      rooms.delete(id);
      const again = before
        .close()
        .then(() => beginRepair({ storage, ...before }, before.chat()))
        .then((chat) => {
          opening.delete(id);
          return openRoom(chat);
        });
      void quietly(again);
      opening.set(id, again);
    }

    /** The relay may have answered before the chat's room is open: it is proven as soon as it is. */
    async function proveChat(id: string) {
      const chat = isClosed ? undefined : await storage.chat(id);
      if (!chat || chat.isRemoved || isClosed) return;
      const room = await openRoom(chat);
      link.setProver(room.chatId, room.prove);
    }

    const unknownToRelay = new Set(
      (await storage.tasks(storedTask)).flatMap(({ task }) => (task.kind === 'ledger' ? [task.chat] : [])),
    );
    const begun: Member = {
      identity,
      account,
      contacts,
      link,
      rooms,
      runTasks: tasks.run,
      openRoom,
      room: (chat) => opening.get(chat),
      async changeMembers(chat, change, users = [], role = roles.member) {
        const stored = rooms.get(chat)?.chat();
        if (!stored) return fail('not-found');
        if (stored.isRemoved || !isAdminOf(stored, idToText(identity.user))) return fail('not-allowed');
        const task: StoredTask = {
          kind: 'change',
          chat,
          change,
          users: [...users],
          role,
          since: stored.epoch,
        };
        await storage
          .batch()
          .putTask(`change/${idToText(random(8))}`, clock.now(), task)
          .commit();
        void tasks.run();
        return ok(null);
      },
      async close() {
        link.close();
        tasks.close();
        keeper.close();
        retelling.close();
        ownBoxes.close();
        for (const room of rooms.values()) await room.close();
      },
    };
    for (const chat of await storage.chats()) {
      try {
        const room = await openRoom(chat);
        if (!unknownToRelay.has(chat.id) && !chat.isRemoved) link.setProver(room.chatId, room.prove);
      } catch (error) {
        // One chat that can't be opened never stops the others; what was wrong shows in diagnostics.
        const reason = `chat not opened: ${error instanceof Error ? error.name : 'unknown'}`;
        await storage.batch().addSetAside(chat.id, reason, clock.now()).commit();
      }
    }
    return begun;
  }

  async function start() {
    const identity = await loadIdentity(storage);
    const account = await session.account();
    if (identity && account) member = await becomeMember(identity, account);
  }
  await start();
  const quota = createQuotaWatch(storage, (isNearlyFull) =>
    ephemeral.set({ isStorageNearlyFull: isNearlyFull }),
  );

  return {
    http,
    session,
    storage,
    newRecordId: () => idToText(random(16)),
    member: () => member,
    name: () => name,
    onFirstMessage: deps.onFirstMessage,
    onStorageFull: quota.failed,
    /** The identity that an account will be made for; the same one until there is an account. */
    identity: async () => (await loadIdentity(storage)) ?? createIdentity(storage, random),
    inspectInvitation: (link: string) => inspectInvitation(http, link),
    async becomeMember(identity: Identity, account: StoredAccount, ownName: string) {
      name = ownName;
      await storage.batch().putSetting('profile', { name }).putSetting('account', account).commit();
      member = await becomeMember(identity, account);
      return member;
    },
    async setName(next: string) {
      name = next;
      await storage.batch().putSetting('profile', { name }).commit();
      for (const room of member?.rooms.values() ?? []) await room.tellName();
    },
    setVisibleChat: visibleChat.set,
    /** The network or the page is back. */
    wake() {
      quota.check();
      member?.link.wake();
    },
    /** Resolves when everything that has arrived is in the rows and everything written is sealed. */
    async settled() {
      for (const room of member?.rooms.values() ?? []) await room.settled();
    },
    async close() {
      if (isClosed) return;
      isClosed = true;
      quota.close();
      visibleChat.close();
      session.close();
      await member?.close();
    },
  };
}
