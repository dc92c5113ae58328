// Judges the first entry of a user's ledger: it must be signed by the device and the recovery key that it names.
import type { Bytes } from '../../shared/codec/bytes.ts';
import { equalBytes } from '../../shared/codec/bytes.ts';
import { noParent, type DeviceId, type SigningPublicKey, type UserId } from '../../shared/protocol/ids.ts';
import { fail, ok, type Result } from '../../shared/protocol/result.ts';
import {
  deviceIdOf,
  parseUserGenesis,
  userGenesisStatement,
  userIdOf,
} from '../../shared/protocol/userLedger.ts';
import { sha256 } from './sha256.ts';
import { isSignedBy } from './verifySignature.ts';

export interface NewUser {
  readonly userId: UserId;
  readonly deviceId: DeviceId;
  readonly deviceKey: SigningPublicKey;
}

export function judgeUserGenesis(genesis: Bytes): Result<NewUser, 'malformed' | 'bad-signature'> {
  const parsed = parseUserGenesis(genesis);
  if (!parsed || !equalBytes(parsed.body.parent, noParent)) return fail('malformed');
  const { body, deviceSignature, recoverySignature } = parsed;
  const statement = userGenesisStatement(body);
  if (!isSignedBy(body.deviceKey, statement, deviceSignature)) return fail('bad-signature');
  if (!isSignedBy(body.recoveryKey, statement, recoverySignature)) return fail('bad-signature');
  return ok({
    userId: userIdOf(sha256, genesis),
    deviceId: deviceIdOf(sha256, body.deviceKey),
    deviceKey: body.deviceKey,
  });
}
