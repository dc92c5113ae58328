// Records: immutable, signed by their author, in two items. The header stays verifiable when the body is erased. Both
// are sealed under the epoch's record key, so that a document at rest is an encrypted one.
import { concatBytes, equalBytes, textToBytes, type Bytes } from '../../shared/codec/bytes.ts';
import {
  decode,
  encode,
  fixed,
  literal,
  rest,
  struct,
  u8,
  varint,
  type ValueOf,
} from '../../shared/codec/codec.ts';
import { cursor, type Cursor } from '../../shared/protocol/frames/cursor.ts';
import {
  deviceId,
  ledgerHead,
  recordId,
  signature,
  type RecordId,
  type Signature,
} from '../../shared/protocol/ids.ts';
import { maxBodyBytes } from '../../shared/protocol/limits.ts';
import { sha256 } from '../crypto/hash.ts';
import type { Random } from '../crypto/random.ts';
import { openBytes, sealBytes } from '../crypto/seal.ts';
import { verifySignature } from '../crypto/sign.ts';
import { encodeBody, recordKinds, type Body } from './bodies.ts';
import { openUnder, type Author, type ChatContext } from './chatContext.ts';

export const recordHeader = struct({
  version: literal(1),
  kind: u8,
  id: recordId,
  device: deviceId,
  /** The record's number on its device's chain in this chat, from 1. */
  sequence: varint,
  /** Hash (16) of the header before it on that chain; zeros for the first. */
  previous: fixed(16),
  ledgerHead,
  /** SHA-256 over the salt and the body. */
  bodyHash: fixed(32),
  /** Hybrid logical time (`hybridTime.ts`). */
  at: varint,
  /** What the author had of the document's log. */
  seen: cursor,
});
export type RecordHeader = ValueOf<typeof recordHeader>;
const signedHeader = struct({ header: recordHeader, signature });

/** An item of the document: which epoch opens it, then nonce and ciphertext. */
const sealedItem = struct({ epoch: varint, sealed: rest() });
/** 16 random bytes go before a body and are erased with it: without them a deleted "yes" could be told by its hash. */
const saltBytes = 16;

export interface SealedRecord {
  readonly header: Bytes;
  readonly body: Bytes;
}
// Bound to the chat, not to one of its documents: a record that was lost or came too late is said again in another one, by
// whoever has it, and still counts once.
const headerPlace = (context: ChatContext) => concatBytes(textToBytes('convo/record-header/2'), context.chat);
const bodyPlace = (context: ChatContext, id: RecordId) =>
  concatBytes(textToBytes('convo/record-body/1'), context.chat, id);
const statement = (context: ChatContext, header: RecordHeader) =>
  concatBytes(textToBytes('convo/record/2'), context.chat, encode(recordHeader, header));

/** Hash by which the next record of the chain names this one. */
export const hashRecordHeader = (header: RecordHeader): Bytes =>
  sha256(concatBytes(textToBytes('convo/record-hash/1'), encode(recordHeader, header))).slice(0, 16);

/** Signs and seals a record of this device. */
export async function sealRecord(
  context: ChatContext,
  fields: {
    readonly id: RecordId;
    readonly body: Body;
    readonly sequence: number;
    readonly previous: Bytes;
    readonly at: number;
    readonly seen: Cursor;
  },
  random: Random,
): Promise<{ readonly header: RecordHeader; readonly sealed: SealedRecord }> {
  const { body, ...place } = fields;
  const salted = concatBytes(random(saltBytes), encodeBody(body));
  const header: RecordHeader = {
    version: 1,
    kind: recordKinds[body.kind],
    ...place,
    device: context.self.device,
    ledgerHead: context.ledgerHead(),
    bodyHash: sha256(salted),
  };
  const signed = { header, signature: await context.self.signer.sign(statement(context, header)) };
  const { epoch, recordKey } = context.currentKeys();
  const item = (plaintext: Uint8Array, place: Bytes) =>
    encode(sealedItem, { epoch, sealed: sealBytes(recordKey, plaintext, place, random) });
  return {
    header,
    sealed: {
      header: item(encode(signedHeader, signed), headerPlace(context)),
      body: item(salted, bodyPlace(context, header.id)),
    },
  };
}

export interface ReadRecord {
  readonly header: RecordHeader;
  readonly author: Author;
  readonly signature: Signature;
}

/** Opens a record's header. Its signature is not verified yet (`verifyRecord`). */
export function readRecord(context: ChatContext, headerItem: Uint8Array): ReadRecord | undefined {
  const opened = openItem(context, headerItem, headerPlace(context));
  const signed = opened && decode(signedHeader, opened.plaintext);
  const author = signed && context.authorByDevice(signed.header.device);
  return author && context.wasMember(author.device, opened.keys) ? { ...signed, author } : undefined;
}

/** Why a header that is not read isn't: another ledger may know its author as a member of then, or nobody can tell. */
export function faultOf(context: ChatContext, headerItem: Uint8Array): 'unknown-author' | 'bad-record' {
  const opened = openItem(context, headerItem, headerPlace(context));
  return opened && decode(signedHeader, opened.plaintext) ? 'unknown-author' : 'bad-record';
}

export const verifyRecord = (
  context: ChatContext,
  { header, author, signature }: ReadRecord,
): Promise<boolean> => verifySignature(author.deviceKey, statement(context, header), signature);

/** The body that a header names; undefined when it was erased, or is another. */
export function openBody(
  context: ChatContext,
  header: RecordHeader,
  bodyItem: Uint8Array | undefined,
): Bytes | undefined {
  const salted = bodyItem && openItem(context, bodyItem, bodyPlace(context, header.id))?.plaintext;
  const isWhole =
    salted !== undefined &&
    salted.length <= maxBodyBytes + saltBytes &&
    equalBytes(sha256(salted), header.bodyHash);
  return isWhole ? salted.slice(saltBytes) : undefined;
}

function openItem(context: ChatContext, item: Uint8Array, place: Bytes) {
  const parsed = decode(sealedItem, item);
  return (
    parsed && openUnder(context, parsed.epoch, (keys) => openBytes(keys.recordKey, parsed.sealed, place))
  );
}
