// Seals and opens the entries of a document's log. Each entry has a key of its own, and a commitment to it in the
// header, so that no entry opens under two keys to two texts ("invisible salamanders"; Albertini et al., "How to Abuse
// and Fix Authenticated Encryption Without Key Commitment", USENIX Security 2022, section 5). It knows nothing of what
// is inside: signatures and records are the doc floor's.
import { concatBytes, equalBytes, textToBytes, type Bytes } from '../../shared/codec/bytes.ts';
import { encode } from '../../shared/codec/codec.ts';
import { encodeEntry, entryHeader, type EntryHeader, type SealedEntry } from '../../shared/protocol/entry.ts';
import type { DocumentId } from '../../shared/protocol/ids.ts';
import { maxEntryBytes } from '../../shared/protocol/limits.ts';
import { aeadNonceBytes, openAead, sealAead } from './aead.ts';
import { expandSha256 } from './hash.ts';
import type { EntryKey } from './keyTree.ts';
import { pad, unpad } from './padding.ts';
import type { Random } from './random.ts';

const label = textToBytes('convo/entry-key/1');
const subkeyBytes = 32;
const commitmentBytes = 16;

/** One derivation gives both, so that they can't come from different keys. */
function deriveForEntry(key: EntryKey, nonce: Uint8Array): { subkey: Bytes; commitment: Bytes } {
  const derived = expandSha256(key, concatBytes(label, nonce), subkeyBytes + commitmentBytes);
  return { subkey: derived.slice(0, subkeyBytes), commitment: derived.slice(subkeyBytes) };
}

/** The 16 bytes that stand in an entry's header when it was sealed with this key and nonce. */
export const commitmentOf = (key: EntryKey, nonce: Uint8Array): Bytes =>
  deriveForEntry(key, nonce).commitment;

const associatedData = (document: DocumentId, header: EntryHeader) =>
  concatBytes(document, encode(entryHeader, header));

/**
 * An entry as it goes to the relay (`encodeEntry`). Pads the plaintext (PADMÉ, at least 64 bytes) and draws the nonce.
 * Throws a RangeError where the entry would be larger than `maxBytes`.
 */
export function sealEntry(
  key: EntryKey,
  document: DocumentId,
  header: Omit<EntryHeader, 'commitment' | 'nonce'>,
  plaintext: Uint8Array,
  random: Random,
  maxBytes = maxEntryBytes,
): Bytes {
  const nonce = random(aeadNonceBytes);
  const { subkey, commitment } = deriveForEntry(key, nonce);
  const full: EntryHeader = { ...header, commitment, nonce };
  const ciphertext = sealAead(subkey, nonce, pad(plaintext), associatedData(document, full));
  const entry = encodeEntry({ header: full, ciphertext });
  if (entry.length > maxBytes) throw new RangeError(`an entry of ${entry.length} bytes is too large`);
  return entry;
}

/**
 * The plaintext, without its padding. Undefined where this key is not the one that the header commits to, or anything
 * of header, ciphertext, document or padding is not as it was sealed.
 */
export function openEntry(key: EntryKey, document: DocumentId, sealed: SealedEntry): Bytes | undefined {
  const { header, ciphertext } = sealed;
  const { subkey, commitment } = deriveForEntry(key, header.nonce);
  if (!equalBytes(commitment, header.commitment)) return undefined;
  const padded = openAead(subkey, header.nonce, ciphertext, associatedData(document, header));
  return padded && unpad(padded);
}
