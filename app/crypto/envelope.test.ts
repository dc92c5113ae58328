import fc from 'fast-check';
import { expect, test } from 'vitest';
import { concatBytes, textToBytes, type Bytes } from '../../shared/codec/bytes.ts';
import { encode } from '../../shared/codec/codec.ts';
import {
  encodeEntry,
  entryHeader,
  parseEntry,
  type EntryHeader,
  type SealedEntry,
} from '../../shared/protocol/entry.ts';
import type { AuthorTag, DocumentId, EntryHash, LedgerHead, SessionId } from '../../shared/protocol/ids.ts';
import { maxEntryBytes } from '../../shared/protocol/limits.ts';
import { sealAead } from './aead.ts';
import { commitmentOf, openEntry, sealEntry } from './envelope.ts';
import { expandSha256 } from './hash.ts';
import type { EntryKey } from './keyTree.ts';
import { pad, padmeLength } from './padding.ts';
import { platformRandom } from './random.ts';
import { counting, countingRandom, hex, spoiled } from './vectors.ts';

const key = counting(32) as EntryKey;
const otherKey = counting(32, 1) as EntryKey;
const document = counting(16, 0x10) as DocumentId;
const header = {
  version: 1,
  kind: 1,
  epoch: 3,
  ledgerHead: counting(16, 0x20) as LedgerHead,
  author: counting(16, 0x30) as AuthorTag,
  session: counting(8, 0x40) as SessionId,
  sequence: 5,
  previous: counting(16, 0x50) as EntryHash,
} as const;
const plaintext = textToBytes('a sealed record');

function sealed(): SealedEntry {
  const entry = parseEntry(sealEntry(key, document, header, plaintext, countingRandom(0x60)));
  if (!entry) throw new Error('expected an entry');
  return entry;
}

test('[K7] an entry is pinned: header, commitment, nonce, ciphertext, tag', () => {
  expect(hex(sealEntry(key, document, header, plaintext, countingRandom(0x60)))).toBe(
    [
      '010103', // version, kind, epoch
      '202122232425262728292a2b2c2d2e2f', // ledger head
      '303132333435363738393a3b3c3d3e3f', // author
      '4041424344454647', // session
      '05', // sequence
      '505152535455565758595a5b5c5d5e5f', // previous
      'e3963409f17a86fcbf6ff210122d7c55', // commitment
      '606162636465666768696a6b6c6d6e6f7071727374757677', // nonce
      '34512d34dc59175df26f9a9d42ea64882aaade6841ad7ecaec05b23df88bf57a',
      'fd4a7d5bb51f5cc96975c36be9469e83b513405b3224a45abcb055b69ee9395a',
      '00a54e8cdcb9b813acb04111f2f6e61d', // tag
    ].join(''),
  );
});

test('[K7] what is sealed opens, with the header it was given, padded as PADMÉ says', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 2000 }), fc.nat(), fc.nat(255), (plaintext, epoch, kind) => {
      const bytes = sealEntry(key, document, { ...header, epoch, kind }, plaintext, platformRandom);
      const entry = parseEntry(bytes);
      expect(entry?.header).toMatchObject({ ...header, epoch, kind });
      expect(entry?.ciphertext.length).toBe(Math.max(64, padmeLength(plaintext.length + 1)) + 16);
      expect(entry && openEntry(key, document, entry)).toEqual(new Uint8Array(plaintext));
    }),
  );
});

test('[K7] an entry costs at most 156 bytes beyond plaintext and padding, which leaves a signature its 64', () => {
  const full = { ...header, epoch: 2 ** 31, sequence: 2 ** 31 };
  expect(sealEntry(key, document, full, plaintext, platformRandom).length - 64).toBeLessThanOrEqual(156);
});

const otherHeaders: { readonly [F in Exclude<keyof EntryHeader, 'version'>]: EntryHeader[F] } = {
  kind: 2,
  epoch: 4,
  ledgerHead: counting(16, 0x21) as LedgerHead,
  author: counting(16, 0x31) as AuthorTag,
  session: counting(8, 0x41) as SessionId,
  sequence: 6,
  previous: counting(16, 0x51) as EntryHash,
  commitment: commitmentOf(otherKey, counting(24, 0x60)),
  nonce: counting(24, 0x61),
};

test.each(Object.entries(otherHeaders))(
  '[K2] an entry whose %s was changed does not open',
  (field, value) => {
    const entry = sealed();
    expect(openEntry(key, document, entry)).toEqual(plaintext);
    const changed = { ...entry, header: { ...entry.header, [field]: value } };
    expect(openEntry(key, document, changed)).toBeUndefined();
  },
);

test('[K2] an entry with any byte changed, cut or added is malformed or does not open', () => {
  for (const changed of spoiled(encodeEntry(sealed()))) {
    const entry = parseEntry(changed);
    if (entry) expect(openEntry(key, document, entry)).toBeUndefined();
  }
});

test('[K2] an entry does not open in another document, or with another key', () => {
  for (const other of spoiled(document)) {
    expect(openEntry(key, other as DocumentId, sealed())).toBeUndefined();
  }
  expect(openEntry(otherKey, document, sealed())).toBeUndefined();
});

/** An entry made by hand: sealed with the one key, committing to the other. */
function twoFaced(sealingKey: EntryKey, committedKey: EntryKey): SealedEntry {
  const nonce = counting(24, 9);
  const full: EntryHeader = { ...header, nonce, commitment: commitmentOf(committedKey, nonce) };
  const subkey = expandSha256(sealingKey, concatBytes(textToBytes('convo/entry-key/1'), nonce), 32);
  const aad = concatBytes(document, encode(entryHeader, full));
  return { header: full, ciphertext: sealAead(subkey, nonce, pad(plaintext), aad) };
}

test('[K7] an entry opens only with the key that it commits to, however well its tag fits another', () => {
  expect(openEntry(key, document, twoFaced(key, key))).toEqual(plaintext);
  const entry = twoFaced(key, otherKey);
  expect(openEntry(key, document, entry)).toBeUndefined();
  expect(openEntry(otherKey, document, entry)).toBeUndefined();
});

test('[K7] commitments tell keys and nonces apart', () => {
  const commitments = [0, 1, 2].flatMap((k) =>
    [0, 1, 2].map((n) => hex(commitmentOf(counting(32, k) as EntryKey, counting(24, n)))),
  );
  expect(new Set(commitments).size).toBe(9);
  expect(commitmentOf(key, counting(24)).length).toBe(16);
});

test('[K5] an entry whose padding carries something does not open', () => {
  const nonce = counting(24, 9);
  const full: EntryHeader = { ...header, nonce, commitment: commitmentOf(key, nonce) };
  const subkey = expandSha256(key, concatBytes(textToBytes('convo/entry-key/1'), nonce), 32);
  const padded: Bytes = pad(plaintext);
  padded[padded.length - 1] = 1;
  const aad = concatBytes(document, encode(entryHeader, full));
  const entry = { header: full, ciphertext: sealAead(subkey, nonce, padded, aad) };
  expect(openEntry(key, document, entry)).toBeUndefined();
});

test('[K7] an entry too large for the relay is never made', () => {
  const huge = new Uint8Array(maxEntryBytes);
  expect(() => sealEntry(key, document, header, huge, platformRandom)).toThrow(RangeError);
});
