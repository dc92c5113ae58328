// Other people's user ledgers: fetched from the relay, believed only as far as they certify themselves. With one entry
// each today, a user's id is the hash of all there is.
import { equalBytes } from '../../shared/codec/bytes.ts';
import { ledgerResponse } from '../../shared/protocol/http.ts';
import {
  idToText,
  type BoxPublicKey,
  type DeviceId,
  type EntryHash32,
  type SigningPublicKey,
  type UserId,
} from '../../shared/protocol/ids.ts';
import { fail, ok, type Result } from '../../shared/protocol/result.ts';
import {
  deviceIdOf,
  hashUserEntry,
  parseUserGenesis,
  userGenesisStatement,
} from '../../shared/protocol/userLedger.ts';
import { sha256 } from '../crypto/hash.ts';
import { verifySignature } from '../crypto/sign.ts';
import type { HttpFailure, RelayHttp } from '../sync/relayHttp.ts';

export interface Person {
  readonly user: UserId;
  readonly device: DeviceId;
  readonly deviceKey: SigningPublicKey;
  readonly userBoxKey: BoxPublicKey;
  /** Hash of the ledger's last entry. */
  readonly head: EntryHash32;
}

/** Reads a user's ledger; undefined when it isn't this user's or isn't signed by what it names. */
export async function readUserLedger(
  user: UserId,
  entries: readonly Uint8Array[],
): Promise<Person | undefined> {
  const [first] = entries;
  const genesis = first && parseUserGenesis(first);
  if (!genesis || entries.length !== 1) return undefined;
  const head = hashUserEntry(sha256, first);
  if (!equalBytes(head, user)) return undefined;
  const statement = userGenesisStatement(genesis.body);
  const { deviceKey, recoveryKey, userBoxKey } = genesis.body;
  const areSigned = await Promise.all([
    verifySignature(deviceKey, statement, genesis.deviceSignature),
    verifySignature(recoveryKey, statement, genesis.recoverySignature),
  ]);
  if (!areSigned.every(Boolean)) return undefined;
  return { user, device: deviceIdOf(sha256, deviceKey), deviceKey, userBoxKey, head };
}

export async function fetchPerson(
  http: RelayHttp,
  user: UserId,
  accessToken?: string,
): Promise<Result<Person, HttpFailure>> {
  const answer = await http.get(`/api/users/${idToText(user)}/ledger`, ledgerResponse, accessToken);
  if (!answer.ok) return answer;
  const person = await readUserLedger(user, answer.value.entries);
  return person ? ok(person) : fail('bad-signature');
}
