// A chat's ledger, read from its genesis: who is in the chat and who was, from which epoch to which, and every epoch's key
// that follows from those at hand. Everybody reads the same: an entry that fails a check is skipped and changes nothing;
// bytes that no honest relay would hand out are no ledger at all. No network, no storage.
import { equalBytes } from '../../shared/codec/bytes.ts';
import {
  chatEntryKinds,
  chatEntryStatement,
  hashChatEntry,
  headOf,
  parseChatEntry,
  type ChatEntryBody,
} from '../../shared/protocol/chatLedger.ts';
import { idToText, type ChatId, type EntryHash32, type UserId } from '../../shared/protocol/ids.ts';
import { fail, ok, type Result } from '../../shared/protocol/result.ts';
import { isBoxPublicKey } from '../crypto/box.ts';
import { sha256 } from '../crypto/hash.ts';
import { deriveEpochKeys, type EpochKeys, type EpochSecret, type RootSecret } from '../crypto/keyTree.ts';
import { verifySignature } from '../crypto/sign.ts';
import { openChange, openLink } from './chatChange.ts';
import { readChatGenesis } from './chatGenesis.ts';
import {
  changeKindOf,
  isPermitted,
  memberIn,
  startsEpoch,
  type ChangeKind,
  type ChatState,
} from './chatState.ts';
import { readUserLedger, type Person } from './userLedgers.ts';

/** Epochs from the first to the last; without a last one it goes on. */
export interface Span {
  readonly from: number;
  readonly to?: number;
}
export interface LedgerPerson {
  readonly person: Person;
  readonly role: number;
  readonly spans: readonly Span[];
}
/** A change that counted. */
export interface LedgerEvent {
  readonly kind: ChangeKind;
  readonly at: number;
  readonly by: UserId;
  readonly who: readonly UserId[];
  /** The entry's place in the ledger. */
  readonly position: number;
  readonly epoch: number;
  /** Of those who were added: the first one's place among the members, and so their box's. */
  readonly index: number;
}
export interface ChatLedger {
  readonly state: ChatState;
  readonly epoch: number;
  /** In the state's order. */
  readonly members: readonly LedgerPerson[];
  readonly former: readonly LedgerPerson[];
  readonly secrets: ReadonlyMap<number, EpochSecret>;
  readonly events: readonly LedgerEvent[];
  /** How many entries were read; what is behind them needs the key of `epochNeeded`. */
  readonly read: number;
  readonly epochNeeded: number | undefined;
  readonly skipped: number;
  /** An entry that doesn't count began an epoch at the relay: nobody can go on from there. */
  readonly isStuck: boolean;
  /** Of the last entry read. */
  readonly head: EntryHash32;
}
/**
 * not-a-chain: bytes that no honest relay would hand out; no-key: the secrets at hand don't lead to the first epoch;
 * no-people: someone's user ledger is out of reach.
 */
export type LedgerFault = 'not-a-chain' | 'no-key' | 'no-people' | 'bad-genesis';

interface RawEntry {
  readonly body: ChatEntryBody;
  readonly hash: EntryHash32;
}

/** @param personOf finds the people of the genesis; everyone who is added comes with their ledger. */
export async function readChatLedger(given: {
  readonly chat: ChatId;
  readonly entries: readonly Uint8Array[];
  readonly root: RootSecret;
  readonly secrets: ReadonlyMap<number, EpochSecret>;
  readonly personOf: (user: UserId) => Promise<Person | undefined>;
}): Promise<Result<ChatLedger, LedgerFault>> {
  const raw = await readChain(given.entries);
  const [first] = raw ?? [];
  if (!raw || !first || !equalBytes(first.hash, given.chat)) return fail('not-a-chain');
  const keys = leadBack(raw, given.root, given.secrets);
  const firstKeys = keys.get(first.body.epoch);
  const [genesis] = given.entries;
  if (!firstKeys || !genesis) return fail('no-key');
  let unknown = false;
  const inside = await readChatGenesis(given.chat, genesis, firstKeys.keys, async (user) => {
    const person = await given.personOf(user);
    unknown ||= !person;
    return person;
  });
  if (!inside) return fail(unknown ? 'no-people' : 'bad-genesis');
  let members: LedgerPerson[] = [];
  for (const { user, role } of inside.members) {
    const person = await given.personOf(user);
    if (!person) return fail('no-people');
    members.push({ person, role, spans: [{ from: first.body.epoch }] });
  }
  let state: ChatState = {
    members: inside.members,
    kind: inside.kind,
    title: inside.title,
    creator: inside.creator,
    createdAt: inside.createdAt,
    isHistoryShared: inside.isHistoryShared,
  };
  let epoch = first.body.epoch;
  let former: LedgerPerson[] = [];
  const events: LedgerEvent[] = [];
  let skipped = 0;
  let skippedEpoch = 0;
  let read = 1;
  let epochNeeded: number | undefined;

  for (const [position, { body }] of raw.entries()) {
    const below = raw[position - 1]?.body;
    if (!below) continue;
    const keysBelow = keys.get(below.epoch)?.keys;
    if (!keysBelow) {
      epochNeeded = below.epoch;
      break;
    }
    read = position + 1;
    const change = await judge({ body, below, keysBelow, state, epoch, members });
    if (!change) {
      skipped++;
      skippedEpoch = Math.max(skippedEpoch, body.epoch);
      continue;
    }
    const { kind, newcomers, inside: said } = change;
    epoch = body.epoch;
    const isLeft = ({ person }: LedgerPerson) => memberIn(said.state.members, person.user) !== undefined;
    const gone = members.filter((member) => !isLeft(member));
    const returning = (user: UserId) => former.find(({ person }) => equalBytes(person.user, user));
    const added = newcomers.map(({ person, role }): LedgerPerson => ({
      person,
      role,
      spans: [...(returning(person.user)?.spans ?? []), { from: epoch }],
    }));
    members = [...members.filter(isLeft), ...added];
    former = [
      ...former.filter(({ person }) => !memberIn(said.state.members, person.user)),
      ...gone.map((member) => ({ ...member, spans: endSpan(member.spans, epoch - 1) })),
    ];
    const who = [...gone, ...added].map(({ person }) => person.user);
    events.push({
      kind,
      at: said.at,
      by: said.signer,
      who,
      position,
      epoch,
      index: members.length - added.length,
    });
    state = said.state;
  }
  const head = raw[read - 1]?.hash ?? first.hash;
  const secrets = new Map([...keys].map(([of, { secret }]) => [of, secret]));
  const isStuck = skippedEpoch > epoch;
  return ok({ state, epoch, members, former, secrets, events, read, epochNeeded, skipped, isStuck, head });
}

const endSpan = (spans: readonly Span[], to: number): readonly Span[] =>
  spans.map((span) => (span.to === undefined ? { from: span.from, to } : span));

/** Heads as entries and records name them, of all these entries. */
export const headsOf = (entries: readonly Uint8Array[]): readonly string[] =>
  entries.map((entry) => idToText(headOf(hashChatEntry(sha256, entry))));

/** Each on top of the one before, and signed as the relay demands it; undefined when one isn't. */
async function readChain(entries: readonly Uint8Array[]): Promise<readonly RawEntry[] | undefined> {
  const raw: RawEntry[] = [];
  for (const bytes of entries) {
    const entry = parseChatEntry(bytes);
    const below = raw.at(-1);
    if (!entry) return undefined;
    const { body } = entry;
    if (below) {
      if (!equalBytes(body.parent, below.hash) || !isNextEpoch(below.body, body)) return undefined;
      const isChange = body.kind === chatEntryKinds.change;
      // A join is signed by an invitation's key. It changes nothing here yet, and may change no key.
      const isAllowed = isChange
        ? await verifySignature(below.body.adminKey, chatEntryStatement(body), entry.signature)
        : body.kind === chatEntryKinds.join && body.epoch === below.body.epoch;
      if (!isAllowed) return undefined;
    }
    raw.push({ body, hash: hashChatEntry(sha256, bytes) });
  }
  return raw;
}

const isNextEpoch = (below: ChatEntryBody, body: ChatEntryBody): boolean =>
  body.epoch === below.epoch + 1 ||
  (body.epoch === below.epoch &&
    equalBytes(body.adminKey, below.adminKey) &&
    equalBytes(body.readKey, below.readKey) &&
    equalBytes(body.postKey, below.postKey) &&
    equalBytes(body.epochCommitment, below.epochCommitment));

/** The keys of all epochs that the secrets at hand lead to; a secret to which the ledger does not commit is none. */
function leadBack(raw: readonly RawEntry[], root: RootSecret, secrets: ReadonlyMap<number, EpochSecret>) {
  const keys = new Map<number, { readonly keys: EpochKeys; readonly secret: EpochSecret }>();
  const add = (body: ChatEntryBody, secret: EpochSecret | undefined) => {
    if (!secret || keys.has(body.epoch)) return;
    const derived = deriveEpochKeys(secret, body.epoch, root);
    if (equalBytes(derived.commitment, body.epochCommitment)) keys.set(body.epoch, { keys: derived, secret });
  };
  for (let position = raw.length - 1; position >= 0; position--) {
    const [body, below] = [raw[position]?.body, raw[position - 1]?.body];
    if (!body) continue;
    add(body, secrets.get(body.epoch));
    const known = keys.get(body.epoch);
    if (below && known && below.epoch < body.epoch) add(below, openLink(body, known.keys));
  }
  return keys;
}

interface Judged {
  readonly body: ChatEntryBody;
  readonly below: ChatEntryBody;
  readonly keysBelow: EpochKeys;
  readonly state: ChatState;
  readonly epoch: number;
  readonly members: readonly LedgerPerson[];
}
/** A change that counts, with those who are new in it; undefined for one that changes nothing. */
async function judge({ body, below, keysBelow, state, epoch, members }: Judged) {
  const opened = openChange(body, keysBelow);
  const kind = opened && changeKindOf(opened.inside.kind);
  if (!opened || !kind) return undefined;
  const { inside } = opened;
  const isTurn = body.epoch === below.epoch + 1;
  if (isTurn !== startsEpoch(kind) || (!isTurn && body.epoch !== epoch)) return undefined;
  if (!isPermitted(state, inside.state, kind, inside.signer)) return undefined;
  const signer = members.find(({ person }) => equalBytes(person.user, inside.signer))?.person;
  if (!signer || !equalBytes(signer.device, inside.signerDevice)) return undefined;
  if (!(await opened.isSignedBy(signer))) return undefined;
  const added = inside.state.members.slice(kind === 'add' ? members.length : Infinity);
  if (added.length !== inside.newcomers.length) return undefined;
  const newcomers: { readonly person: Person; readonly role: number }[] = [];
  for (const [index, { user, role, ledgerHead }] of added.entries()) {
    const person = await readUserLedger(user, inside.newcomers[index] ?? []);
    if (!person || !equalBytes(person.head, ledgerHead) || !isBoxPublicKey(person.userBoxKey))
      return undefined;
    newcomers.push({ person, role });
  }
  return { kind, inside, newcomers };
}
