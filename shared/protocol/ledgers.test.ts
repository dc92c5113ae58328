import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Bytes } from '../codec/bytes.ts';
import {
  chatEntryKinds,
  chatEntryStatement,
  chatIdOf,
  encodeChatEntry,
  headOf,
  hashChatEntry,
  parseChatEntry,
  type ChatEntry,
} from './chatLedger.ts';
import type { BoxPublicKey, EntryHash32, Signature, SigningPublicKey } from './ids.ts';
import { maxBoxBytes, maxInvitationsInLedger, maxLedgerEntryBytes } from './limits.ts';
import {
  deviceIdOf,
  encodeUserGenesis,
  parseUserGenesis,
  userGenesisStatement,
  userIdOf,
  type UserGenesis,
} from './userLedger.ts';

const of = <T extends Bytes>(length: number): fc.Arbitrary<T> =>
  fc.uint8Array({ minLength: length, maxLength: length }).map((bytes) => new Uint8Array(bytes) as Bytes as T);
const upTo = (maxLength: number) => fc.uint8Array({ maxLength }).map((bytes) => new Uint8Array(bytes));
const key = of<SigningPublicKey>(32);
const anyUserGenesis: fc.Arbitrary<UserGenesis> = fc.record({
  body: fc.record({
    version: fc.constant(1 as const),
    kind: fc.constant(1 as const),
    parent: of<EntryHash32>(32),
    deviceKey: key,
    deviceBoxKey: of<BoxPublicKey>(1216),
    userBoxKey: of<BoxPublicKey>(1216),
    userKeyBox: upTo(maxBoxBytes),
    recoveryKey: key,
  }),
  deviceSignature: of<Signature>(64),
  recoverySignature: of<Signature>(64),
});
const anyChatEntry: fc.Arbitrary<ChatEntry> = fc.record({
  body: fc.record({
    version: fc.constant(1 as const),
    kind: fc.constantFrom(...Object.values(chatEntryKinds)),
    parent: of<EntryHash32>(32),
    nonce: of(16),
    epoch: fc.maxSafeNat(),
    adminKey: key,
    readKey: key,
    postKey: key,
    epochCommitment: of(32),
    boxesRoot: of(32),
    invitations: fc.array(fc.record({ key, expiresAt: fc.maxSafeNat() }), { maxLength: 4 }),
    sealed: upTo(300),
  }),
  signature: of<Signature>(64),
});
const sha256 = (bytes: Uint8Array) => new Uint8Array(createHash('sha256').update(bytes).digest());
const texts = (values: readonly Uint8Array[]) => new Set(values.map(String));

interface Form<T> {
  readonly any: fc.Arbitrary<T>;
  readonly encode: (entry: T) => Bytes;
  readonly parse: (bytes: Uint8Array) => T | undefined;
}
function keepsTheLaws<T>(name: string, { any, encode, parse }: Form<T>): void {
  describe(name, () => {
    test('[W8] goes there and back, and has one encoding', () => {
      fc.assert(
        fc.property(any, fc.nat(), fc.nat(255), (entry, at, byte) => {
          const bytes = encode(entry);
          expect(parse(bytes)).toEqual(entry);
          const other = bytes.with(at % bytes.length, byte);
          const parsed = parse(other);
          if (parsed) expect(encode(parsed)).toEqual(other);
        }),
      );
    });

    test('[W8] of another version, cut, longer or too large it is not read', () => {
      fc.assert(
        fc.property(any, fc.nat(), (entry, cut) => {
          const bytes = encode(entry);
          expect(parse(bytes.with(0, 2))).toBeUndefined();
          expect(parse(bytes.subarray(0, cut % bytes.length))).toBeUndefined();
          expect(parse(Uint8Array.of(...bytes, 0))).toBeUndefined();
        }),
      );
      expect(parse(new Uint8Array(maxLedgerEntryBytes + 1).fill(1))).toBeUndefined();
      fc.assert(
        fc.property(upTo(200), (bytes) => {
          parse(bytes);
        }),
      );
    });
  });
}
keepsTheLaws('the first entry of a user', {
  any: anyUserGenesis,
  encode: encodeUserGenesis,
  parse: parseUserGenesis,
});
keepsTheLaws('an entry of a chat', { any: anyChatEntry, encode: encodeChatEntry, parse: parseChatEntry });

const [userGenesis] = fc.sample(anyUserGenesis, 1);
const [chatEntry] = fc.sample(anyChatEntry, 1);
if (!userGenesis || !chatEntry) throw new Error('expected examples');

test('[W9] what is signed of a user covers every field, and differs from what is hashed', () => {
  const { body } = userGenesis;
  const changed = Object.entries(body)
    .filter(([name]) => name !== 'version' && name !== 'kind')
    .map(([name, value]) =>
      userGenesisStatement({
        ...body,
        [name]:
          value instanceof Uint8Array && value.length > 0 ? value.map((byte) => byte ^ 1) : Uint8Array.of(1),
      }),
    );
  expect(texts([userGenesisStatement(body), encodeUserGenesis(userGenesis), ...changed]).size).toBe(2 + 6);
});

test('[W9] what is signed of a chat covers every field', () => {
  const { body } = chatEntry;
  const other: Omit<ChatEntry['body'], 'version'> = {
    kind: body.kind + 1,
    parent: body.parent.map((byte) => byte ^ 1) as Bytes as EntryHash32,
    nonce: body.nonce.map((byte) => byte ^ 1),
    epoch: body.epoch === 0 ? 1 : 0,
    adminKey: body.adminKey.map((byte) => byte ^ 1) as Bytes as SigningPublicKey,
    readKey: body.readKey.map((byte) => byte ^ 1) as Bytes as SigningPublicKey,
    postKey: body.postKey.map((byte) => byte ^ 1) as Bytes as SigningPublicKey,
    epochCommitment: body.epochCommitment.map((byte) => byte ^ 1),
    boxesRoot: body.boxesRoot.map((byte) => byte ^ 1),
    invitations: [...body.invitations, { key: body.readKey, expiresAt: 1 }],
    sealed: Uint8Array.of(...body.sealed, 1),
  };
  const changed = Object.entries(other).map(([name, value]) =>
    chatEntryStatement({ ...body, [name]: value }),
  );
  expect(texts([chatEntryStatement(body), ...changed]).size).toBe(1 + 11);
});

test('[W9] ids of users, chats and devices are hashes, each with a label of its own', () => {
  const bytes = Uint8Array.from({ length: 32 }, (_, i) => i);
  const ids = [
    userIdOf(sha256, bytes),
    chatIdOf(sha256, bytes),
    sha256(bytes),
    deviceIdOf(sha256, bytes as Bytes as SigningPublicKey),
  ];
  expect(ids.map((id) => id.length)).toEqual([32, 32, 32, 16]);
  expect(texts(ids.map((id) => id.slice(0, 16))).size).toBe(4);
  const hash = hashChatEntry(sha256, bytes);
  expect(headOf(hash)).toEqual(hash.slice(0, 16));
});

test('[W6] a ledger entry names at most so many invitations', () => {
  const invitation = { key: chatEntry.body.readKey, expiresAt: 1 };
  const withInvitations = (count: number): ChatEntry => ({
    ...chatEntry,
    body: { ...chatEntry.body, invitations: Array.from({ length: count }, () => invitation) },
  });
  expect(parseChatEntry(encodeChatEntry(withInvitations(maxInvitationsInLedger)))).toBeDefined();
  expect(() => encodeChatEntry(withInvitations(maxInvitationsInLedger + 1))).toThrow(RangeError);
});
