// Entries of a user's ledger: which devices and which per-user key are current. Public keys only; no names.
// Kinds beyond the first (further devices, revocation, recovery) have their numbers here and come with their screens.
import { concatBytes, textToBytes, type Bytes } from '../codec/bytes.ts';
import { blob, decode, encode, literal, struct, u8, type ValueOf } from '../codec/codec.ts';
import type { Sha256 } from './entry.ts';
import {
  boxPublicKey,
  entryHash32,
  signature,
  signingPublicKey,
  type DeviceId,
  type EntryHash32,
  type SigningPublicKey,
  type UserId,
} from './ids.ts';
import { maxBoxBytes, maxLedgerEntryBytes } from './limits.ts';

export const userEntryKinds = {
  genesis: 1,
  addDevice: 2,
  revokeDevice: 3,
  recovery: 4,
  newUserKey: 5,
} as const;

const genesisBody = struct({
  version: literal(1),
  kind: literal(userEntryKinds.genesis),
  parent: entryHash32,
  deviceKey: signingPublicKey,
  deviceBoxKey: boxPublicKey,
  userBoxKey: boxPublicKey,
  /** The per-user key's secret, sealed to the device. */
  userKeyBox: blob(maxBoxBytes),
  recoveryKey: signingPublicKey,
});
export const userGenesis = struct({
  body: genesisBody,
  deviceSignature: signature,
  recoverySignature: signature,
});
export type UserGenesis = ValueOf<typeof userGenesis>;
export type UserGenesisBody = UserGenesis['body'];

/** What the device and the recovery key sign. */
export const userGenesisStatement = (body: UserGenesisBody): Bytes =>
  concatBytes(textToBytes('convo/user-ledger/1'), u8Bytes(userEntryKinds.genesis), encode(genesisBody, body));
const u8Bytes = (value: number) => encode(u8, value);

export const parseUserGenesis = (bytes: Uint8Array): UserGenesis | undefined =>
  bytes.length > maxLedgerEntryBytes ? undefined : decode(userGenesis, bytes);
export const encodeUserGenesis = (entry: UserGenesis): Bytes => encode(userGenesis, entry);

const ledgerLabel = textToBytes('convo/user/1');
/** Hash of an entry; the first one's is the user's id. */
export const hashUserEntry = (sha256: Sha256, entry: Uint8Array): EntryHash32 =>
  sha256(concatBytes(ledgerLabel, entry)) as Uint8Array as EntryHash32;
export const userIdOf = (sha256: Sha256, genesis: Uint8Array): UserId =>
  hashUserEntry(sha256, genesis) as Uint8Array as UserId;

const deviceLabel = textToBytes('convo/device/1');
export const deviceIdOf = (sha256: Sha256, key: SigningPublicKey): DeviceId =>
  sha256(concatBytes(deviceLabel, key)).slice(0, 16) as DeviceId;
