// Keeps this device's chats up with their ledgers: reads a ledger when the relay says that it moved, or when something
// names a head that isn't known here; counts what it says in one transaction; and goes on under the epoch that it gives.
import { bytesToBase64url } from '../../shared/codec/base64url.ts';
import { equalBytes, type Bytes } from '../../shared/codec/bytes.ts';
import { headOf } from '../../shared/protocol/chatLedger.ts';
import {
  idToText,
  noEntryHash,
  noParent,
  type ChatId,
  type EntryHash32,
  type InvitationId,
  type Signature,
  type SigningPublicKey,
  type UserId,
} from '../../shared/protocol/ids.ts';
import { fail, ok, type Result } from '../../shared/protocol/result.ts';
import { sealChatMail } from '../account/chatMail.ts';
import {
  fetchChatLedger,
  type BoxHint,
  type LedgerDeps,
  type LedgerFailure,
} from '../account/fetchChatLedger.ts';
import { additionsFor, verdictOn, type Verdict } from '../account/forkedLedger.ts';
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
import { backoffMs } from '../sync/backoff.ts';
import type { HttpFailure } from '../sync/relayHttp.ts';
import type { Room } from './room.ts';
import { createUnfollowed, forgetFork, type UnfollowedDeps } from './unfollowed.ts';

/** Where in the ledger who was a member before was added again; undefined for who has been one ever since. */
function addedAgainAt({ events }: ReadLedger['ledger'], user: UserId): number | undefined {
  const own = events.filter(({ who }) => who.some((one) => equalBytes(one, user)));
  const last = own.findLast(({ kind }) => kind === 'add')?.position ?? 0;
  return own.some(({ kind, position }) => kind === 'remove' && position < last) ? last : undefined;
}

export interface LedgerKeeperDeps extends LedgerDeps, UnfollowedDeps {
  readonly random: Random;
  /** The relay has a change of this device's, and not the boxes that came with it: it has forgotten them since. */
  readonly onBoxesLost: () => void;
  readonly tellings: Tellings;
  /** A ledger has moved, and what it says counts here. */
  readonly onCounted: (chat: string) => void;
}
type Read = Result<ReadLedger, LedgerFailure>;
type MailTask = Extract<StoredTask, { kind: 'mail' }>;

/** What of a row follows from its ledger: the same in these, the same in all. */
const telling = ['heads', 'epoch', 'adminSeed', 'isRemoved', 'trouble'] as const;

/** What can't be followed is looked at ever more seldom: news of a head ends the wait. */
const patientFrom = 10;
const patientMs = 5 * 60_000;
const waitMs = (result: Read, attempt: number): number =>
  !result.ok && result.error === 'bad-ledger' && attempt >= patientFrom ? patientMs : backoffMs(attempt, 0.5);

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
  const unfollowed = createUnfollowed(deps);
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
    const fetched = await fetchChatLedger(deps, bytesOf<ChatId>(id), chat, hint ?? chat.boxHint);
    if (isClosed) return fail('offline');
    if (!fetched.ok && fetched.error !== 'bad-ledger') return fetched;
    const verdict = fetched.ok ? verdictOn(chat, fetched.value, self) : undefined;
    if (fetched.ok && (!verdict || verdict.mayFollow)) {
      unfollowed.forget(id);
      if (isNews(chat, fetched.value)) await deps.inRoom(id, (room) => count(room, fetched.value, verdict));
      return fetched;
    }
    const branch = fetched.ok && verdict ? { read: fetched.value, verdict } : undefined;
    return fail((await unfollowed.staysApart(chat, branch, hint)) ? 'not-found' : 'bad-ledger');
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
    const additions = verdict && ledger.adminSeed !== undefined ? additionsFor(before, verdict.add) : [];
    const isMaker = await keepTold(before, ledger, mails);
    await room.adopt(
      (chat) => withLedger(chat, room.chatId, ledger, self),
      (batch) => {
        putLaterEntries(batch, before.id, ledger.entries);
        if (verdict) forgetFork(batch, before.id);
        mails.forEach((mail, n) => putMail(batch, before.id, mail, n));
        for (const task of additions) {
          batch.putTask(`${before.id}/fork/add/${task.users.join()}`, clock.now(), task);
        }
      },
    );
    const wasOut = before.isRemoved ?? false;
    if (after.isRemoved) deps.link().setProver(room.chatId, undefined);
    else if (wasOut || after.epochSecret !== before.epochSecret)
      deps.link().setProver(room.chatId, room.prove);
    // What waited for a fork to be mended waits no more.
    if (verdict || mails.length > 0) deps.onTasks();
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
        clock.after(waitMs(result, attempt), resolve);
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
        const branch = result.error === 'bad-ledger' ? unfollowed.branchOf(chat) : undefined;
        if (branch) return isOfFork ? ok(branch.read) : fail('busy');
        const isOut = (await deps.storage.chat(chat))?.isRemoved ?? false;
        const isOver = isOut || result.error === 'bad-ledger' || result.error === 'no-box';
        return fail(isOver ? 'forbidden' : result.error);
      },
      dueIn: unfollowed.dueIn,
      keepSigned,
      signedBefore: (id: string) => deps.storage.setting(placeOf.making(id), signedChange),
    },
    async learn(id: string, afterMs: number): Promise<boolean> {
      if (afterMs > 0) await new Promise<void>((resolve) => void clock.after(afterMs, resolve));
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
      const branch = unfollowed.branchOf(id)?.read.ledger.head;
      // Nor is it news that what is proven here is wrong there.
      if (branch && (equalBytes(branch, head) || equalBytes(noParent, head))) return;
      await readUntilDone(id);
    },
    close() {
      isClosed = true;
      close();
    },
  };
}
