// Branded ids and keys: none can be passed for another. Lengths are in bytes and part of the wire (SPEC, section 1).
import { fixed } from '../codec/codec.ts';
import type { Bytes } from '../codec/bytes.ts';
import { bytesToBase64url, parseBase64url } from '../codec/base64url.ts';

declare const brand: unique symbol;
type Branded<Name extends string> = Bytes & { readonly [brand]: Name };

/** SHA-256 of the first entry of the user's ledger: it certifies itself. */
export type UserId = Branded<'UserId'>;
/** Hash of the device's Ed25519 key, cut to 16. */
export type DeviceId = Branded<'DeviceId'>;
/** SHA-256 of the first entry of the chat's ledger. */
export type ChatId = Branded<'ChatId'>;
/** HMAC under the chat's root secret: opaque to the relay. */
export type DocumentId = Branded<'DocumentId'>;
export type SessionId = Branded<'SessionId'>;
export type RecordId = Branded<'RecordId'>;
export type InvitationId = Branded<'InvitationId'>;
/** SHA-256 of a ledger entry. */
export type EntryHash32 = Branded<'EntryHash32'>;
/** A ledger head as entries and records name it: the first 16 bytes of its hash. */
export type LedgerHead = Branded<'LedgerHead'>;
/** Hash of one sealed entry (16). */
export type EntryHash = Branded<'EntryHash'>;
/** Hash over a document's whole log so far (16). */
export type LogHash = Branded<'LogHash'>;
/** Hash of a snapshot in its document (16). */
export type SnapshotId = Branded<'SnapshotId'>;
/** Which device of a chat wrote an entry, without saying so to the relay (16). */
export type AuthorTag = Branded<'AuthorTag'>;
export type SigningPublicKey = Branded<'SigningPublicKey'>;
export type Signature = Branded<'Signature'>;
export type BoxPublicKey = Branded<'BoxPublicKey'>;
export type Challenge = Branded<'Challenge'>;

export const userId = fixed<UserId>(32);
export const deviceId = fixed<DeviceId>(16);
export const chatId = fixed<ChatId>(32);
export const documentId = fixed<DocumentId>(16);
export const sessionId = fixed<SessionId>(8);
export const recordId = fixed<RecordId>(16);
export const invitationId = fixed<InvitationId>(16);
export const entryHash32 = fixed<EntryHash32>(32);
export const ledgerHead = fixed<LedgerHead>(16);
export const entryHash = fixed<EntryHash>(16);
export const logHash = fixed<LogHash>(16);
export const snapshotId = fixed<SnapshotId>(16);
export const authorTag = fixed<AuthorTag>(16);
export const signingPublicKey = fixed<SigningPublicKey>(32);
export const signature = fixed<Signature>(64);
/** X-Wing: an ML-KEM-768 key (1184) and an X25519 key (32). */
export const boxPublicKey = fixed<BoxPublicKey>(1216);
export const challenge = fixed<Challenge>(32);

/** Text form of any id, as it stands in addresses, map keys and database columns of the client. */
export const idToText = bytesToBase64url;

/** The id whose text form this is, if it has the right length. */
export function parseId<T extends Bytes>(text: string, length: number): T | undefined {
  const bytes = parseBase64url(text);
  return bytes?.length === length ? (bytes as T) : undefined;
}

export const emptyLogHash = new Uint8Array(16) as LogHash;
export const noEntryHash = new Uint8Array(16) as EntryHash;
export const noSnapshot = new Uint8Array(16) as SnapshotId;
export const noParent = new Uint8Array(32) as EntryHash32;
