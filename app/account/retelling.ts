// Tells a relay anew what it has forgotten: invitations that stand, chats' ledgers with this device's boxes, and mails to
// those who never answered. Begins at a random moment, asks for one thing at a time, and the newest chat comes first, so
// that a relay that has lost everything is not met by everyone with everything.
import { parseBase64url } from '../../shared/codec/base64url.ts';
import type { Bytes } from '../../shared/codec/bytes.ts';
import { invitationResponse, ledgerEntryResponse, ledgerResponse } from '../../shared/protocol/http.ts';
import type { UserId } from '../../shared/protocol/ids.ts';
import { maxReturnedPeople } from '../../shared/protocol/limits.ts';
import { fail, type Result } from '../../shared/protocol/result.ts';
import type { StoredChat } from '../storage/models.ts';
import type { Storage } from '../storage/storage.ts';
import { backoffMs } from '../sync/backoff.ts';
import type { Clock } from '../sync/clock.ts';
import type { HttpFailure, RelayHttp } from '../sync/relayHttp.ts';
import {
  boxesToKept,
  isHeard,
  keptOwnBox,
  keptReturn,
  ownInvitations,
  placeOf,
  type KeptBox,
  type KeptTelling,
  type Tellings,
} from './keptForReturn.ts';
import { ledgerOfPerson, peopleIn } from './keptPeople.ts';
import { bytesOf } from './storedChats.ts';
import { isAway, passingFailures, returnWithinMs, storedTask } from './tasks.ts';

/**
 * Why the relay may have forgotten something. `start`: this device was away. `restart`: the relay was. `doubt`: it no
 * longer knows a token that it gave, as an old copy of its database would not. `return`: it had forgotten the account.
 */
export const doubts = ['start', 'restart', 'doubt', 'return'] as const;
export type Doubt = (typeof doubts)[number];

/** Time for the proofs of a long list of chats: what is proven by then needs no telling. */
const proofsMs = 3_000;
/** The clients of a relay that has come back begin within this time, each at a moment of its own. */
const beginWithinMs = 10_000;
/** By then all who could come back have: after half a minute at most (`backoffMs`), and then as above. */
const toldWithinMs = 60_000;
/** A mail whose person has not come back is tried after this long, then at twice the time, up to the longest. */
const mailAgainMs = 60_000;
const longestMailAgainMs = 3600_000;
/** Of one request: 128 KB an entry at most, 2 KB a box, and base64url, stay below the relay's four megabytes. */
const entriesPerRequest = 16;
const boxesPerRequest = 256;

export interface RetellingDeps {
  readonly storage: Storage;
  readonly http: RelayHttp;
  readonly clock: Clock;
  /** In [0, 1), for jitter only. */
  readonly randomUnit: () => number;
  readonly accessToken: () => Promise<Result<string, HttpFailure>>;
  readonly postMail: (to: UserId, mail: Bytes) => Promise<Result<null, HttpFailure>>;
  /** The relay has accepted this device's proof for the chat on the present socket. */
  readonly isProven: (chat: string) => boolean;
  readonly tellings: Tellings;
  /** All entries of the chat's ledger that this device has, the oldest first, as base64url. */
  readonly ledgerOf: (chat: StoredChat) => Promise<readonly string[]>;
  /** The relay knows this chat, and may have newer boxes of it than are kept here. */
  readonly renewBox: (chat: string) => void;
  /** Reads the chats' ledgers. */
  readonly lookAgain: (chats: readonly string[]) => void;
  /** The relay knows this chat now. */
  readonly onLedgerStored: (chat: string) => void;
  /** The relay will not take it; `head-moved` means that it has another branch of the ledger. */
  readonly onRefused: (chat: string, what: 'ledger' | 'mail', failure: HttpFailure) => void;
}
export type Retelling = ReturnType<typeof createRetelling>;

/** Since the last doubt: a round that was broken off goes on behind what was told. */
interface Progress {
  readonly told: Set<string>;
  /** Users whose ledgers came along. */
  readonly toldPeople: Set<string>;
  /** What was posted before that may have been lost. */
  readonly since: number;
  /** Some mail could not be posted, because its person has not come back. */
  isMailLeft: boolean;
}

/** How a step of a round went; `later`: it failed in a way that passes, and ends the round; `left`: done, but for a mail. */
type Step = 'done' | 'left' | 'later';

export function createRetelling(deps: RetellingDeps) {
  const { storage, http, clock } = deps;
  let wanted: Doubt | undefined = 'start';
  let attempt = 0;
  let mailWaitMs = mailAgainMs;
  /** By `clock.elapsed()`, as the next. */
  let mailsDueAt = 0;
  let toldBy = 0;
  let isOnline = false;
  let isRunning = false;
  const newProgress = (): Progress => ({
    told: new Set(),
    toldPeople: new Set(),
    since: clock.now(),
    isMailLeft: false,
  });
  let progress = newProgress();
  let isClosed = false;
  let cancel = () => {};
  let cancelMails = () => {};

  const isPassing = (result: Result<unknown, HttpFailure>) =>
    isClosed || (!result.ok && passingFailures.includes(result.error));
  async function post<T>(
    path: string,
    body: unknown,
    schema: Parameters<typeof http.post<T>>[2],
  ): Promise<Result<T, HttpFailure>> {
    const token = await deps.accessToken();
    return token.ok ? http.post(path, body, schema, token.value) : fail('offline');
  }

  async function tellInvitations({ told }: Progress): Promise<Step> {
    const own = (await storage.setting(placeOf.invitations, ownInvitations)) ?? [];
    for (const { id, expiresAt, offer } of own) {
      if (!offer || expiresAt <= clock.now() || told.has(id)) continue;
      // One that is refused has ended by the relay's clock, or there are too many: no more can be done for it.
      const answer = await post('/api/invitations', { ...offer, expiresAt }, invitationResponse);
      if (isPassing(answer)) return 'later';
      told.add(id);
    }
    return 'done';
  }

  /** Whether the relay lacks the end of a ledger: another epoch would have refused the proof, an entry less does not. */
  async function isShorter(chat: StoredChat): Promise<boolean | 'later'> {
    const { length } = await deps.ledgerOf(chat);
    if (length <= 1) return false;
    const token = await deps.accessToken();
    const answer = token.ok
      ? await http.get(`/api/ledgers/${chat.id}`, ledgerResponse, token.value)
      : fail('offline' as const);
    if (isPassing(answer)) return 'later';
    return !answer.ok || answer.value.entries.length < length;
  }

  /** The ledger from its genesis, the boxes with its last part, and more of them behind it; its people from the first on. */
  async function tellLedger(chat: StoredChat, telling: KeptTelling, { toldPeople }: Progress): Promise<Step> {
    const entries = await deps.ledgerOf(chat);
    const boxes = await boxesFor(chat, telling);
    const people = await peopleFor(chat, toldPeople);
    const entryParts = partsOf(entries, entriesPerRequest);
    const boxesFrom = Math.max(entryParts.length - 1, 0);
    const boxParts = partsOf(boxes, boxesPerRequest);
    const peopleParts = partsOf(
      people.map(({ ledger }) => ledger),
      maxReturnedPeople,
    );
    const count = Math.max(1, entryParts.length, boxesFrom + boxParts.length, peopleParts.length);
    const requests = Array.from({ length: count }, (_, i) => ({
      entries: entryParts[i] ?? [],
      boxes: boxParts[i - boxesFrom] ?? [],
      people: peopleParts[i] ?? [],
    }));
    for (const body of requests) {
      const answer = await post(`/api/ledgers/${chat.id}/return`, body, ledgerEntryResponse);
      if (isPassing(answer)) return 'later';
      if (answer.ok) continue;
      deps.onRefused(chat.id, 'ledger', answer.error);
      return 'done';
    }
    for (const { user } of people) toldPeople.add(user);
    deps.onLedgerStored(chat.id);
    return 'done';
  }

  /** Their ledgers, as far as they are kept here and did not come along with another chat's. */
  async function peopleFor(chat: StoredChat, told: ReadonlySet<string>) {
    const people: { readonly user: string; readonly ledger: string }[] = [];
    for (const user of peopleIn(chat).filter((one) => !told.has(one))) {
      const ledger = await ledgerOfPerson(storage, user);
      if (ledger !== undefined) people.push({ user, ledger });
    }
    return people;
  }

  /** Those that this device made, and its own. What others have replaced since, the relay passes over. */
  async function boxesFor(chat: StoredChat, telling: KeptTelling): Promise<readonly KeptBox[]> {
    const made = telling.made.flatMap(({ epoch, boxes }) => boxesToKept(epoch, boxes.map(bytesOf)));
    const own = await storage.setting(placeOf.box(chat.id), keptOwnBox);
    if (!own || made.some(({ box }) => box === own.box)) return made;
    const { head: _head, ...kept } = own;
    return [...made, kept];
  }

  /** Posts again what the relay took last before `since`; `left` where somebody has not come back yet. */
  async function tellMails(chat: StoredChat, telling: KeptTelling, since: number): Promise<Step> {
    let step: Step = 'done';
    for (const kept of telling.mails) {
      const { againAt: at } = kept;
      // A time that is still to come was told by a clock that has been set since.
      if (isHeard(chat, kept) || (at !== undefined && since <= at && at <= clock.now())) continue;
      const [to, mail] = [parseBase64url(kept.to), parseBase64url(kept.mail)];
      if (!to || !mail) continue;
      const posted = await deps.postMail(to as Bytes as UserId, mail);
      if (isPassing(posted)) return 'later';
      if (posted.ok) {
        const againAt = clock.now();
        await deps.tellings.change(chat.id, (now) => ({
          ...now,
          mails: now.mails.map((other) =>
            other.to === kept.to && other.mail === kept.mail ? { ...other, againAt } : other,
          ),
        }));
      } else if (isAway(posted.error)) step = 'left';
      else deps.onRefused(chat.id, 'mail', posted.error);
    }
    return step;
  }

  /** What this device still keeps for the others. Who was heard, or is no member any more, needs nothing. */
  const tellingOf = (chat: StoredChat): Promise<KeptTelling> =>
    deps.tellings.change(chat.id, (kept) => {
      const mails = kept.mails.filter(
        (mail) => chat.members.some(({ user }) => user === mail.to) && !isHeard(chat, mail),
      );
      // Where nobody was added, everyone who was heard has their box of the first epoch; of others nobody can tell.
      const areAllTaken = mails.length === 0 && (chat.heads?.length ?? 1) === 1;
      const made = areAllTaken ? [] : kept.made;
      const isSame = mails.length === kept.mails.length && made.length === kept.made.length;
      return isSame ? kept : { made, mails };
    });

  /** Not those of which this person is no member any more. */
  const newestFirst = async () =>
    (await storage.chats()).filter(({ isRemoved }) => !isRemoved).toSorted((a, b) => b.at - a.at);

  async function tellAll(doubt: Doubt): Promise<Step> {
    // Another doubt meanwhile begins with nothing told, whatever this round still does.
    const mine = progress;
    const back = doubt === 'return' ? await storage.setting(placeOf.return, keptReturn) : undefined;
    const mailSince = back?.since ?? mine.since;
    if (doubt !== 'start' && (await tellInvitations(mine)) === 'later') return 'later';
    /** Never told at all: their tasks do that. */
    const untold = new Set(
      (await storage.tasks(storedTask)).flatMap(({ task }) => (task.kind === 'ledger' ? [task.chat] : [])),
    );
    let isKept = back !== undefined;
    // Who was removed by an entry that the relay has lost may be a member there again.
    const left = (await storage.chats()).filter(({ isRemoved }) => isRemoved);
    deps.lookAgain(left.map(({ id }) => id));
    for (const chat of await newestFirst()) {
      if (untold.has(chat.id) || mine.told.has(chat.id)) continue;
      const isKnown = deps.isProven(chat.id);
      const telling = await tellingOf(chat);
      const mayBeShort = isKnown && (doubt !== 'start' || telling.mails.length > 0);
      const isShort = mayBeShort && (await isShorter(chat));
      if (isShort === 'later') return isShort;
      const hasLost = !isKnown || isShort;
      // Once the relay has the ledger again, nothing tells that its mails are still to follow: a later run must know.
      if (hasLost && !isKept) await keepReturn({ since: mailSince, isTold: false });
      isKept ||= hasLost;
      // Somebody else may have brought the entries back, without the boxes that this device made.
      const mayLackBoxes =
        telling.made.length > 0 && (doubt !== 'start' || chat.trouble === 'waiting-for-key');
      const isLedgerDue = doubt === 'return' || hasLost || mayLackBoxes;
      if (isLedgerDue && (await tellLedger(chat, telling, mine)) === 'later') return 'later';
      if (!isLedgerDue) deps.renewBox(chat.id);
      // Whoever told the ledger before this device could not tell its mails.
      const isMailDue = doubt !== 'start' || hasLost;
      const step = isMailDue ? await tellMails(chat, telling, mailSince) : 'done';
      if (step === 'later') return step;
      mine.isMailLeft ||= step === 'left';
      mine.told.add(chat.id);
      attempt = 0;
    }
    if (mine !== progress) return 'done';
    if (isKept || mine.isMailLeft) {
      await keepReturn({ since: mine.isMailLeft ? mailSince : 0, isTold: true });
    }
    return 'done';
  }
  const keepReturn = (value: { since: number; isTold: boolean }) =>
    storage.batch().putSetting(placeOf.return, value).commit();

  /** Mails to people who came back later than this device. */
  async function tellLeftMails(): Promise<Step> {
    const back = await storage.setting(placeOf.return, keptReturn);
    if (!back || back.since === 0) return 'done';
    let isLeft = false;
    for (const chat of await newestFirst()) {
      const step = await tellMails(chat, await tellingOf(chat), back.since);
      if (step === 'later') return step;
      isLeft ||= step === 'left';
    }
    if (isLeft && clock.now() < back.since + returnWithinMs) mailsAgain();
    else await keepReturn({ since: 0, isTold: true });
    return 'done';
  }
  /** At their time, or soon where it has passed: a line that breaks again and again puts nothing off. */
  function mailsWhenDue() {
    cancelMails();
    if (isClosed || !isOnline) return;
    const dueInMs = mailsDueAt - clock.elapsed();
    cancelMails = clock.after(dueInMs > 0 ? dueInMs : soonMs(), () => void run(tellLeftMails, mailsAgain));
  }
  function mailsAgain() {
    mailsDueAt = clock.elapsed() + mailWaitMs;
    mailWaitMs = Math.min(mailWaitMs * 2, longestMailAgainMs);
    mailsWhenDue();
  }

  async function tellWanted(): Promise<Step> {
    const back = await storage.setting(placeOf.return, keptReturn);
    const isUntold = back !== undefined && back.since > 0 && !back.isTold;
    const doubt = isUntold ? 'return' : wanted;
    wanted = undefined;
    if (doubt === undefined) return 'done';
    const step = await tellAll(doubt);
    if (step === 'later') want(doubt);
    else {
      if (doubt !== 'start' && wanted === undefined) {
        await storage.batch().putSetting(placeOf.doubt, false).commit();
      }
      mailsAgain();
    }
    return step;
  }

  /** One round at a time; one that fails in passing begins again later. */
  async function run(work: () => Promise<Step>, again: () => void): Promise<void> {
    if (isClosed || !isOnline) return;
    if (isRunning) return again();
    isRunning = true;
    try {
      if ((await work()) === 'later') again();
    } catch (error) {
      // A disk that was closed under it: the next start goes on.
      if (!isClosed) throw error;
    } finally {
      isRunning = false;
    }
  }
  function later() {
    cancel();
    if (isClosed) return;
    const waitMs = beginWithinMs / 2 + backoffMs(attempt++, deps.randomUnit());
    cancel = clock.after(waitMs, () => void run(tellWanted, later));
  }
  const soonMs = () => proofsMs + Math.round(deps.randomUnit() * (beginWithinMs - proofsMs));
  const want = (doubt: Doubt) => {
    if (wanted === undefined || doubts.indexOf(doubt) > doubts.indexOf(wanted)) wanted = doubt;
  };
  function beginSoon() {
    cancel();
    if (isClosed || !isOnline) return;
    cancel = clock.after(soonMs(), () => void run(tellWanted, later));
  }

  return {
    /** There is reason to think that the relay has forgotten something. */
    begin(doubt: Doubt) {
      want(doubt);
      toldBy = clock.elapsed() + toldWithinMs;
      progress = newProgress();
      attempt = 0;
      mailWaitMs = mailAgainMs;
      beginSoon();
    },
    /** There was reason just now: what others know may not be with the relay yet. */
    isBeingTold: () => clock.elapsed() < toldBy,
    setOnline(next: boolean) {
      isOnline = next;
      if (!next) return;
      if (wanted === undefined) mailsWhenDue();
      else beginSoon();
    },
    close() {
      isClosed = true;
      cancel();
      cancelMails();
    },
  };
}

const partsOf = <T>(all: readonly T[], size: number): readonly (readonly T[])[] =>
  Array.from({ length: Math.ceil(all.length / size) }, (_, i) => all.slice(i * size, (i + 1) * size));
