// Entries that change a chat: someone is added, someone is removed, the epoch turns. The change itself is sealed under the
// epoch of the entry below it, so that all who were members can judge it, those whom it removes too; what begins an epoch
// also links, under the new epoch's key, to the secret of the one before. So an epoch's secret leads to all before it.
import { concatBytes, textToBytes, type Bytes } from '../../shared/codec/bytes.ts';
import {
  blob,
  decode,
  encode,
  list,
  literal,
  struct,
  u8,
  varint,
  type ValueOf,
} from '../../shared/codec/codec.ts';
import {
  chatEntryKinds,
  chatEntryStatement,
  encodeChatEntry,
  type ChatEntryBody,
} from '../../shared/protocol/chatLedger.ts';
import { deviceId, signature, userId, type DeviceId, type EntryHash32 } from '../../shared/protocol/ids.ts';
import { maxLedgerEntryBytes } from '../../shared/protocol/limits.ts';
import { boxesRoot } from '../crypto/boxTree.ts';
import {
  deriveEpochKeys,
  epochSecret,
  generateSecret,
  type EpochKeys,
  type EpochSecret,
  type SigningSeed,
} from '../crypto/keyTree.ts';
import type { Random } from '../crypto/random.ts';
import { openBytes, sealBytes } from '../crypto/seal.ts';
import { signerFromSeed, verifySignature, type Signer } from '../crypto/sign.ts';
import { capabilityKeysOf, sealChatBoxes, type ChatSecrets } from './chatBoxes.ts';
import { changeKinds, chatState, roles, startsEpoch, type ChangeKind, type ChatState } from './chatState.ts';
import type { Person } from './userLedgers.ts';

/** As many as one entry has room for. */
export const maxNewcomers = 24;

const inside = struct({
  version: literal(1),
  kind: u8,
  signer: userId,
  signerDevice: deviceId,
  /** Milliseconds since 1970, by the signer's clock. */
  at: varint,
  /** The whole state after it. */
  state: chatState,
  /** The user ledgers of those who are new, in their order: nobody has to be asked for them to judge the entry. */
  newcomers: list(list(blob(maxLedgerEntryBytes), 16), maxNewcomers),
});
export type ChangeInside = ValueOf<typeof inside>;
const signedInside = struct({ inside, signature });

/** How the secret of the epoch before lies in the link: 1, as it is. 2 is kept for an archive key that newcomers don't get. */
const plainLink = 1;
const linkContent = struct({ kind: literal(plainLink), secret: epochSecret });
const sealedChange = struct({
  /** Sealed under the epoch that begins here; empty where none does. */
  link: blob(256),
  content: blob(maxLedgerEntryBytes),
});

const contentPlace = (nonce: Bytes) => concatBytes(textToBytes('convo/chat-ledger-body/1'), nonce);
const linkPlace = (nonce: Bytes) => concatBytes(textToBytes('convo/chat-epoch-link/1'), nonce);
/** The signer's device signs the inside together with all of the outside and the link: none can be put with another. */
const signerStatement = (outside: Omit<ChatEntryBody, 'sealed'>, link: Bytes, value: ChangeInside) =>
  concatBytes(
    textToBytes('convo/chat-change/1'),
    chatEntryStatement({ ...outside, sealed: encode(sealedChange, { link, content: new Uint8Array(0) }) }),
    encode(inside, value),
  );

/** What a change stands on. */
export interface ChangeBase {
  readonly head: EntryHash32;
  readonly below: ChatEntryBody;
  readonly secrets: ChatSecrets;
  /** The head's admin capability. */
  readonly adminSeed: SigningSeed;
}
export interface NewChange {
  readonly kind: ChangeKind;
  readonly state: ChatState;
  readonly at: number;
  /** All members after it, in their order. */
  readonly people: readonly Person[];
  readonly newcomers: readonly (readonly Bytes[])[];
}

export interface NewEntry {
  readonly entry: Bytes;
  readonly boxes: readonly Bytes[];
  /** To which both belong. */
  readonly epoch: number;
}

/** Makes an entry and its boxes; whether it may stand there is judged by whoever reads it (`isPermitted`). */
export async function createChange(
  { head, below, secrets: before, adminSeed: adminBefore }: ChangeBase,
  signer: { readonly user: ChangeInside['signer']; readonly device: DeviceId; readonly signer: Signer },
  change: NewChange,
  random: Random,
): Promise<NewEntry> {
  const isTurn = startsEpoch(change.kind);
  const secrets: ChatSecrets = isTurn
    ? { ...before, epoch: before.epoch + 1, epochSecret: generateSecret<EpochSecret>(random) }
    : before;
  const adminSeed = isTurn ? generateSecret<SigningSeed>(random) : adminBefore;
  const keysBefore = deriveEpochKeys(before.epochSecret, before.epoch, before.rootSecret);
  const keys = deriveEpochKeys(secrets.epochSecret, secrets.epoch, secrets.rootSecret);
  const nonce = random(16);
  const isAdmin = (index: number) => change.state.members[index]?.role === roles.admin;
  const boxes = sealChatBoxes(
    change.people.map((person, index) => ({ person, isAdmin: isAdmin(index) })),
    secrets,
    adminSeed,
    nonce,
    random,
  );
  const value: ChangeInside = {
    version: 1,
    kind: changeKinds[change.kind],
    signer: signer.user,
    signerDevice: signer.device,
    at: change.at,
    state: change.state,
    newcomers: change.newcomers,
  };
  const outside = {
    version: 1,
    kind: chatEntryKinds.change,
    parent: head,
    nonce,
    epoch: secrets.epoch,
    adminKey: (await signerFromSeed(adminSeed)).publicKey,
    ...(await capabilityKeysOf(keys)),
    boxesRoot: boxesRoot(boxes),
    // Their bundles hold the old epoch's secret: an epoch ends them.
    invitations: isTurn ? [] : below.invitations,
  } as const;
  const linked = encode(linkContent, { kind: plainLink, secret: before.epochSecret });
  const link = isTurn ? sealBytes(keys.ledgerKey, linked, linkPlace(nonce), random) : new Uint8Array(0);
  const signed = {
    inside: value,
    signature: await signer.signer.sign(signerStatement(outside, link, value)),
  };
  const content = sealBytes(keysBefore.ledgerKey, encode(signedInside, signed), contentPlace(nonce), random);
  const body: ChatEntryBody = { ...outside, sealed: encode(sealedChange, { link, content }) };
  const admin = await signerFromSeed(adminBefore);
  return {
    entry: encodeChatEntry({ body, signature: await admin.sign(chatEntryStatement(body)) }),
    boxes,
    epoch: secrets.epoch,
  };
}

export interface OpenedChange {
  readonly inside: ChangeInside;
  isSignedBy(person: Person): Promise<boolean>;
}
/** @param keysBelow of the epoch to which the entry below belongs. Undefined for what is no change. */
export function openChange(body: ChatEntryBody, keysBelow: EpochKeys): OpenedChange | undefined {
  if (body.kind !== chatEntryKinds.change) return undefined;
  const parts = decode(sealedChange, body.sealed);
  const opened = parts && openBytes(keysBelow.ledgerKey, parts.content, contentPlace(body.nonce));
  const signed = opened && decode(signedInside, opened);
  return (
    signed && {
      inside: signed.inside,
      isSignedBy: (person) =>
        verifySignature(person.deviceKey, signerStatement(body, parts.link, signed.inside), signed.signature),
    }
  );
}

/** The secret of the epoch before the one that begins here; undefined where nobody but its maker can tell. */
export function openLink(body: ChatEntryBody, keys: EpochKeys): EpochSecret | undefined {
  const parts = decode(sealedChange, body.sealed);
  const opened = parts && openBytes(keys.ledgerKey, parts.link, linkPlace(body.nonce));
  return opened && decode(linkContent, opened)?.secret;
}
