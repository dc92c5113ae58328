// Who this device is: its keys, its user's, and the ledger entry that names them. Made once, before the relay is asked
// for an account, so that asking again after a lost answer asks for the same one.
import { bytesToBase64url, parseBase64url } from '../../shared/codec/base64url.ts';
import { concatBytes, textToBytes, type Bytes } from '../../shared/codec/bytes.ts';
import { idToText, noParent, type DeviceId, type UserId } from '../../shared/protocol/ids.ts';
import {
  deviceIdOf,
  encodeUserGenesis,
  userEntryKinds,
  userGenesisStatement,
  userIdOf,
} from '../../shared/protocol/userLedger.ts';
import { generateBoxKeys, sealToBox, type BoxSeed } from '../crypto/box.ts';
import { sha256 } from '../crypto/hash.ts';
import { generateSecret, type SearchKey, type SigningSeed } from '../crypto/keyTree.ts';
import type { Random } from '../crypto/random.ts';
import {
  generateDeviceSigner,
  restoreDeviceSigner,
  signerFromSeed,
  type Signer,
  type StoredSigningKey,
} from '../crypto/sign.ts';
import type { Storage } from '../storage/storage.ts';
import { storedIdentity } from './storedAccount.ts';

export interface Identity {
  readonly user: UserId;
  readonly device: DeviceId;
  readonly signer: Signer;
  readonly genesis: Bytes;
  readonly userBoxSeed: BoxSeed;
  readonly searchKey: SearchKey;
}

/** The identity on this device, if one was made. */
export async function loadIdentity(storage: Storage): Promise<Identity | undefined> {
  const stored = await storage.setting('identity', storedIdentity);
  const signer = stored && (await loadDeviceSigner(storage, stored.deviceSeed));
  const genesis = stored && parseBase64url(stored.genesis);
  const userBoxSeed = stored && parseBase64url(stored.userBoxSeed);
  const searchKey = stored && parseBase64url(stored.searchKey);
  if (!genesis || !userBoxSeed || !searchKey || !signer) return undefined;
  return {
    user: userIdOf(sha256, genesis),
    device: deviceIdOf(sha256, signer.publicKey),
    signer,
    genesis,
    userBoxSeed: userBoxSeed as BoxSeed,
    searchKey: searchKey as SearchKey,
  };
}

/** A key that the platform keeps lies as it is; a seed is readable, and lies in the sealed identity (SPEC K10). */
type PlatformKey = Extract<StoredSigningKey, { kind: 'platform' }>;
const isPlatformKey = (value: unknown): value is PlatformKey =>
  typeof value === 'object' && value !== null && 'publicKey' in value && 'privateKey' in value;

async function loadDeviceSigner(storage: Storage, seedText: string | undefined): Promise<Signer | undefined> {
  const seed = seedText === undefined ? undefined : parseBase64url(seedText);
  if (seed) return signerFromSeed(seed);
  const key = await storage.platformKey('device-key');
  return isPlatformKey(key) ? restoreDeviceSigner(key) : undefined;
}

/** Makes the keys of a new user on their first device, and keeps them sealed on it. */
export async function createIdentity(storage: Storage, random: Random): Promise<Identity> {
  const { signer, stored } = await generateDeviceSigner();
  const deviceBox = generateBoxKeys(random);
  const userBox = generateBoxKeys(random);
  const recoverySeed = generateSecret<SigningSeed>(random);
  const recovery = await signerFromSeed(recoverySeed);
  const searchKey = generateSecret<SearchKey>(random);
  const place = concatBytes(textToBytes('convo/user-key-box/1'), signer.publicKey);
  const body = {
    version: 1,
    kind: userEntryKinds.genesis,
    parent: noParent,
    deviceKey: signer.publicKey,
    deviceBoxKey: deviceBox.publicKey,
    userBoxKey: userBox.publicKey,
    userKeyBox: sealToBox(deviceBox.publicKey, userBox.seed, place, random),
    recoveryKey: recovery.publicKey,
  } as const;
  const statement = userGenesisStatement(body);
  const genesis = encodeUserGenesis({
    body,
    deviceSignature: await signer.sign(statement),
    recoverySignature: await recovery.sign(statement),
  });
  if (stored.kind === 'platform') await storage.putPlatformKey('device-key', stored);
  await storage
    .batch()
    .putSetting('identity', {
      user: idToText(userIdOf(sha256, genesis)),
      genesis: bytesToBase64url(genesis),
      deviceBoxSeed: bytesToBase64url(deviceBox.seed),
      userBoxSeed: bytesToBase64url(userBox.seed),
      recoverySeed: bytesToBase64url(recoverySeed),
      searchKey: bytesToBase64url(searchKey),
      ...(stored.kind === 'seed' ? { deviceSeed: bytesToBase64url(stored.seed) } : {}),
    })
    .commit();
  return {
    user: userIdOf(sha256, genesis),
    device: deviceIdOf(sha256, signer.publicKey),
    signer,
    genesis,
    userBoxSeed: userBox.seed,
    searchKey,
  };
}
