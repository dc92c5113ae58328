// Changes of a chat's members and epoch, decided here: signed on the ledger's head, given to the relay, and signed again
// on the new head when another change came first, for as long as they are still permitted.
import { bytesToBase64url } from '../../shared/codec/base64url.ts';
import { equalBytes, type Bytes } from '../../shared/codec/bytes.ts';
import { ledgerEntryResponse, ledgerResponse } from '../../shared/protocol/http.ts';
import { hashChatEntry, parseChatEntry } from '../../shared/protocol/chatLedger.ts';
import { idToText, type UserId } from '../../shared/protocol/ids.ts';
import { fail, ok, type Result } from '../../shared/protocol/result.ts';
import { sha256 } from '../crypto/hash.ts';
import type { Random } from '../crypto/random.ts';
import type { Clock } from '../sync/clock.ts';
import type { HttpFailure } from '../sync/relayHttp.ts';
import { createChange, type NewEntry } from './chatChange.ts';
import { isPermitted, memberIn, type ChatState } from './chatState.ts';
import type { LedgerDeps } from './fetchChatLedger.ts';
import { noChange, type SignedChange } from './keptForReturn.ts';
import { bytesOf, type ReadLedger } from './storedChats.ts';
import { passingFailures, type ChangeTask } from './tasks.ts';
import { readUserLedger, type Person } from './userLedgers.ts';

export interface MembershipDeps extends LedgerDeps {
  readonly clock: Clock;
  readonly random: Random;
  /** The ledger as the relay has it now, already counted on this device; for a task of a fork, whichever branch it has. */
  readonly readNow: (task: ChangeTask) => Promise<Result<ReadLedger, HttpFailure>>;
  /** What keeps this device from following the branch that `readNow` gave last. */
  readonly dueIn: (chat: string) => Partial<ChangeTask>;
  /** On the disk before the relay has it: an answer that is lost loses no boxes, and signs nothing twice. */
  readonly keepSigned: (chat: string, change: SignedChange) => Promise<void>;
  /** What was kept last. */
  readonly signedBefore: (chat: string) => Promise<SignedChange | undefined>;
  /** The relay may have forgotten something, and others may be about to tell it. */
  readonly isBeingTold: () => boolean;
}

/** Somebody keeps winning: leave it for later. */
const maxAttempts = 5;

/** Carries out a decision. `forbidden`: no longer permitted, or never was; nothing was changed. */
export async function performChange(
  deps: MembershipDeps,
  task: ChangeTask,
): Promise<Result<null, HttpFailure>> {
  for (let attempt = 0; attempt < maxAttempts; attempt++) {
    const now = await deps.readNow(task);
    if (!now.ok) return now;
    const { ledger, entries } = now.value;
    const wanted = task.isOfFork ? { ...task, ...deps.dueIn(task.chat) } : task;
    if (isDone(wanted, now.value)) return ok(null);
    const before = await signedOnHead(deps, task.chat, entries);
    // On what a forgetful relay has left, a new change would fork from one that others know.
    if (!before && deps.isBeingTold()) return fail('busy');
    const made = before ? ok(before) : await makeChange(deps, wanted, now.value);
    if (!made.ok) return made;
    const answer = await post(deps, task.chat, made.value);
    if (answer.ok) {
      const counted = await deps.readNow(task);
      if (!counted.ok) return counted;
      if (!before && !task.isOfFork) return ok(null);
    } else if (answer.error !== 'head-moved' || ledger.read < entries.length) {
      // The ledger here reads on to the relay's head: what else it may say of the head, another was quicker.
      const mayPass = answer.error === 'not-found' || passingFailures.includes(answer.error);
      if (!before || mayPass) return answer;
      // What was never taken, and never will be, is nobody's.
      await deps.keepSigned(task.chat, noChange);
    }
  }
  return fail('busy');
}

async function post(
  deps: MembershipDeps,
  chat: string,
  { entry, boxes, epoch }: NewEntry,
): Promise<Result<unknown, HttpFailure>> {
  const kept = { epoch, boxes: boxes.map(bytesToBase64url), entry: bytesToBase64url(entry) };
  await deps.keepSigned(chat, kept);
  const token = await deps.accessToken();
  if (!token.ok) return token;
  const path = `/api/ledgers/${chat}/entries`;
  return deps.http.post(path, { entry, boxes }, ledgerEntryResponse, token.value);
}

/**
 * What this device has signed on this head before: somebody may know it, although the relay has lost it since. Another
 * change on the same head would fork the ledger for them.
 */
async function signedOnHead(
  deps: MembershipDeps,
  chat: string,
  entries: readonly Bytes[],
): Promise<NewEntry | undefined> {
  const last = entries.at(-1);
  const kept = await deps.signedBefore(chat);
  if (!last || !kept?.entry) return undefined;
  const entry = bytesOf<Bytes>(kept.entry);
  const parent = parseChatEntry(entry)?.body.parent;
  if (!parent || !equalBytes(parent, hashChatEntry(sha256, last))) return undefined;
  return { entry, boxes: kept.boxes.map((box) => bytesOf<Bytes>(box)), epoch: kept.epoch };
}

/** Whether the ledger says already what was wanted; after a lost answer it does. */
function isDone({ change, users, since }: ChangeTask, { ledger }: ReadLedger): boolean {
  const isIn = (user: string) => ledger.members.some(({ person }) => idToText(person.user) === user);
  switch (change) {
    case 'add':
      return users.every(isIn);
    case 'remove':
      return !users.some(isIn);
    case 'turn':
      return ledger.epoch > since;
    default:
      return change satisfies never;
  }
}

async function makeChange(
  deps: MembershipDeps,
  { change: kind, users, role }: ChangeTask,
  { ledger, entries, root, adminSeed }: ReadLedger,
): Promise<Result<NewEntry, HttpFailure>> {
  const { identity, clock, random } = deps;
  const last = entries.at(-1);
  const below = last && parseChatEntry(last)?.body;
  const epochSecret = ledger.secrets.get(ledger.epoch);
  // What can't be read here can't be built upon.
  if (!last || !below || ledger.read < entries.length || !epochSecret || below.epoch !== ledger.epoch) {
    return fail('forbidden');
  }
  const ids = users.map((user) => bytesOf<UserId>(user));
  const added: { readonly person: Person; readonly entries: readonly Bytes[] }[] = [];
  if (kind === 'add') {
    const token = await deps.accessToken();
    if (!token.ok) return token;
    for (const user of ids.filter((id) => !memberIn(ledger.state.members, id))) {
      const path = `/api/users/${idToText(user)}/ledger`;
      const answer = await deps.http.get(path, ledgerResponse, token.value);
      if (!answer.ok) return answer;
      const person = await readUserLedger(user, answer.value.entries);
      if (!person) return fail('bad-signature');
      added.push({ person, entries: answer.value.entries });
    }
  }
  const isLeaving = (user: UserId) => kind === 'remove' && ids.some((id) => equalBytes(id, user));
  const left = ledger.members.filter(({ person }) => !isLeaving(person.user));
  const state: ChatState = {
    ...ledger.state,
    members: [
      ...ledger.state.members.filter(({ user }) => !isLeaving(user)),
      ...added.map(({ person }) => ({ user: person.user, role, ledgerHead: person.head })),
    ],
  };
  if (!adminSeed || !isPermitted(ledger.state, state, kind, identity.user)) return fail('forbidden');
  const secrets = { epoch: ledger.epoch, epochSecret, rootSecret: root };
  return ok(
    await createChange(
      { head: hashChatEntry(sha256, last), below, secrets, adminSeed },
      identity,
      {
        kind,
        state,
        at: clock.now(),
        people: [...left, ...added].map(({ person }) => person),
        newcomers: added.map(({ entries: own }) => own),
      },
      random,
    ),
  );
}
