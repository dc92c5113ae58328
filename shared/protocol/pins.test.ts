// The sealed forms and statements, written down: one example of each in hex (of long ones length and SHA-256). When a pin
// fails, bytes that are already out there would be read, hashed or verified otherwise. Then either undo the change, or
// give the form a new version or label, raise `protocolVersion` and add a line of pins; never mend an old line.
import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import type { Bytes } from '../codec/bytes.ts';
import { encode } from '../codec/codec.ts';
import {
  chatEntryKinds,
  chatEntryStatement,
  chatIdOf,
  encodeChatEntry,
  type ChatEntry,
} from './chatLedger.ts';
import {
  encodeEntry,
  entryKinds,
  extendLogHash,
  hashEntry,
  hashSnapshot,
  type SealedEntry,
} from './entry.ts';
import {
  emptyLogHash,
  noParent,
  type Challenge,
  type DeviceId,
  type InvitationId,
  type Signature,
  type SigningPublicKey,
  type UserId,
} from './ids.ts';
import { refusalNumberByCode } from './refusals.ts';
import {
  capabilityStatement,
  certificate,
  certificateLabel,
  certificateStatement,
  claimStatement,
  inviteStatement,
  returnStatement,
  rights,
  signInStatement,
  signUpStatement,
} from './statements.ts';
import {
  deviceIdOf,
  encodeUserGenesis,
  userEntryKinds,
  userGenesisStatement,
  userIdOf,
  type UserGenesis,
} from './userLedger.ts';
import { protocolVersion } from './version.ts';

/** `length` bytes counting up from `first`: every field of an example is told apart. */
const count = <T extends Bytes>(length: number, first: number): T =>
  Uint8Array.from({ length }, (_, i) => first + i) as Bytes as T;
const sha256 = (bytes: Uint8Array): Bytes => new Uint8Array(createHash('sha256').update(bytes).digest());
const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
const numbers = (values: Readonly<Record<string, number>>) => JSON.stringify(values);

const entry: SealedEntry = {
  header: {
    version: 1,
    kind: entryKinds.segment,
    epoch: 300,
    ledgerHead: count(16, 0x10),
    author: count(16, 0x20),
    session: count(8, 0x30),
    sequence: 5,
    previous: count(16, 0x40),
    commitment: count(16, 0x50),
    nonce: count(24, 0x60),
  },
  ciphertext: count(20, 0x80),
};
const entryHash = hashEntry(sha256, count(16, 0x90), encodeEntry(entry));

const userGenesis: UserGenesis = {
  body: {
    version: 1,
    kind: userEntryKinds.genesis,
    parent: noParent,
    deviceKey: count(32, 1),
    deviceBoxKey: count(1216, 2),
    userBoxKey: count(1216, 3),
    userKeyBox: count(1168, 4),
    recoveryKey: count(32, 5),
  },
  deviceSignature: count(64, 6),
  recoverySignature: count(64, 7),
};

const chatGenesis: ChatEntry = {
  body: {
    version: 1,
    kind: chatEntryKinds.genesis,
    parent: noParent,
    nonce: count(16, 1),
    epoch: 1,
    adminKey: count(32, 2),
    readKey: count(32, 3),
    postKey: count(32, 4),
    epochCommitment: count(32, 5),
    boxesRoot: count(32, 6),
    invitations: [{ key: count(32, 7), expiresAt: 1_790_000_000_000 }],
    sealed: count(9, 8),
  },
  signature: count(64, 9),
};

const relayKey = count<SigningPublicKey>(32, 0xa0);
const userId = count<UserId>(32, 0xb0);
const deviceId = count<DeviceId>(16, 0xc0);
const invitationId = count<InvitationId>(16, 0xd0);
const challenge = count<Challenge>(32, 0xe0);
const certificateBody = {
  label: certificateLabel,
  relayKey,
  handle: 'ada',
  userId,
  isAdministrator: true,
  issuedAt: 1_790_000_000_000,
};

/** What it is now. */
const forms: Readonly<Record<string, Uint8Array | string>> = {
  entry: encodeEntry(entry),
  'entry hash': entryHash,
  'log hash': extendLogHash(sha256, extendLogHash(sha256, emptyLogHash, entryHash), entryHash),
  'snapshot id': hashSnapshot(sha256, count(16, 0x50), count(3, 0x60)),
  'entry kinds': numbers(entryKinds),
  'user genesis': encodeUserGenesis(userGenesis),
  'user genesis, signed': userGenesisStatement(userGenesis.body),
  'user id': userIdOf(sha256, encodeUserGenesis(userGenesis)),
  'device id': deviceIdOf(sha256, userGenesis.body.deviceKey),
  'user entry kinds': numbers(userEntryKinds),
  'chat genesis': encodeChatEntry(chatGenesis),
  'chat genesis, signed': chatEntryStatement(chatGenesis.body),
  'chat id': chatIdOf(sha256, encodeChatEntry(chatGenesis)),
  'chat entry kinds': numbers(chatEntryKinds),
  'sign-up': signUpStatement({ relayKey, handle: 'ada', userId, deviceId, admission: count(32, 0xf0) }),
  'sign-in': signInStatement({ relayKey, challenge, userId, deviceId }),
  return: returnStatement({ relayKey, challenge, userId, deviceId, certificate: count(32, 0xf0) }),
  claim: claimStatement({ relayKey, invitationId, userId }),
  invite: inviteStatement({
    relayKey,
    inviter: userId,
    expiresAt: 1_790_000_000_000,
    bundleHash: count(32, 0),
  }),
  'capability to post': capabilityStatement({
    challenge,
    chatId: count(32, 0x11),
    epoch: 3,
    right: rights.post,
  }),
  rights: numbers(rights),
  certificate: encode(certificate, { body: certificateBody, signature: count<Signature>(64, 9) }),
  'certificate, signed': certificateStatement(certificateBody),
  refusals: numbers(refusalNumberByCode),
};

type Pins = Readonly<Record<string, string>>;
const first: Pins = {
  entry:
    '0101ac02101112131415161718191a1b1c1d1e1f202122232425262728292a2b2c2d2e2f303132333435363705404142' +
    '434445464748494a4b4c4d4e4f505152535455565758595a5b5c5d5e5f606162636465666768696a6b6c6d6e6f707172' +
    '7374757677808182838485868788898a8b8c8d8e8f90919293',
  'entry hash': 'a9ec55a97a4a160277c713a5629ed159',
  'log hash': '631175c7d64e8e43c6e50a04d92dfa28',
  'entry kinds': '{"segment":1,"meta":2,"notes":3}',
  'user genesis': 'bytes of SHA-256 71d061563a32f1a813a8d384d24e4d6cf3ae82a3f75b25edadf7a30c97b622d2',
  'user genesis, signed': 'bytes of SHA-256 f1e9dd1dfe999acdca6fa051c264a1326f88cf756e88596ff456c7c09f13f855',
  'user id': '1ae4b35807fd6566d73fb9b44e360c0c458dcd70fa71153d3d5ac2856600e1b2',
  'device id': '6a08ca62c7576ebbce7b9cf4b7ea5251',
  'user entry kinds': '{"genesis":1,"addDevice":2,"revokeDevice":3,"recovery":4,"newUserKey":5}',
  'chat genesis': 'bytes of SHA-256 274a5a84c263fe1aa9ee55e4b17f7026eb95f1333bf127fc062673d920a0288c',
  'chat genesis, signed':
    '636f6e766f2f636861742d6c65646765722f310101000000000000000000000000000000000000000000000000000000' +
    '00000000000102030405060708090a0b0c0d0e0f100102030405060708090a0b0c0d0e0f101112131415161718191a1b' +
    '1c1d1e1f2021030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f2021220405060708090a0b0c0d' +
    '0e0f101112131415161718191a1b1c1d1e1f2021222305060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e' +
    '1f2021222324060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f202122232425010708090a0b0c0d0e0f' +
    '101112131415161718191a1b1c1d1e1f2021222324252680d8c1a28c340908090a0b0c0d0e0f10',
  'chat id': '2b2dcca707f2fa95bc74cdff862356792062ce336dc12f50eca2a91c29c1e2f9',
  'chat entry kinds': '{"genesis":1,"change":2,"join":3}',
  'sign-up':
    '0f636f6e766f2f7369676e2d75702f31a0a1a2a3a4a5a6a7a8a9aaabacadaeafb0b1b2b3b4b5b6b7b8b9babbbcbdbebf' +
    '03616461b0b1b2b3b4b5b6b7b8b9babbbcbdbebfc0c1c2c3c4c5c6c7c8c9cacbcccdcecfc0c1c2c3c4c5c6c7c8c9cacb' +
    'cccdcecff0f1f2f3f4f5f6f7f8f9fafbfcfdfeff000102030405060708090a0b0c0d0e0f',
  'sign-in':
    '0f636f6e766f2f7369676e2d696e2f31a0a1a2a3a4a5a6a7a8a9aaabacadaeafb0b1b2b3b4b5b6b7b8b9babbbcbdbebf' +
    'e0e1e2e3e4e5e6e7e8e9eaebecedeeeff0f1f2f3f4f5f6f7f8f9fafbfcfdfeffb0b1b2b3b4b5b6b7b8b9babbbcbdbebf' +
    'c0c1c2c3c4c5c6c7c8c9cacbcccdcecfc0c1c2c3c4c5c6c7c8c9cacbcccdcecf',
  claim:
    '0d636f6e766f2f636c61696d2f31a0a1a2a3a4a5a6a7a8a9aaabacadaeafb0b1b2b3b4b5b6b7b8b9babbbcbdbebfd0d1' +
    'd2d3d4d5d6d7d8d9dadbdcdddedfb0b1b2b3b4b5b6b7b8b9babbbcbdbebfc0c1c2c3c4c5c6c7c8c9cacbcccdcecf',
  invite:
    '0e636f6e766f2f696e766974652f31a0a1a2a3a4a5a6a7a8a9aaabacadaeafb0b1b2b3b4b5b6b7b8b9babbbcbdbebfb0' +
    'b1b2b3b4b5b6b7b8b9babbbcbdbebfc0c1c2c3c4c5c6c7c8c9cacbcccdcecf80d8c1a28c34000102030405060708090a' +
    '0b0c0d0e0f101112131415161718191a1b1c1d1e1f',
  'capability to post':
    '12636f6e766f2f6361706162696c6974792f31e0e1e2e3e4e5e6e7e8e9eaebecedeeeff0f1f2f3f4f5f6f7f8f9fafbfc' +
    'fdfeff1112131415161718191a1b1c1d1e1f202122232425262728292a2b2c2d2e2f300302',
  rights: '{"read":1,"post":2}',
  certificate:
    '13636f6e766f2f63657274696669636174652f31a0a1a2a3a4a5a6a7a8a9aaabacadaeafb0b1b2b3b4b5b6b7b8b9babb' +
    'bcbdbebf03616461b0b1b2b3b4b5b6b7b8b9babbbcbdbebfc0c1c2c3c4c5c6c7c8c9cacbcccdcecf0180d8c1a28c3409' +
    '0a0b0c0d0e0f101112131415161718191a1b1c1d1e1f202122232425262728292a2b2c2d2e2f30313233343536373839' +
    '3a3b3c3d3e3f404142434445464748',
  'certificate, signed':
    '13636f6e766f2f63657274696669636174652f31a0a1a2a3a4a5a6a7a8a9aaabacadaeafb0b1b2b3b4b5b6b7b8b9babb' +
    'bcbdbebf03616461b0b1b2b3b4b5b6b7b8b9babbbcbdbebfc0c1c2c3c4c5c6c7c8c9cacbcccdcecf0180d8c1a28c34',
  refusals:
    '{"malformed":1,"too-large":2,"not-signed-in":3,"bad-token":4,"bad-signature":5,"forbidden":6,"stale-epoch":7,"diverged":8,"session-taken":9,"out-of-order":10,"conflict":11,"head-moved":12,"not-found":13,"sealed":14,"busy":15,"disk-full":16,"mailbox-full":17,"registration-closed":18,"invitation-used":19,"invitation-expired":20,"handle-taken":21,"too-many":22,"version-unsupported":23,"internal":24}',
};
/** Each version has all that the one before had, and what it changed or added. */
const pinsByVersion: Readonly<Record<number, Pins>> = {
  1: first,
  2: {
    ...first,
    'entry kinds': '{"segment":1,"meta":2,"notes":3,"segmentSnapshot":4,"metaSnapshot":5}',
    'snapshot id': '4eabb9e9d0a12ae0388b923f6177a24f',
    return:
      '0e636f6e766f2f72657475726e2f31a0a1a2a3a4a5a6a7a8a9aaabacadaeafb0b1b2b3b4b5b6b7b8b9babbbcbdbebfe0' +
      'e1e2e3e4e5e6e7e8e9eaebecedeeeff0f1f2f3f4f5f6f7f8f9fafbfcfdfeffb0b1b2b3b4b5b6b7b8b9babbbcbdbebfc0' +
      'c1c2c3c4c5c6c7c8c9cacbcccdcecfc0c1c2c3c4c5c6c7c8c9cacbcccdcecff0f1f2f3f4f5f6f7f8f9fafbfcfdfeff00' +
      '0102030405060708090a0b0c0d0e0f',
    refusals:
      '{"malformed":1,"too-large":2,"not-signed-in":3,"bad-token":4,"bad-signature":5,"forbidden":6,"stale-epoch":7,"diverged":8,"session-taken":9,"out-of-order":10,"conflict":11,"head-moved":12,"not-found":13,"sealed":14,"busy":15,"disk-full":16,"mailbox-full":17,"registration-closed":18,"invitation-used":19,"invitation-expired":20,"handle-taken":21,"too-many":22,"version-unsupported":23,"snapshot-moved":25,"internal":24}',
  },
};

const pinOf = (form: Uint8Array | string) => {
  const text = typeof form === 'string' ? form : hex(form);
  if (text.length <= 600) return text;
  return `${typeof form === 'string' ? 'text' : 'bytes'} of SHA-256 ${hex(sha256(typeof form === 'string' ? Buffer.from(form) : form))}`;
};

test.each(Object.keys(forms))('[W11] %s is pinned', (name) => {
  const pin = pinsByVersion[protocolVersion]?.[name];
  expect(pinOf(forms[name] ?? ''), `"${name}" has changed: a new version line is due`).toBe(pin);
});

test('[W11] there is a line of pins for this version, and no form went from it', () => {
  expect(Object.keys(pinsByVersion[protocolVersion] ?? {}).sort()).toEqual(Object.keys(forms).sort());
});
