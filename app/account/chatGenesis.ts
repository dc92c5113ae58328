// The first entry of a chat's ledger: made by the one who starts the chat, opened by everyone else in it. The relay reads
// the capability keys on its outside; members, roles and settings are sealed inside and signed by the creator's device.
import { concatBytes, equalBytes, textToBytes, type Bytes } from '../../shared/codec/bytes.ts';
import {
  blob,
  boolean,
  decode,
  encode,
  list,
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
  type ChatEntryBody,
} from '../../shared/protocol/chatLedger.ts';
import {
  deviceId,
  entryHash32,
  noParent,
  signature,
  userId,
  type ChatId,
  type LedgerHead,
  type UserId,
} from '../../shared/protocol/ids.ts';
import { maxNameBytes } from '../../shared/protocol/limits.ts';
import { openBox, sealToBox, type BoxSeed } from '../crypto/box.ts';
import { boxesRoot, checkBoxPath } from '../crypto/boxTree.ts';
import { sha256 } from '../crypto/hash.ts';
import {
  deriveEpochKeys,
  epochSecret,
  generateSecret,
  rootSecret,
  type EpochSecret,
  type RootSecret,
  type SigningSeed,
} from '../crypto/keyTree.ts';
import type { Random } from '../crypto/random.ts';
import { openBytes, sealBytes } from '../crypto/seal.ts';
import { signerFromSeed, verifySignature, type Signer } from '../crypto/sign.ts';
import type { Person } from './userLedgers.ts';

export const chatKinds = { notes: 1, direct: 2, group: 3 } as const;
export type ChatKind = keyof typeof chatKinds;
const kindByNumber = new Map<number, ChatKind>(
  Object.entries(chatKinds).map(([kind, number]) => [number, kind as ChatKind]),
);
/** A kind of a newer version counts as a group: the one that promises least. */
export const chatKindOf = (kind: number): ChatKind => kindByNumber.get(kind) ?? 'group';
export const roles = { member: 1, admin: 2 } as const;

const inside = struct({
  version: literal(1),
  creator: userId,
  creatorDevice: deviceId,
  members: list(struct({ user: userId, role: u8, ledgerHead: entryHash32 }), 1024),
  kind: u8,
  title: text(maxNameBytes),
  /** Milliseconds since 1970. */
  createdAt: varint,
  /** Whether newcomers get what was said before them. */
  isHistoryShared: boolean,
});
export type ChatInside = ValueOf<typeof inside>;
const signedInside = struct({ inside, signature });

/** What each member's box holds; the admin seed is empty for those who are not. */
const boxContent = struct({
  version: literal(1),
  epoch: varint,
  epochSecret,
  rootSecret,
  adminSeed: blob(32),
});

export interface ChatSecrets {
  readonly epoch: number;
  readonly epochSecret: EpochSecret;
  readonly rootSecret: RootSecret;
}
export interface NewChat {
  readonly chat: ChatId;
  readonly head: LedgerHead;
  readonly entry: Bytes;
  /** One for each member, in the members' order. */
  readonly boxes: readonly Bytes[];
  readonly secrets: ChatSecrets;
  readonly inside: ChatInside;
}

const boxPlace = (nonce: Bytes, epoch: number, user: UserId) =>
  concatBytes(textToBytes('convo/box/1'), nonce, encode(varint, epoch), user);
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
  const boxes = people.map((person, index) =>
    sealToBox(
      person.userBoxKey,
      encode(boxContent, {
        version: 1,
        ...secrets,
        adminSeed: isAdmin(index) ? adminSeed : new Uint8Array(0),
      }),
      boxPlace(nonce, secrets.epoch, person.user),
      random,
    ),
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
    readKey: (await signerFromSeed(keys.readCapabilitySeed)).publicKey,
    postKey: (await signerFromSeed(keys.postCapabilitySeed)).publicKey,
    epochCommitment: keys.commitment,
    boxesRoot: boxesRoot(boxes),
    invitations: [],
  } as const;
  const signed = { inside: value, signature: await creator.signer.sign(creatorStatement(outside, value)) };
  const sealed = sealBytes(keys.ledgerKey, encode(signedInside, signed), insidePlace(nonce), random);
  const body: ChatEntryBody = { ...outside, sealed };
  const entry = encodeChatEntry({ body, signature: await admin.sign(chatEntryStatement(body)) });
  return { ...idsOf(entry), entry, boxes, secrets, inside: value };
}

const idsOf = (entry: Uint8Array) => ({
  chat: chatIdOf(sha256, entry),
  head: headOf(hashChatEntry(sha256, entry)),
});

/** What is wrong with a chat that somebody offers. */
export type GenesisFault = 'malformed' | 'wrong-chat' | 'no-box-for-me' | 'wrong-secrets' | 'bad-signature';

/** Opens a box and the entry it belongs to; undefined parts never leave here: it is whole, or a fault. */
export async function openChatGenesis(
  chat: ChatId,
  entry: Uint8Array,
  box: { readonly bytes: Uint8Array; readonly index: number; readonly path: readonly Uint8Array[] },
  self: { readonly user: UserId; readonly userBoxSeed: BoxSeed },
  personOf: (user: UserId) => Promise<Person | undefined>,
): Promise<{ readonly opened: Omit<NewChat, 'boxes'> } | { readonly fault: GenesisFault }> {
  const outer = parseChatEntry(entry);
  if (!outer || outer.body.kind !== chatEntryKinds.genesis) return { fault: 'malformed' };
  if (!equalBytes(chatIdOf(sha256, entry), chat)) return { fault: 'wrong-chat' };
  const { sealed, ...outside } = outer.body;
  const opened = openBox(self.userBoxSeed, box.bytes, boxPlace(outside.nonce, outside.epoch, self.user));
  const secrets = opened && decode(boxContent, opened);
  if (!secrets) return { fault: 'no-box-for-me' };
  const keys = deriveEpochKeys(secrets.epochSecret, secrets.epoch, secrets.rootSecret);
  const isCommitted = secrets.epoch === outside.epoch && equalBytes(keys.commitment, outside.epochCommitment);
  const plaintext = isCommitted ? openBytes(keys.ledgerKey, sealed, insidePlace(outside.nonce)) : undefined;
  const signed = plaintext && decode(signedInside, plaintext);
  if (!signed) return { fault: 'wrong-secrets' };
  const { members } = signed.inside;
  const mine = members[box.index];
  const isMine = mine !== undefined && equalBytes(mine.user, self.user);
  if (!isMine || !checkBoxPath(outside.boxesRoot, box.bytes, box.index, members.length, box.path)) {
    return { fault: 'no-box-for-me' };
  }
  const creator = await personOf(signed.inside.creator);
  const areSigned =
    creator !== undefined &&
    equalBytes(creator.device, signed.inside.creatorDevice) &&
    members.some((member) => equalBytes(member.user, creator.user)) &&
    (await verifySignature(creator.deviceKey, creatorStatement(outside, signed.inside), signed.signature)) &&
    (await verifySignature(outside.adminKey, chatEntryStatement(outer.body), outer.signature));
  if (!areSigned) return { fault: 'bad-signature' };
  const { epoch, epochSecret, rootSecret } = secrets;
  return {
    opened: {
      ...idsOf(entry),
      entry: entry.slice(),
      secrets: { epoch, epochSecret, rootSecret },
      inside: signed.inside,
    },
  };
}
