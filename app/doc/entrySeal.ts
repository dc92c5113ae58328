// Entries sealed and opened: a Yjs update, signed by its device over header and place, under the epoch's entry key.
// The signature is inside the ciphertext, so the relay can't show who wrote what.
import { concatBytes, textToBytes, type Bytes } from '../../shared/codec/bytes.ts';
import { encode, fixed, struct, u8, varint } from '../../shared/codec/codec.ts';
import { parseEntry, type EntryHeader, type SealedEntry } from '../../shared/protocol/entry.ts';
import {
  authorTag,
  documentId,
  entryHash,
  ledgerHead,
  sessionId,
  type DocumentId,
  type EntryHash,
  type SessionId,
  type Signature,
} from '../../shared/protocol/ids.ts';
import { maxEntryBytes } from '../../shared/protocol/limits.ts';
import { fail, ok, type Result } from '../../shared/protocol/result.ts';
import { openEntry, sealEntry } from '../crypto/envelope.ts';
import type { Random } from '../crypto/random.ts';
import { verifySignature } from '../crypto/sign.ts';
import { openUnder, type Author, type ChatContext } from './chatContext.ts';

const label = textToBytes('convo/entry-signature/1');
const signed = struct({
  label: fixed(label.length),
  document: documentId,
  kind: u8,
  epoch: varint,
  ledgerHead,
  author: authorTag,
  session: sessionId,
  sequence: varint,
  previous: entryHash,
});
type Place = Pick<
  EntryHeader,
  'kind' | 'epoch' | 'ledgerHead' | 'author' | 'session' | 'sequence' | 'previous'
>;

const statement = (document: DocumentId, place: Place, update: Uint8Array): Bytes =>
  concatBytes(encode(signed, { label, document, ...place }), update);

const signatureBytes = 64;

/** Seals one update as the next entry of a session. */
export async function sealUpdate(
  context: ChatContext,
  document: DocumentId,
  at: {
    readonly kind: number;
    readonly session: SessionId;
    readonly sequence: number;
    readonly previous: EntryHash;
  },
  update: Uint8Array,
  random: Random,
  maxBytes = maxEntryBytes,
): Promise<Bytes> {
  const keys = context.currentKeys();
  const place: Place = {
    ...at,
    epoch: keys.epoch,
    ledgerHead: context.ledgerHead(),
    author: context.tagOf(context.self.device),
  };
  const signature = await context.self.signer.sign(statement(document, place, update));
  return sealEntry(
    keys.entryKey,
    document,
    { version: 1, ...place },
    concatBytes(signature, update),
    random,
    maxBytes,
  );
}

/** Why an entry was set aside (SPEC S4). */
export type EntryFault =
  | 'malformed'
  | 'unknown-kind'
  | 'missing-key'
  | 'undecryptable'
  | 'unknown-author'
  | 'bad-signature'
  | 'foreign-session'
  | 'out-of-session'
  | 'foreign-items'
  | 'bad-snapshot'
  | 'incomplete-snapshot'
  /** No entry: this device's own document, of which something can't be read any more. */
  | 'damaged-document'
  /** No entry either: all that is in it is too large for a snapshot. */
  | 'oversized-document';

export interface OpenedEntry {
  readonly header: EntryHeader;
  readonly author: Author;
  readonly update: Bytes;
}

/** Opens an entry and verifies its author's signature. What it says of Yjs is checked by the document's own rules. */
export async function openUpdate(
  context: ChatContext,
  document: DocumentId,
  kind: number,
  entry: Uint8Array,
  parse: (bytes: Uint8Array) => SealedEntry | undefined = parseEntry,
): Promise<Result<OpenedEntry, EntryFault>> {
  const sealed = parse(entry);
  if (!sealed) return fail('malformed');
  const { header } = sealed;
  if (header.kind !== kind) return fail('unknown-kind');
  if (context.keysOf(header.epoch).length === 0) return fail('missing-key');
  const opened = openUnder(context, header.epoch, (keys) => openEntry(keys.entryKey, document, sealed));
  if (!opened || opened.plaintext.length < signatureBytes) return fail('undecryptable');
  const { keys, plaintext } = opened;
  const author = context.authorByTag(header.author);
  if (!author || !context.wasMember(author.device, keys)) return fail('unknown-author');
  const signature = plaintext.slice(0, signatureBytes) as Signature;
  const update = plaintext.slice(signatureBytes);
  const isSigned = await verifySignature(author.deviceKey, statement(document, header, update), signature);
  return isSigned ? ok({ header, author, update }) : fail('bad-signature');
}
