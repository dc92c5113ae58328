// A chat as a row on the device, from what its genesis or its ledger says, and back: people, roles, secrets. The floor above
// writes it.
import * as v from 'valibot';
import { bytesToBase64url, parseBase64url } from '../../shared/codec/base64url.ts';
import { equalBytes, type Bytes } from '../../shared/codec/bytes.ts';
import { headOf } from '../../shared/protocol/chatLedger.ts';
import {
  idToText,
  type BoxPublicKey,
  type ChatId,
  type DeviceId,
  type SigningPublicKey,
  type UserId,
} from '../../shared/protocol/ids.ts';
import { maxBoxes, maxLeftEpochs, maxLeftPeople } from '../../shared/protocol/limits.ts';
import type { EpochSecret, RootSecret, SigningSeed } from '../crypto/keyTree.ts';
import type { Batch } from '../storage/batch.ts';
import type { StoredChat, StoredMember } from '../storage/models.ts';
import type { Storage } from '../storage/storage.ts';
import type { NewChat } from './chatGenesis.ts';
import { headsOf, type ChatLedger, type LedgerPerson, type Span } from './chatLedger.ts';
import { chatKindOf, roles } from './chatState.ts';
import type { Person } from './userLedgers.ts';

/** Bytes that this device wrote itself as text; a row that holds anything else is damaged. */
export function bytesOf<T extends Bytes>(text: string): T {
  const bytes = parseBase64url(text);
  if (!bytes) throw new Error('a stored chat is damaged');
  return bytes as T;
}

/** Of a genesis everyone is a member from the first epoch on. */
export const spansOf = (member: StoredMember): readonly Span[] =>
  member.spans?.map(({ from, to }) => (to === undefined ? { from } : { from, to })) ?? [{ from: 1 }];

export const personOfMember = (member: StoredMember): Person => ({
  user: bytesOf<UserId>(member.user),
  device: bytesOf<DeviceId>(member.device),
  deviceKey: bytesOf<SigningPublicKey>(member.deviceKey),
  userBoxKey: bytesOf<BoxPublicKey>(member.boxKey),
  head: bytesOf(member.ledgerHead),
});
/** People of a stored chat, as far as their ledgers were checked when it was stored. */
export const peopleOf = (chat: StoredChat): readonly Person[] => chat.members.map(personOfMember);

export const isAdminOf = (chat: StoredChat, user: string): boolean => {
  const member = chat.members.find((one) => one.user === user);
  // Rows of a genesis from before roles were kept: as `createChatGenesis` gives them.
  const before = chat.kind !== 'group' || chat.creator === user ? roles.admin : roles.member;
  return member !== undefined && (member.role ?? before) === roles.admin;
};

export const memberOf = ({ person, role, spans }: LedgerPerson): StoredMember => ({
  user: idToText(person.user),
  device: idToText(person.device),
  deviceKey: bytesToBase64url(person.deviceKey),
  boxKey: bytesToBase64url(person.userBoxKey),
  ledgerHead: idToText(person.head),
  role,
  spans: [...spans],
});

/** A chat as it begins on this device. */
export function newStoredChat(
  opened: Omit<NewChat, 'boxes'>,
  people: readonly Person[],
  names: StoredChat['names'],
): StoredChat {
  const { inside, secrets } = opened;
  const roleOf = (person: Person) =>
    inside.members.find(({ user }) => equalBytes(user, person.user))?.role ?? roles.member;
  return {
    ...emptyRow,
    id: idToText(opened.chat),
    at: inside.createdAt,
    kind: chatKindOf(inside.kind),
    title: inside.title,
    createdAt: inside.createdAt,
    creator: idToText(inside.creator),
    members: people.map((person) =>
      memberOf({ person, role: roleOf(person), spans: [{ from: secrets.epoch }] }),
    ),
    epoch: secrets.epoch,
    epochSecret: bytesToBase64url(secrets.epochSecret),
    ...(opened.adminSeed ? { adminSeed: bytesToBase64url(opened.adminSeed) } : {}),
    rootSecret: bytesToBase64url(secrets.rootSecret),
    ledgerHead: idToText(opened.head),
    ledger: [bytesToBase64url(opened.entry)],
    heads: [idToText(opened.head)],
    names,
  };
}
/** As many as a chat has members. */
const maxUnwanted = maxBoxes;
const emptyRow = { unread: 0, draft: '', marks: {}, chains: {}, latestAt: 0 };

/** What a device has read of a ledger. */
export interface ReadLedger {
  readonly entries: readonly Bytes[];
  readonly ledger: ChatLedger;
  readonly root: RootSecret;
  /** Of the newest epoch that is known here; undefined where the owner is no admin in it. */
  readonly adminSeed: SigningSeed | undefined;
  /** It parts from the ledger that was read before. */
  readonly fork?: Fork;
}
export interface Fork {
  /** How many entries both branches have. */
  readonly at: number;
  /** The last that both have. */
  readonly epoch: number;
}

/** The row after the ledger was read, whatever it was before. */
export function withLedger(
  before: StoredChat | undefined,
  chat: ChatId,
  { entries, ledger, root, adminSeed, fork }: ReadLedger,
  self: string,
): StoredChat {
  const { state, secrets } = ledger;
  const epoch = Math.max(...secrets.keys());
  const secret = secrets.get(epoch);
  if (!secret) throw new Error('a ledger was read without a key');
  const others = [...secrets].filter(([of]) => of !== epoch);
  const members = ledger.members.map(memberOf);
  const isRemoved = !members.some((member) => member.user === self);
  const {
    adminSeed: _seed,
    isRemoved: _was,
    boxHint: _hint,
    trouble,
    ...kept
  }: Partial<StoredChat> = before ?? {};
  const isWaiting = !isRemoved && (ledger.epochNeeded !== undefined || !secrets.has(ledger.epoch));
  const shown = ledger.isStuck
    ? 'stuck'
    : isWaiting
      ? 'waiting-for-key'
      : trouble === 'gap'
        ? trouble
        : undefined;
  return {
    ...emptyRow,
    names: {},
    ...kept,
    id: idToText(chat),
    at: before?.at ?? ledger.events.findLast(({ kind }) => kind === 'add')?.at ?? state.createdAt,
    kind: chatKindOf(state.kind),
    title: state.title,
    createdAt: state.createdAt,
    creator: idToText(state.creator),
    members,
    former: ledger.former.map(memberOf),
    ...(isRemoved ? { isRemoved } : {}),
    epoch,
    epochSecret: bytesToBase64url(secret),
    epochSecrets: Object.fromEntries(others.map(([of, other]) => [String(of), bytesToBase64url(other)])),
    ...(before && fork ? { leftSecrets: leftBehind(before, secrets, fork) } : {}),
    ...(before && fork ? { leftPeople: peopleLeft(before, ledger) } : {}),
    ...(before && fork ? { chains: chainsUpTo(before.chains, fork.at) } : {}),
    ...(before ? { unwanted: stillUnwanted(before, fork, members) } : {}),
    ...(adminSeed ? { adminSeed: bytesToBase64url(adminSeed) } : {}),
    rootSecret: bytesToBase64url(root),
    ledgerHead: idToText(headOf(ledger.head)),
    ledger: entries.slice(0, 1).map(bytesToBase64url),
    heads: [...headsOf(entries.slice(0, ledger.read))],
    events: ledger.events.map(({ kind, at, by, who, position }) => ({
      kind,
      at,
      by: idToText(by),
      who: who.map(idToText),
      position,
    })),
    ...(shown ? { trouble: shown } : {}),
  };
}

/** Places in the ledger behind the parting are of another branch. */
const chainsUpTo = (chains: StoredChat['chains'], parting: number): StoredChat['chains'] =>
  Object.fromEntries(
    Object.entries(chains).map(([device, chain]) => [
      device,
      (chain.place ?? 0) < parting ? chain : { ...chain, place: parting - 1 },
    ]),
  );

/** Whom a row's ledger has removed from this place on, and not added again. */
export const removedBehind = ({ events = [], members }: StoredChat, at: number): readonly string[] =>
  events
    .flatMap(({ kind, position, who }) => (kind === 'remove' && position >= at ? who : []))
    .filter((user) => !isAmong(members, user));
const isAmong = (members: readonly StoredMember[], user: string) => members.some((one) => one.user === user);
/** Whoever adds them later knows what they do. */
function stillUnwanted(before: StoredChat, fork: Fork | undefined, members: readonly StoredMember[]) {
  const removed = fork ? removedBehind(before, fork.at) : [];
  const all = new Set([...(before.unwanted ?? []), ...removed]);
  return [...all].filter((user) => !isAmong(members, user)).slice(-maxUnwanted);
}

type LeftSecret = NonNullable<StoredChat['leftSecrets']>[number];
export const isSameSecret = (a: LeftSecret, b: LeftSecret): boolean =>
  a.epoch === b.epoch && a.secret === b.secret;
/**
 * Secrets of the branch that the row had, and that is not its ledger's any more, with those of earlier ones: what was said
 * there stays readable. Who was added in the last epoch that both branches have was a member of that, too, and the ledger
 * doesn't say so.
 */
function leftBehind(before: StoredChat, secrets: ReadonlyMap<number, EpochSecret>, { at, epoch }: Fork) {
  const hasAdded = before.events?.some(({ kind, position }) => kind === 'add' && position >= at);
  const left = [...secretsOf(before)].flatMap(([of, secret]) => {
    const now = secrets.get(of);
    const isLeft = !now || !equalBytes(now, secret) || (of === epoch && hasAdded);
    return isLeft ? [{ epoch: of, secret: bytesToBase64url(secret) }] : [];
  });
  const known = before.leftSecrets ?? [];
  const isNew = (one: LeftSecret) => !known.some((other) => isSameSecret(one, other));
  return [...known, ...left.filter(isNew)].slice(-maxLeftEpochs);
}
const noSpans = (): NonNullable<StoredMember['spans']> => [];
/** Who was a member in the branches that were left alone. */
function peopleLeft({ leftPeople = [], members, former = [] }: StoredChat, now: ChatLedger) {
  const known = new Set([...now.members, ...now.former].map(({ person }) => idToText(person.user)));
  const all = [...leftPeople, ...members, ...former].map(
    (one) => [one.user, { ...one, spans: noSpans() }] as const,
  );
  return [...new Map(all).values()].filter(({ user }) => !known.has(user)).slice(-maxLeftPeople);
}
/** By this device, or by who has told it. */
export const leftPeopleOf = ({
  leftPeople = [],
  toldSecrets = {},
}: Pick<StoredChat, 'leftPeople' | 'toldSecrets'>): readonly StoredMember[] => [
  ...leftPeople,
  ...Object.values(toldSecrets).flatMap(({ people }) => people),
];
/** Of all branches that were left, by this device or by who has told it. */
export const leftSecretsOf = ({
  leftSecrets = [],
  toldSecrets = {},
}: Pick<StoredChat, 'leftSecrets' | 'toldSecrets'>): readonly LeftSecret[] => [
  ...leftSecrets,
  ...Object.values(toldSecrets).flatMap(({ epochs }) => epochs),
];

/** The entries of a ledger that lie apart from the chat's row. */
export const putLaterEntries = (batch: Batch, chat: string, entries: readonly Bytes[]): Batch =>
  batch.putSetting(placeOfLater(chat), entries.slice(1).map(bytesToBase64url));
const placeOfLater = (chat: string) => `ledger/${chat}`;
/** All entries of a chat's ledger that this device has, the oldest first, as base64url. */
export const storedLedger = async (storage: Storage, chat: StoredChat): Promise<readonly string[]> => [
  ...chat.ledger,
  ...((await storage.setting(placeOfLater(chat.id), v.array(v.string()))) ?? []),
];

/** Secrets by epoch, as far as this row has them. */
export const secretsOf = (chat: StoredChat): ReadonlyMap<number, EpochSecret> =>
  new Map([
    ...Object.entries(chat.epochSecrets ?? {}).map(
      ([epoch, secret]) => [Number(epoch), bytesOf<EpochSecret>(secret)] as const,
    ),
    [chat.epoch, bytesOf<EpochSecret>(chat.epochSecret)] as const,
  ]);
