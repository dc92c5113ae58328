// Keeps this device's chats up with their ledgers: reads a ledger when the relay says that it moved, or when something
// names a head that isn't known here; counts what it says in one transaction; and goes on under the epoch that it gives.
import { bytesToBase64url } from '../../shared/codec/base64url.ts';
import { equalBytes, type Bytes } from '../../shared/codec/bytes.ts';
import { headOf } from '../../shared/protocol/chatLedger.ts';
import {
  idToText,
  noEntryHash,
  type ChatId,
  type EntryHash32,
  type InvitationId,
  type Signature,
  type SigningPublicKey,
  type UserId,
} from '../../shared/protocol/ids.ts';
import { fail, ok, type Result } from '../../shared/protocol/result.ts';
import { sealChatMail } from '../account/chatMail.ts';
import { roles } from '../account/chatState.ts';
import {
  fetchChatLedger,
  type BoxHint,
  type LedgerDeps,
  type LedgerFailure,
} from '../account/fetchChatLedger.ts';
import { judgeFork, type Verdict } from '../account/forkedLedger.ts';
import {
  isHeard,
  noChange,
  onlyUnder,
  placeOf,
  tellingWith,
  signedChange,
  type SignedChange,
  type Tellings,
} from '../account/keptForReturn.ts';
import { rootByEpoch } from '../account/ownBoxes.ts';
import { bytesOf, putLaterEntries, withLedger, type ReadLedger } from '../account/storedChats.ts';
import type { ChangeTask, StoredTask } from '../account/tasks.ts';
import { boxesRoot } from '../crypto/boxTree.ts';
import type { Random } from '../crypto/random.ts';
import type { Batch } from '../storage/batch.ts';
import type { StoredChat } from '../storage/models.ts';
import type { Storage } from '../storage/storage.ts';
import { backoffMs } from '../sync/backoff.ts';
import type { Clock } from '../sync/clock.ts';
import type { Link } from '../sync/link.ts';
import type { HttpFailure } from '../sync/relayHttp.ts';
import type { Room } from './room.ts';

/** Where in the ledger who was a member before was added again; undefined for who has been one ever since. */
function addedAgainAt({ events }: ReadLedger['ledger'], user: UserId): number | undefined {
  const own = events.filter(({ who }) => who.some((one) => equalBytes(one, user)));
  const last = own.findLast(({ kind }) => kind === 'add')?.position ?? 0;
  return own.some(({ kind, position }) => kind === 'remove' && position < last) ? last : undefined;
}

export interface LedgerKeeperDeps extends LedgerDeps {
  readonly clock: Clock;
  readonly random: Random;
  readonly link: () => Link;
  /** In the chat's room; undefined where there is none. */
  readonly inRoom: <T>(chat: string, work: (room: Room) => Promise<T>) => Promise<T | undefined>;
  /** The relay has a change of this device's, and not the boxes that came with it: it has forgotten them since. */
  readonly onBoxesLost: () => void;
  /** There are new tasks. */
  readonly onTasks: () => void;
  readonly storage: Storage;
  readonly tellings: Tellings;
  /** A ledger has moved, and what it says counts here. */
  readonly onCounted: (chat: string) => void;
}
type Read = Result<ReadLedger, LedgerFailure>;
type MailTask = Extract<StoredTask, { kind: 'mail' }>;

/** What is set aside of a ledger with two branches, until one is followed: as it was found, and as the relay refused it. */
const forkReasons = ['forked-ledger', 'ledger not taken back: head-moved'] as const;

/** What of a row follows from its ledger: the same in these, the same in all. */
const telling = ['heads', 'epoch', 'adminSeed', 'isRemoved', 'trouble'] as const;

interface Loop {
  isAskedAgain: boolean;
  /** Ends a wait. */
  wake: () => void;
  done: Promise<boolean>;
}

export function createLedgerKeeper(deps: LedgerKeeperDeps) {
  const { clock, identity, random } = deps;
  const self = idToText(identity.user);
  const running = new Map<string, Promise<unknown>>();
  /** Asked for and not begun: whoever asks meanwhile gets the same. */
  const queued = new Map<string, Promise<Read>>();
  const loops = new Map<string, Loop>();
  /** What the relay has of chats whose ledger parts from the one read before, where that is not followed. */
  const unfollowed = new Map<string, ReadLedger>();
  let isClosed = false;
  let close = () => {};
  const closed = new Promise<false>((resolve) => {
    close = () => resolve(false);
  });

  /** Reads the ledger from now on, never with an answer that was under way before. */
  function read(id: string, hint?: BoxHint): Promise<Read> {
    const waiting = hint ? undefined : queued.get(id);
    if (waiting) return waiting;
    const begun = (running.get(id) ?? Promise.resolve()).then(() => {
      if (queued.get(id) === begun) queued.delete(id);
      return readNow(id, hint);
    });
    running.set(
      id,
      begun.catch(() => {}),
    );
    if (!hint) queued.set(id, begun);
    return begun;
  }

  async function readNow(id: string, hint: BoxHint | undefined): Promise<Read> {
    const chat = isClosed ? undefined : await deps.storage.chat(id);
    if (!chat) return fail('not-found');
    const fetched = await fetchChatLedger(deps, bytesOf<ChatId>(id), chat, hint);
    if (isClosed) return fail('offline');
    const verdict = fetched.ok ? verdictOn(chat, fetched.value) : undefined;
    if (fetched.ok && (!verdict || verdict.mayFollow)) {
      unfollowed.delete(id);
      if (isNews(chat, fetched.value)) await deps.inRoom(id, (room) => count(room, fetched.value, verdict));
      return fetched;
    }
    if (!fetched.ok && fetched.error !== 'bad-ledger') return fetched;
    const lengthBefore = unfollowed.get(id)?.entries.length;
    if (fetched.ok) unfollowed.set(id, fetched.value);
    else unfollowed.delete(id);
    // Who is out in this device's branch waits for nothing.
    if (chat.trouble !== 'fork' && !chat.isRemoved) {
      await deps.inRoom(id, (room) =>
        room.adopt(
          (now) => ({ ...now, trouble: 'fork' }),
          (batch) => void batch.addSetAside(id, forkReasons[0], clock.now()),
        ),
      );
    }
    // Once for what the relay has: the task itself reads it again.
    const isLonger = fetched.ok && fetched.value.entries.length !== lengthBefore;
    if (isLonger && verdict && isAdminIn(fetched.value)) await putRemoval(chat, verdict.remove);
    return fail('bad-ledger');
  }

  /** Of a branch that parts from what this device has read. */
  function verdictOn(
    { events = [], members }: StoredChat,
    { ledger, fork }: ReadLedger,
  ): Verdict | undefined {
    if (!fork) return undefined;
    const own = {
      events: events.filter(({ position }) => position >= fork.at),
      members: members.map(({ user }) => user),
    };
    const found = {
      events: ledger.events
        .filter(({ position }) => position >= fork.at)
        .map(({ kind, by, who }) => ({ kind, by: idToText(by), who: who.map(idToText) })),
      members: ledger.members.map(({ person }) => idToText(person.user)),
    };
    return judgeFork(fork.admins, own, found, self);
  }
  const isAdminIn = ({ adminSeed }: ReadLedger) => adminSeed !== undefined;

  /** Whom this device's branch has removed, an administrator of both removes there, too. */
  async function putRemoval({ id, epoch: since }: StoredChat, users: readonly string[]) {
    if (users.length === 0) return;
    const place = { chat: id, since, role: roles.member };
    await deps.storage
      .batch()
      .putTask(`${id}/fork/remove`, clock.now(), {
        kind: 'change',
        change: 'remove',
        users: [...users],
        isOfFork: true,
        ...place,
      })
      .commit();
    deps.onTasks();
  }

  /** Whom this device's branch has added, an administrator of both adds there, too. */
  function additionsFor(before: StoredChat, users: readonly string[]): readonly StoredTask[] {
    return before.members
      .filter(({ user }) => users.includes(user))
      .map(({ user, role = roles.member }) => ({
        kind: 'change',
        chat: before.id,
        change: 'add',
        users: [user],
        role,
        since: before.epoch,
      }));
  }

  function isNews(before: StoredChat, ledger: ReadLedger): boolean {
    const after = withLedger(before, bytesOf<ChatId>(before.id), ledger, self);
    return telling.some((key) => JSON.stringify(after[key]) !== JSON.stringify(before[key]));
  }

  const keepSigned = (id: string, change: SignedChange): Promise<void> =>
    deps.storage.batch().putSetting(placeOf.making(id), change).commit();

  async function count(room: Room, ledger: ReadLedger, verdict: Verdict | undefined) {
    const before = room.chat();
    if (!isNews(before, ledger)) return;
    const after = withLedger(before, room.chatId, ledger, self);
    const mails = mailsFor(before, room.chatId, ledger);
    const additions = verdict && isAdminIn(ledger) ? additionsFor(before, verdict.add) : [];
    const isMaker = await keepTold(before, ledger, mails);
    await room.adopt(
      (chat) => withLedger(chat, room.chatId, ledger, self),
      (batch) => {
        putLaterEntries(batch, before.id, ledger.entries);
        if (verdict) for (const reason of forkReasons) batch.deleteSetAside(before.id, reason);
        mails.forEach((mail, n) => putMail(batch, before.id, mail, n));
        additions.forEach((task, n) => batch.putTask(`${before.id}/fork/add/${n}`, clock.now(), task));
      },
    );
    const wasOut = before.isRemoved ?? false;
    if (after.isRemoved) deps.link().setProver(room.chatId, undefined);
    else if (wasOut || after.epochSecret !== before.epochSecret)
      deps.link().setProver(room.chatId, room.prove);
    if (mails.length + additions.length > 0) deps.onTasks();
    if (isMaker && after.trouble === 'waiting-for-key') deps.onBoxesLost();
    deps.onCounted(before.id);
  }

  /** What this device has made and told for these entries, against the day on which the relay has lost it; true if boxes. */
  async function keepTold(
    before: StoredChat,
    { entries, fork }: ReadLedger,
    mails: ReturnType<typeof mailsFor>,
  ): Promise<boolean> {
    const making = await deps.storage.setting(placeOf.making(before.id), signedChange);
    const root = making && rootByEpoch(entries).get(making.epoch);
    const made =
      root && equalBytes(root, boxesRoot(making.boxes.map((box) => bytesOf<Bytes>(box))))
        ? making
        : undefined;
    if (fork) await deps.tellings.change(before.id, (telling) => onlyUnder(rootByEpoch(entries), telling));
    if (!made && mails.length === 0) return false;
    const kept = mails.map(({ task: { to, mail }, addedAt }) =>
      addedAt === undefined ? { to, mail } : { to, mail, addedAt },
    );
    const boxes = made && { epoch: made.epoch, boxes: made.boxes };
    await deps.tellings.change(before.id, (telling) => tellingWith(telling, boxes, kept));
    if (made) await keepSigned(before.id, noChange);
    return made !== undefined;
  }

  /**
   * Who was added by this device, in entries that count here for the first time, is told; once, whatever was lost before.
   * So is, when it removes somebody, who was not heard yet: perhaps nobody else is left who would tell them again.
   */
  function mailsFor(before: StoredChat, chat: ChatId, { ledger, fork }: ReadLedger) {
    const known = fork?.at ?? before.heads?.length ?? 1;
    const own = ledger.events.filter(
      ({ by, position }) => position >= known && equalBytes(by, identity.user),
    );
    const people = ledger.members.map(({ person: { user } }, index) => ({ user, index }));
    const isTold = (user: UserId) =>
      equalBytes(user, identity.user) ||
      isHeard(before, { to: idToText(user), addedAt: addedAgainAt(ledger, user) });
    const told = own.flatMap(({ kind, who, epoch, index, position }) => {
      if (kind === 'add') return who.map((user, n) => ({ user, index: index + n, epoch, position }));
      const isNewest = kind === 'remove' && epoch === ledger.epoch;
      const unheard = isNewest ? people.filter(({ user }) => !isTold(user)) : [];
      return unheard.map((one) => ({ ...one, epoch, position }));
    });
    return told.flatMap(
      ({ user, index, epoch, position }): { key: string; task: MailTask; addedAt: number | undefined }[] => {
        const found = [...ledger.members, ...ledger.former].find(({ person }) =>
          equalBytes(person.user, user),
        );
        if (!found) return [];
        const mail = {
          version: 2,
          chat,
          epoch,
          boxIndex: index,
          sender: identity.user,
          isInvited: false,
          invitation: noEntryHash as Bytes as InvitationId,
          invitationKey: new Uint8Array(32) as Bytes as SigningPublicKey,
          claim: new Uint8Array(64) as Bytes as Signature,
        } as const;
        const sealed = sealChatMail(user, found.person.userBoxKey, mail, random);
        const task: MailTask = { kind: 'mail', to: idToText(user), mail: bytesToBase64url(sealed) };
        return [{ key: `${position}/${index}`, task, addedAt: addedAgainAt(ledger, user) }];
      },
    );
  }
  const putMail = (batch: Batch, chat: string, { key, task }: { key: string; task: StoredTask }, n: number) =>
    void batch.putTask(`${chat}/added/${key}`, clock.now() + n / 1000, task);

  /** Until it was read, by a reading that began later than this call; false once this device closes. One loop a chat. */
  function readUntilDone(id: string): Promise<boolean> {
    const loop = loops.get(id);
    if (loop) {
      loop.isAskedAgain = true;
      loop.wake();
      return loop.done;
    }
    const mine: Loop = { isAskedAgain: false, wake: () => {}, done: Promise.resolve(false) };
    loops.set(id, mine);
    mine.done = untilDone(id, mine);
    return mine.done;
  }
  async function untilDone(id: string, loop: Loop): Promise<boolean> {
    for (let attempt = 0; ; attempt++) {
      if (isClosed) return false;
      loop.isAskedAgain = false;
      const result = await read(id).catch((): Read => fail('offline'));
      if (loop.isAskedAgain) continue;
      if (result.ok || result.error === 'not-found') {
        loops.delete(id);
        return !isClosed;
      }
      await new Promise<void>((resolve) => {
        loop.wake = resolve;
        clock.after(backoffMs(attempt, 0.5), resolve);
      });
    }
  }

  return {
    read,
    /** One after the other. */
    async readEach(ids: readonly string[]) {
      for (const id of ids) await read(id);
    },
    forChanges: {
      /** As above, in the words of a task: what may pass is tried again. */
      async readNow({ chat, isOfFork }: ChangeTask): Promise<Result<ReadLedger, HttpFailure>> {
        const result = await read(chat);
        if (result.ok) return result;
        const branch = unfollowed.get(chat);
        if (branch) return isOfFork ? ok(branch) : fail('busy');
        return fail(result.error === 'bad-ledger' || result.error === 'no-box' ? 'forbidden' : result.error);
      },
      isUnfollowed: (chat: string) => unfollowed.has(chat),
      keepSigned,
      signedBefore: (id: string) => deps.storage.setting(placeOf.making(id), signedChange),
    },
    async learn(id: string, waitMs: number): Promise<boolean> {
      if (waitMs > 0) await new Promise<void>((resolve) => void clock.after(waitMs, resolve));
      return Promise.race([readUntilDone(id), closed]);
    },
    /** News of a head: read unless it is known. */
    async moved(chat: ChatId, head: EntryHash32) {
      const id = idToText(chat);
      const stored = isClosed ? undefined : await deps.storage.chat(id);
      if (!stored) return;
      const { heads, trouble } = stored;
      // Who lacks a key asks again: a relay that has lost the box may have it back.
      if (heads?.includes(idToText(headOf(head))) && trouble !== 'waiting-for-key') return;
      await readUntilDone(id);
    },
    close() {
      isClosed = true;
      close();
    },
  };
}
