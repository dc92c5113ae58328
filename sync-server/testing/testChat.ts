// A chat's ledger and capabilities for tests and load; its sealed halves are random bytes.
import type { Bytes } from '../../shared/codec/bytes.ts';
import {
  chatEntryKinds,
  chatEntryStatement,
  chatIdOf,
  encodeChatEntry,
  hashChatEntry,
  type ChatEntryBody,
} from '../../shared/protocol/chatLedger.ts';
import { encodeEntry, entryKinds, hashEntry } from '../../shared/protocol/entry.ts';
import {
  noEntryHash,
  noParent,
  type AuthorTag,
  type Challenge,
  type ChatId,
  type DocumentId,
  type EntryHash,
  type EntryHash32,
  type LedgerHead,
  type SessionId,
} from '../../shared/protocol/ids.ts';
import { capabilityStatement, rights } from '../../shared/protocol/statements.ts';
import { boxesRootOf } from '../auth/boxTree.ts';
import { sha256 } from '../auth/sha256.ts';
import { newSigner, randomBytes, type TestSigner } from './signer.ts';

export interface TestEpoch {
  readonly epoch: number;
  readonly admin: TestSigner;
  readonly read: TestSigner;
  readonly post: TestSigner;
}
export const newEpoch = (epoch: number): TestEpoch => ({
  epoch,
  admin: newSigner(),
  read: newSigner(),
  post: newSigner(),
});

export type BodyChanges = Partial<ChatEntryBody>;

export function ledgerBody({ epoch, admin, read, post }: TestEpoch, changes: BodyChanges): ChatEntryBody {
  return {
    version: 1,
    kind: chatEntryKinds.change,
    parent: noParent,
    nonce: randomBytes(16),
    epoch,
    adminKey: admin.publicKey,
    readKey: read.publicKey,
    postKey: post.publicKey,
    epochCommitment: new Uint8Array(32).fill(epoch),
    boxesRoot: new Uint8Array(32),
    invitations: [],
    sealed: randomBytes(40),
    ...changes,
  };
}

export interface TestLedgerEntry {
  readonly body: ChatEntryBody;
  readonly entry: Bytes;
  readonly hash: EntryHash32;
  readonly boxes: readonly Bytes[];
}
export function ledgerEntry(
  body: ChatEntryBody,
  signer: TestSigner,
  boxes: readonly Bytes[] = [],
): TestLedgerEntry {
  const entry = encodeChatEntry({ body, signature: signer.sign(chatEntryStatement(body)) });
  return { body, entry, hash: hashChatEntry(sha256, entry), boxes };
}

export interface TestChat {
  readonly chatId: ChatId;
  readonly genesis: TestLedgerEntry;
  readonly epoch: TestEpoch;
}
export function newChat(boxes: readonly Bytes[] = [], changes: BodyChanges = {}): TestChat {
  const epoch = newEpoch(1);
  const body = ledgerBody(epoch, {
    kind: chatEntryKinds.genesis,
    boxesRoot: boxesRootOf(boxes),
    ...changes,
  });
  const genesis = ledgerEntry(body, epoch.admin, boxes);
  return { chatId: chatIdOf(sha256, genesis.entry), genesis, epoch };
}

/** @param post by which key the right to post is shown. */
export function proofOf(
  chatId: ChatId,
  { epoch, read, ...keys }: TestEpoch,
  challenge: Challenge,
  post = keys.post,
) {
  const statement = (right: number) => capabilityStatement({ challenge, chatId, epoch, right });
  return {
    type: 'prove',
    chat: chatId,
    epoch,
    readProof: read.sign(statement(rights.read)) as Bytes,
    postProof: post.sign(statement(rights.post)) as Bytes,
  } as const;
}

export const newDocumentId = () => randomBytes(16) as Bytes as DocumentId;

/** One session's entries in one document, each naming the one before. */
export function newTestSession(
  document: DocumentId,
  session = randomBytes(8) as Bytes as SessionId,
  ledgerHead = new Uint8Array(16) as Bytes as LedgerHead,
) {
  let sequence = 0;
  let previous: EntryHash = noEntryHash;
  return {
    session,
    get sequence() {
      return sequence;
    },
    next(epoch = 1, size = 64, kind: number = entryKinds.segment): Bytes {
      const bytes = encodeEntry({
        header: {
          version: 1,
          kind,
          epoch,
          ledgerHead,
          author: new Uint8Array(16) as Bytes as AuthorTag,
          session,
          sequence: sequence + 1,
          previous,
          commitment: new Uint8Array(16),
          nonce: randomBytes(24),
        },
        ciphertext: randomBytes(size),
      });
      sequence += 1;
      previous = hashEntry(sha256, document, bytes);
      return bytes;
    },
    /** Goes on after another entry, as after a refusal. */
    goOnAfter(atSequence: number, hash: EntryHash) {
      sequence = atSequence;
      previous = hash;
    },
    get previous() {
      return previous;
    },
  };
}
