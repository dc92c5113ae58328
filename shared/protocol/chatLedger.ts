// Entries of a chat's ledger. The relay reads the public half (who may append, under which epoch); members, roles and
// settings are in the sealed half, which only members open (SPEC, section 5).
import { concatBytes, textToBytes, type Bytes } from '../codec/bytes.ts';
import {
  blob,
  decode,
  encode,
  fixed,
  list,
  literal,
  struct,
  u8,
  varint,
  type ValueOf,
} from '../codec/codec.ts';
import type { Sha256 } from './entry.ts';
import {
  entryHash32,
  signature,
  signingPublicKey,
  type ChatId,
  type EntryHash32,
  type LedgerHead,
} from './ids.ts';
import { maxInvitationsInLedger, maxLedgerEntryBytes } from './limits.ts';

export const chatEntryKinds = { genesis: 1, change: 2, join: 3 } as const;

const chatEntryBody = struct({
  version: literal(1),
  kind: u8,
  /** Hash of the entry below it; zeros in a genesis. */
  parent: entryHash32,
  nonce: fixed(16),
  epoch: varint,
  /** Capabilities of the epoch: who holds the secrets may change the ledger, read, append. */
  adminKey: signingPublicKey,
  readKey: signingPublicKey,
  postKey: signingPublicKey,
  epochCommitment: fixed(32),
  boxesRoot: fixed(32),
  /** Keys that may sign a join, and until when (milliseconds since 1970). */
  invitations: list(struct({ key: signingPublicKey, expiresAt: varint }), maxInvitationsInLedger),
  /** The members' half, sealed under the epoch's ledger key. */
  sealed: blob(maxLedgerEntryBytes),
});
const chatEntry = struct({ body: chatEntryBody, signature });
export type ChatEntry = ValueOf<typeof chatEntry>;
export type ChatEntryBody = ChatEntry['body'];

/** What the admin capability signs: the genesis' own, later that of the head below. */
export const chatEntryStatement = (body: ChatEntryBody): Bytes =>
  concatBytes(textToBytes('convo/chat-ledger/1'), encode(chatEntryBody, body));

export const parseChatEntry = (bytes: Uint8Array): ChatEntry | undefined =>
  bytes.length > maxLedgerEntryBytes ? undefined : decode(chatEntry, bytes);
export const encodeChatEntry = (entry: ChatEntry): Bytes => encode(chatEntry, entry);

const ledgerLabel = textToBytes('convo/chat/1');
/** Hash of an entry; the first one's is the chat's id. */
export const hashChatEntry = (sha256: Sha256, entry: Uint8Array): EntryHash32 =>
  sha256(concatBytes(ledgerLabel, entry)) as Uint8Array as EntryHash32;
export const chatIdOf = (sha256: Sha256, genesis: Uint8Array): ChatId =>
  hashChatEntry(sha256, genesis) as Uint8Array as ChatId;
export const headOf = (hash: EntryHash32): LedgerHead => hash.slice(0, 16) as LedgerHead;
