// From few secrets to many keys. Each derivation has a label of its own, so no key can be worked out from another or
// used in its place (SPEC K2 to K4). Nothing here is random, and nothing leaves this room but what is asked for.
import { textToBytes, concatBytes, type Bytes } from '../../shared/codec/bytes.ts';
import { fixed } from '../../shared/codec/codec.ts';
import type { AuthorTag, DeviceId, DocumentId } from '../../shared/protocol/ids.ts';
import { hkdfSha256, hmacSha256 } from './hash.ts';
import type { Random } from './random.ts';
import type { Secret } from './secret.ts';

/** A chat's secret of one epoch: random, boxed to every member. */
export type EpochSecret = Secret<'EpochSecret'>;
/** A chat's secret for its whole life: names its documents and authors towards the relay. */
export type RootSecret = Secret<'RootSecret'>;
/** What an invitation's link carries in its fragment. */
export type InvitationSecret = Secret<'InvitationSecret'>;
/** Seals entries of documents, by way of `envelope.ts`. */
export type EntryKey = Secret<'EntryKey'>;
/** Seals records inside a document. */
export type RecordKey = Secret<'RecordKey'>;
/** Seals the members' half of a chat's ledger entries. */
export type LedgerKey = Secret<'LedgerKey'>;
/** Seals presence and typing. */
export type SignalKey = Secret<'SignalKey'>;
/** Seals an invitation's bundle. */
export type BundleKey = Secret<'BundleKey'>;
/** Hashes the terms of the local search index; never leaves the device. */
export type SearchKey = Secret<'SearchKey'>;
/** The seed of an Ed25519 pair (RFC 8032 section 5.1.5), for `signerFromSeed`. */
export type SigningSeed = Secret<'SigningSeed'>;

export const epochSecret = fixed<EpochSecret>(32);
export const rootSecret = fixed<RootSecret>(32);
export const invitationSecret = fixed<InvitationSecret>(32);
export const searchKey = fixed<SearchKey>(32);

/** A new secret of 32 bytes; the brand says for what: `generateSecret<EpochSecret>(platformRandom)`. */
export const generateSecret = <
  S extends EpochSecret | RootSecret | InvitationSecret | SearchKey | SigningSeed,
>(
  random: Random,
): S => random(32) as S;

export interface EpochKeys {
  readonly epoch: number;
  readonly entryKey: EntryKey;
  readonly recordKey: RecordKey;
  readonly ledgerKey: LedgerKey;
  readonly signalKey: SignalKey;
  /** Seeds of the signing keys whose public halves stand in the chat's ledger. */
  readonly readCapabilitySeed: SigningSeed;
  readonly postCapabilitySeed: SigningSeed;
  /** 32 bytes for the ledger (`epochCommitment`): no other epoch secret, epoch or root has the same. */
  readonly commitment: Bytes;
}

function checkLength(secret: Uint8Array): void {
  if (secret.length !== 32) throw new RangeError(`expected a secret of 32 bytes, got ${secret.length}`);
}

/**
 * All keys of one epoch. Both secrets go into each of them, so that the commitment binds every key: who made two sets
 * of keys for one commitment would have found a collision of SHA-256.
 */
export function deriveEpochKeys(epochSecret: EpochSecret, epoch: number, root: RootSecret): EpochKeys {
  checkLength(epochSecret);
  checkLength(root);
  if (!Number.isSafeInteger(epoch) || epoch < 0) throw new RangeError(`not an epoch: ${epoch}`);
  const secret = concatBytes(epochSecret, root);
  const derive = (name: string) => hkdfSha256(secret, `convo/epoch/1/${epoch}/${name}`, 32);
  return {
    epoch,
    entryKey: derive('entry') as EntryKey,
    recordKey: derive('record') as RecordKey,
    ledgerKey: derive('ledger') as LedgerKey,
    signalKey: derive('signal') as SignalKey,
    readCapabilitySeed: derive('read-capability') as SigningSeed,
    postCapabilitySeed: derive('post-capability') as SigningSeed,
    commitment: derive('commitment'),
  };
}

const documentLabel = textToBytes('convo/document/1/');
const authorLabel = textToBytes('convo/author/1/');

/** The id under which the relay knows a chat's document, such as `segment/0` or `meta`; 16 bytes. */
export function documentIdOf(root: RootSecret, label: string): DocumentId {
  checkLength(root);
  return hmacSha256(root, documentLabel, textToBytes(label)).slice(0, 16) as DocumentId;
}

/** A device's pseudonym in one chat: the same device has another in every other chat; 16 bytes. */
export function authorTagOf(root: RootSecret, deviceId: DeviceId): AuthorTag {
  checkLength(root);
  return hmacSha256(root, authorLabel, deviceId).slice(0, 16) as AuthorTag;
}

export interface InvitationKeys {
  /** Signs claims and joins. */
  readonly signingSeed: SigningSeed;
  readonly bundleKey: BundleKey;
}

export function deriveInvitationKeys(secret: InvitationSecret): InvitationKeys {
  checkLength(secret);
  return {
    signingSeed: hkdfSha256(secret, 'convo/invitation/1/signing', 32) as SigningSeed,
    bundleKey: hkdfSha256(secret, 'convo/invitation/1/bundle', 32) as BundleKey,
  };
}
