// The first entry of a chat's ledger: made by the one who starts the chat, opened by everyone else in it. The relay reads
// the capability keys on its outside; members, roles and settings are sealed inside and signed by the creator's device.
import { concatBytes, equalBytes, textToBytes, type Bytes } from '../../shared/codec/bytes.ts';
import {
  boolean,
  decode,
  encode,
  literal,
  struct,
  text,
  u8,
  varint,
  type ValueOf,
} from '../../shared/codec/codec.ts';
import {
  chatEntryKinds,
  chatEntryStatement,
  chatIdOf,
  encodeChatEntry,
  hashChatEntry,
  headOf,
  parseChatEntry,
  type ChatEntry,
  type ChatEntryBody,
} from '../../shared/protocol/chatLedger.ts';
import {
  deviceId,
  noParent,
  signature,
  userId,
  type ChatId,
  type LedgerHead,
  type UserId,
} from '../../shared/protocol/ids.ts';
import { maxNameBytes } from '../../shared/protocol/limits.ts';
import type { BoxSeed } from '../crypto/box.ts';
import { boxesRoot, checkBoxPath } from '../crypto/boxTree.ts';
import { sha256 } from '../crypto/hash.ts';
import {
  deriveEpochKeys,
  generateSecret,
  type EpochKeys,
  type EpochSecret,
  type RootSecret,
  type SigningSeed,
} from '../crypto/keyTree.ts';
import type { Random } from '../crypto/random.ts';
import { openBytes, sealBytes } from '../crypto/seal.ts';
import { signerFromSeed, verifySignature, type Signer } from '../crypto/sign.ts';
import { capabilityKeysOf, openChatBox, sealChatBoxes, type ChatSecrets } from './chatBoxes.ts';
import { chatKinds, chatMembers, roles, type ChatKind } from './chatState.ts';
import type { Person } from './userLedgers.ts';

const inside = struct({
  version: literal(1),
  creator: userId,
  creatorDevice: deviceId,
  members: chatMembers,
  kind: u8,
  title: text(maxNameBytes),
  /** Milliseconds since 1970. */
  createdAt: varint,
  /** Whether newcomers get what was said before them. */
  isHistoryShared: boolean,
});
export type ChatInside = ValueOf<typeof inside>;
const signedInside = struct({ inside, signature });

export interface NewChat {
  readonly chat: ChatId;
  readonly head: LedgerHead;
  readonly entry: Bytes;
  /** One for each member, in the members' order. */
  readonly boxes: readonly Bytes[];
  readonly secrets: ChatSecrets;
  /** Undefined for who is no admin. */
  readonly adminSeed: SigningSeed | undefined;
  readonly inside: ChatInside;
}

const insidePlace = (nonce: Bytes) => concatBytes(textToBytes('convo/chat-ledger-body/1'), nonce);
/** The creator's device signs the inside together with all of the outside, so neither can be put with another. */
const creatorStatement = (outside: Omit<ChatEntryBody, 'sealed'>, value: ChatInside) =>
  concatBytes(
    textToBytes('convo/chat-creator/1'),
    chatEntryStatement({ ...outside, sealed: new Uint8Array(0) }),
    encode(inside, value),
  );

/** Starts a chat of these people; the creator stands first, and everyone is an admin of a chat of one or two. */
export async function createChatGenesis(
  creator: Person & { readonly signer: Signer },
  others: readonly Person[],
  about: { readonly kind: ChatKind; readonly title: string; readonly createdAt: number },
  random: Random,
): Promise<NewChat> {
  const people = [creator, ...others];
  const secrets: ChatSecrets = {
    epoch: 1,
    epochSecret: generateSecret<EpochSecret>(random),
    rootSecret: generateSecret<RootSecret>(random),
  };
  const keys = deriveEpochKeys(secrets.epochSecret, secrets.epoch, secrets.rootSecret);
  const adminSeed = generateSecret<SigningSeed>(random);
  const admin = await signerFromSeed(adminSeed);
  const nonce = random(16);
  const isAdmin = (index: number) => index === 0 || about.kind !== 'group';
  const boxes = sealChatBoxes(
    people.map((person, index) => ({ person, isAdmin: isAdmin(index) })),
    secrets,
    adminSeed,
    nonce,
    random,
  );
  const value: ChatInside = {
    version: 1,
    creator: creator.user,
    creatorDevice: creator.device,
    members: people.map((person, index) => ({
      user: person.user,
      role: isAdmin(index) ? roles.admin : roles.member,
      ledgerHead: person.head,
    })),
    kind: chatKinds[about.kind],
    title: about.title,
    createdAt: about.createdAt,
    isHistoryShared: true,
  };
  const outside = {
    version: 1,
    kind: chatEntryKinds.genesis,
    parent: noParent,
    nonce,
    epoch: secrets.epoch,
    adminKey: admin.publicKey,
    ...(await capabilityKeysOf(keys)),
    boxesRoot: boxesRoot(boxes),
    invitations: [],
  } as const;
  const signed = { inside: value, signature: await creator.signer.sign(creatorStatement(outside, value)) };
  const sealed = sealBytes(keys.ledgerKey, encode(signedInside, signed), insidePlace(nonce), random);
  const body: ChatEntryBody = { ...outside, sealed };
  const entry = encodeChatEntry({ body, signature: await admin.sign(chatEntryStatement(body)) });
  return { ...idsOf(entry), entry, boxes, secrets, adminSeed, inside: value };
}

const idsOf = (entry: Uint8Array) => ({
  chat: chatIdOf(sha256, entry),
  head: headOf(hashChatEntry(sha256, entry)),
});

/** What is wrong with a chat that somebody offers. */
export type GenesisFault = 'malformed' | 'wrong-chat' | 'no-box-for-me' | 'wrong-secrets' | 'bad-signature';

type PersonOf = (user: UserId) => Promise<Person | undefined>;

/** Opens a box and the entry it belongs to; undefined parts never leave here: it is whole, or a fault. */
export async function openChatGenesis(
  chat: ChatId,
  entry: Uint8Array,
  box: { readonly bytes: Uint8Array; readonly index: number; readonly path: readonly Uint8Array[] },
  self: { readonly user: UserId; readonly userBoxSeed: BoxSeed },
  personOf: PersonOf,
): Promise<{ readonly opened: Omit<NewChat, 'boxes'> } | { readonly fault: GenesisFault }> {
  const outer = parseGenesis(chat, entry);
  if (typeof outer === 'string') return { fault: outer };
  const opened = await openChatBox(outer.body, box.bytes, self);
  if (opened === 'not-mine') return { fault: 'no-box-for-me' };
  if (opened === 'wrong-secrets') return { fault: 'wrong-secrets' };
  const signed = openInside(outer, opened.keys);
  if (!signed) return { fault: 'wrong-secrets' };
  const { members } = signed.inside;
  const mine = members[box.index];
  const isMine = mine !== undefined && equalBytes(mine.user, self.user);
  const placed = { box: box.bytes, index: box.index, count: members.length, path: box.path };
  if (!isMine || !checkBoxPath(outer.body.boxesRoot, placed)) {
    return { fault: 'no-box-for-me' };
  }
  if (!(await isSignedGenesis(outer, signed, personOf))) return { fault: 'bad-signature' };
  const { secrets, adminSeed } = opened;
  return { opened: { ...idsOf(entry), entry: entry.slice(), secrets, adminSeed, inside: signed.inside } };
}

/** Reads a genesis with the keys of its epoch; undefined unless all that it says of itself is right. */
export async function readChatGenesis(
  chat: ChatId,
  entry: Uint8Array,
  keys: EpochKeys,
  personOf: PersonOf,
): Promise<ChatInside | undefined> {
  const outer = parseGenesis(chat, entry);
  if (typeof outer === 'string' || !equalBytes(keys.commitment, outer.body.epochCommitment)) return undefined;
  const signed = openInside(outer, keys);
  return signed && (await isSignedGenesis(outer, signed, personOf)) ? signed.inside : undefined;
}

function parseGenesis(chat: ChatId, entry: Uint8Array): ChatEntry | GenesisFault {
  const outer = parseChatEntry(entry);
  if (outer?.body.kind !== chatEntryKinds.genesis) return 'malformed';
  return equalBytes(chatIdOf(sha256, entry), chat) ? outer : 'wrong-chat';
}

function openInside({ body }: ChatEntry, keys: EpochKeys): ValueOf<typeof signedInside> | undefined {
  const plaintext = openBytes(keys.ledgerKey, body.sealed, insidePlace(body.nonce));
  return plaintext && decode(signedInside, plaintext);
}

async function isSignedGenesis(
  { body, signature: outerSignature }: ChatEntry,
  signed: ValueOf<typeof signedInside>,
  personOf: PersonOf,
): Promise<boolean> {
  const creator = await personOf(signed.inside.creator);
  return (
    creator !== undefined &&
    equalBytes(creator.device, signed.inside.creatorDevice) &&
    signed.inside.members.some((member) => equalBytes(member.user, creator.user)) &&
    (await verifySignature(creator.deviceKey, creatorStatement(body, signed.inside), signed.signature)) &&
    (await verifySignature(body.adminKey, chatEntryStatement(body), outerSignature))
  );
}
