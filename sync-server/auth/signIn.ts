// Signing in: a known device signs a fresh challenge. Says the same about an unknown user as about a wrong signature.
import type { Challenge, DeviceId, Signature, UserId } from '../../shared/protocol/ids.ts';
import { fail, ok, type Result } from '../../shared/protocol/result.ts';
import { signInStatement } from '../../shared/protocol/statements.ts';
import type { Device } from '../log/accounts.ts';
import type { Log } from '../log/createLog.ts';
import type { Challenges } from './challenges.ts';
import type { RelayKey } from './relayKey.ts';
import { isSignedBy } from './verifySignature.ts';

export interface SignInProof {
  readonly challenge: Challenge;
  readonly userId: UserId;
  readonly deviceId: DeviceId;
  readonly signature: Signature;
}

export function judgeSignIn(
  { log, relayKey, challenges }: { log: Log; relayKey: RelayKey; challenges: Challenges },
  { challenge, userId, deviceId, signature }: SignInProof,
): Result<Device, 'bad-signature'> {
  const isFresh = challenges.take(challenge, userId, deviceId);
  const device = log.accounts.findDevice(userId, deviceId);
  if (!isFresh || !device) return fail('bad-signature');
  const statement = signInStatement({ relayKey: relayKey.publicKey, challenge, userId, deviceId });
  return isSignedBy(device.key, statement, signature) ? ok(device) : fail('bad-signature');
}
