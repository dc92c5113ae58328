import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Bytes } from '../codec/bytes.ts';
import {
  encodeEntry,
  extendLogHash,
  hashEntry,
  parseEntry,
  parseEntryHeader,
  type SealedEntry,
} from './entry.ts';
import {
  emptyLogHash,
  type AuthorTag,
  type DocumentId,
  type EntryHash,
  type LedgerHead,
  type SessionId,
} from './ids.ts';
import { maxEntryBytes } from './limits.ts';

const of = <T extends Bytes = Bytes>(length: number): fc.Arbitrary<T> =>
  fc.uint8Array({ minLength: length, maxLength: length }).map((bytes) => new Uint8Array(bytes) as Bytes as T);
const anyEntry: fc.Arbitrary<SealedEntry> = fc.record({
  header: fc.record({
    version: fc.constant(1 as const),
    kind: fc.nat(255),
    epoch: fc.maxSafeNat(),
    ledgerHead: of<LedgerHead>(16),
    author: of<AuthorTag>(16),
    session: of<SessionId>(8),
    sequence: fc.maxSafeNat(),
    previous: of<EntryHash>(16),
    commitment: of(16),
    nonce: of(24),
  }),
  ciphertext: fc.uint8Array({ maxLength: 200 }).map((bytes) => new Uint8Array(bytes)),
});
const sha256 = (bytes: Uint8Array) => new Uint8Array(createHash('sha256').update(bytes).digest());
const document = new Uint8Array(16).fill(3) as Bytes as DocumentId;

test('[W8] an entry goes there and back, and has one encoding', () => {
  fc.assert(
    fc.property(anyEntry, fc.nat(), fc.nat(255), (entry, at, byte) => {
      const bytes = encodeEntry(entry);
      expect(parseEntry(bytes)).toEqual(entry);
      const other = bytes.with(at % bytes.length, byte);
      const parsed = parseEntry(other);
      expect(parseEntryHeader(other)).toEqual(parsed?.header);
      if (parsed) expect(encodeEntry(parsed)).toEqual(other);
    }),
    { numRuns: 300 },
  );
});

test('[W8] an entry of another version, cut within its header or too large is not read', () => {
  fc.assert(
    fc.property(anyEntry, (entry) => {
      const bytes = encodeEntry(entry);
      expect(parseEntry(bytes.with(0, 2))).toBeUndefined();
      for (let length = 0; length < bytes.length - entry.ciphertext.length; length++) {
        expect(parseEntry(bytes.subarray(0, length))).toBeUndefined();
        expect(parseEntryHeader(bytes.subarray(0, length))).toBeUndefined();
      }
      const filled = new Uint8Array(maxEntryBytes + 1);
      filled.set(bytes);
      expect(parseEntry(filled)).toBeUndefined();
      expect(parseEntryHeader(filled)).toBeUndefined();
      expect(parseEntry(filled.subarray(1, 1))).toBeUndefined();
      expect(parseEntry(filled.subarray(0, maxEntryBytes))).toBeDefined();
    }),
    { numRuns: 20 },
  );
});

test('[W9] the hash of an entry is bound to its bytes and its document, that of a log to all before', () => {
  const entry = Uint8Array.of(1, 2, 3);
  const hash = hashEntry(sha256, document, entry);
  expect(hash.length).toBe(16);
  expect(hashEntry(sha256, document, Uint8Array.of(1, 2, 4))).not.toEqual(hash);
  expect(hashEntry(sha256, document.with(0, 4) as Bytes as DocumentId, entry)).not.toEqual(hash);
  const other = hashEntry(sha256, document, Uint8Array.of(9));
  const logOf = (...entries: EntryHash[]) =>
    entries.reduce((log, next) => extendLogHash(sha256, log, next), emptyLogHash);
  const logs = [
    logOf(),
    logOf(hash),
    logOf(other),
    logOf(hash, other),
    logOf(other, hash),
    logOf(hash, hash),
  ];
  expect(new Set(logs.map(String)).size).toBe(6);
});
