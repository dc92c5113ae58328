// The engine: everything that one account does, from the disk to the relay. One runs per account and browser; the page
// and other tabs only give it commands (`commands.ts`) and read what it wrote (`queries.ts`).
import * as v from 'valibot';
import { idToText, type ChatId } from '../../shared/protocol/ids.ts';
import { fail, ok, type Result } from '../../shared/protocol/result.ts';
import { createContacts, inspectInvitation, type Contacts } from '../account/contacts.ts';
import { createTellings, placeOf } from '../account/keptForReturn.ts';
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
import { createRecordId } from '../doc/recordId.ts';
import { documentLimits, type DocumentLimits } from '../doc/documentLimits.ts';
import type { StoredChat, StoredMessage } from '../storage/models.ts';
import { createQuotaWatch } from '../storage/quotaWatch.ts';
import type { Storage } from '../storage/storage.ts';
import type { Clock } from '../sync/clock.ts';
import { createLink, type Link, type LinkState } from '../sync/link.ts';
import { createRelayHttp, type Fetch } from '../sync/relayHttp.ts';
import { createRelayTime } from '../sync/relayTime.ts';
import type { OpenSocket } from '../sync/socketPort.ts';
import type { Ephemeral } from './ephemeral.ts';
import { createExpiries } from './expiries.ts';
import { createLedgerKeeper } from './ledgerKeeper.ts';
import { createMailQueue } from './mailQueue.ts';
import { projectionVersion } from './projection.ts';
import { createRebuilding } from './rebuilding.ts';
import { createRooms, maxOpenChats, type Rooms } from './rooms.ts';
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
  /** How many chats have their documents in memory; a test has fewer. */
  readonly maxOpen?: number;
  /** Of the rows; as in `projectionVersion` unless a test raises it. */
  readonly projection?: number;
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
  readonly rooms: Rooms;
  readonly runTasks: () => Promise<void>;
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
const relayTimeSchema = v.object({ differenceMs: v.number() });

export type Engine = Awaited<ReturnType<typeof createEngine>>;

export async function createEngine(deps: EngineDeps) {
  const { storage, random, ephemeral } = deps;
  const time = createRelayTime({
    clock: deps.clock,
    differenceMs: (await storage.setting('relayTime', relayTimeSchema))?.differenceMs ?? 0,
    onDifference(differenceMs) {
      if (isClosed) return;
      const kept = storage.batch().putSetting('relayTime', { differenceMs }).commit();
      // Where the disk takes nothing, this run has it all the same.
      void kept.catch(() => {});
    },
    ask: async () => member?.link.state === 'online' && (await session.relayInfo()),
  });
  const { clock } = time;
  const http = createRelayHttp(deps.origin, deps.fetch, clock, (token) => session.refused(token), time.heard);
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
  const visibleChat = createVisibleChat({
    clock,
    signal: async (chat, kind) => member?.rooms.signal(chat, kind),
    show: (chat) => member?.rooms.show(chat),
  });

  const setLink = (state: LinkState) => {
    const presence = state === 'online' ? ephemeral.get().presence : {};
    ephemeral.set({ link: { state, sinceMs: clock.now() }, presence });
  };

  async function becomeMember(identity: Identity, account: StoredAccount): Promise<Member> {
    // Before anything is begun: where this can't be read nothing is left to be ended.
    const [chats, waiting, isInDoubt] = await Promise.all([
      storage.chats(),
      storage.tasks(storedTask),
      storage.setting(placeOf.doubt, v.boolean()),
    ]);
    const unknownToRelay = new Set(
      waiting.flatMap(({ task }) => (task.kind === 'ledger' ? [task.chat] : [])),
    );
    const hashTerm = createTermHasher(identity.searchKey);
    const accessToken = () => session.accessToken(identity, false);
    const own = { identity, storage, clock, random };
    const contacts = createContacts({ ...own, account, http, accessToken, selfName: () => name });
    const link = createLink({
      relayKey: contacts.relayKey,
      openSocket: deps.openSocket,
      accessToken: (isRetry) => session.accessToken(identity, isRetry),
      clock,
      randomUnit,
      onState(state) {
        setLink(state);
        retelling.setOnline(state === 'online');
        rooms.setOnline(state === 'online');
        if (state !== 'online') return;
        time.online();
        void tasks.run();
        void quietly(ownBoxes.run());
      },
      onDiskFull: (isRelayFull) => ephemeral.set({ isRelayFull }),
      onMail: (...mail) => takeMail(...mail),
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
      inRoom: (id, work) => rooms.inRoom(id, work),
      onBoxesLost: () => retelling.begin('restart'),
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
      onLedgerStored(chat) {
        void quietly(storage.chat(chat).then((stored) => stored && proveChat(stored)));
        void quietly(ownBoxes.renew(chat));
      },
    } satisfies Partial<Parameters<typeof createTasks>[0]>;
    const retelling = createRetelling({
      ...relayAsked,
      randomUnit,
      isProven: (chat) => link.isProven(bytesOf<ChatId>(chat)),
      tellings,
      ledgerOf: (chat) => storedLedger(storage, chat),
      renewBox: (chat) => void quietly(ownBoxes.renew(chat)),
      lookAgain: (given) => void quietly(keeper.readEach(given)),
      onRefused: (chat, what, failure) =>
        void storage.batch().addSetAside(chat, `${what} not taken back: ${failure}`, clock.now()).commit(),
    });
    onDoubt = retelling.begin;
    const { isBeingTold } = retelling;
    const tasks = createTasks({
      ...relayAsked,
      change: (task) =>
        performChange(
          { identity, http, accessToken, clock, random, ...keeper.forChanges, isBeingTold },
          task,
        ),
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

    const takeMail = createMailQueue(
      async (mail) => {
        if (isClosed) return false;
        const taken = await contacts.takeMail(mail);
        if (isClosed) return false;
        if (!taken.ok) {
          if (taken.error === 'offline') return false;
          await storage.batch().addSetAside('', `mail: ${taken.error}`, clock.now()).commit();
        } else if (taken.value.kind === 'new') {
          const { chat, entries } = taken.value;
          await putLaterEntries(storage.batch().putChat(chat), chat.id, entries).commit();
          void quietly(ownBoxes.renew(chat.id));
          rooms.add(chat);
          proveChat(chat);
        } else {
          const { chat, hint } = taken.value;
          // Also of an epoch that seems known: it may be one of another branch.
          const read = await keeper.read(chat.id, hint);
          if (!read.ok && read.error === 'offline') return false;
        }
        return true;
      },
      (error) => {
        if (!isClosed) console.error('a mail failed', error instanceof Error ? error.name : 'unknown');
      },
    );

    const rooms = createRooms({
      ...own,
      link,
      hashTerm,
      limits: deps.limits ?? documentLimits,
      maxOpen: deps.maxOpen ?? maxOpenChats,
      selfName: () => name,
      onPresence(id, now) {
        const { link: linkNow, presence } = ephemeral.get();
        ephemeral.set({ link: linkNow, presence: { ...presence, [id]: now } });
      },
      onHeard: visibleChat.heard,
      isAnyVisible: visibleChat.isAny,
      learn: keeper.learn,
      onArrived: deps.onArrived,
      onStorageFull: quota.failed,
    });

    const rebuilding = createRebuilding({
      storage,
      clock,
      rooms,
      version: deps.projection ?? projectionVersion,
    });

    const expiries = createExpiries({ ...own, rooms, randomUnit, settleTime: time.known, quietly });

    function proveChat(chat: StoredChat) {
      if (chat.isRemoved || isClosed) return;
      const { chatId, access } = rooms.add(chat);
      link.setProver(chatId, access.prove);
    }

    const begun: Member = {
      identity,
      account,
      contacts,
      link,
      rooms,
      runTasks: tasks.run,
      async changeMembers(chat, change, users = [], role = roles.member) {
        const stored = await storage.chat(chat);
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
        tasks.close();
        rebuilding.close();
        expiries.close();
        keeper.close();
        retelling.close();
        ownBoxes.close();
        // What is at rest is left as such, as long as the relay can be heard.
        await rooms.close();
        link.close();
      },
    };
    for (const chat of chats) {
      try {
        rooms.add(chat);
        if (!unknownToRelay.has(chat.id)) proveChat(chat);
      } catch (error) {
        // One chat that can't be read never stops the others; what was wrong shows in diagnostics.
        const reason = `chat not opened: ${error instanceof Error ? error.name : 'unknown'}`;
        const noted = storage.batch().addSetAside(chat.id, reason, clock.now()).commit();
        // Nor does a full disk.
        void noted.catch(() => {});
      }
    }
    if (isInDoubt) retelling.begin('restart');
    void rebuilding.run();
    return begun;
  }

  const quota = createQuotaWatch(storage, (isNearlyFull) =>
    ephemeral.set({ isStorageNearlyFull: isNearlyFull }),
  );
  async function start() {
    const identity = await loadIdentity(storage);
    const account = await session.account();
    if (identity && account) member = await becomeMember(identity, account);
  }
  async function close() {
    if (isClosed) return;
    isClosed = true;
    quota.close();
    visibleChat.close();
    session.close();
    await member?.close();
  }
  await start().catch(async (error: unknown) => {
    await close();
    throw error;
  });

  return {
    http,
    session,
    storage,
    newRecordId: () => idToText(createRecordId(clock.now(), random)),
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
      await member?.rooms.tellName();
    },
    setVisibleChat: visibleChat.set,
    /** Before something is said: what time it is. */
    settleTime: time.settle,
    /** The network or the page is back. */
    wake() {
      quota.check();
      member?.link.wake();
    },
    /** The network is gone. */
    cutOff() {
      member?.link.cutOff();
    },
    close,
  };
}
