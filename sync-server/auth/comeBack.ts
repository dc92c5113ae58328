// Coming back to a relay that has forgotten an account: is this certificate its own word, is this the user whom it names,
// and is the device that asks theirs? Decides, and hands on what to store; stores nothing itself.
import { equalBytes } from '../../shared/codec/bytes.ts';
import { decode } from '../../shared/codec/codec.ts';
import type { ReturnRequest } from '../../shared/protocol/http.ts';
import type { RefusalCode } from '../../shared/protocol/refusals.ts';
import { fail, ok, type Result } from '../../shared/protocol/result.ts';
import {
  certificate,
  certificateLabel,
  certificateStatement,
  returnStatement,
} from '../../shared/protocol/statements.ts';
import type { Account } from '../log/accounts.ts';
import type { Log } from '../log/createLog.ts';
import type { Challenges } from './challenges.ts';
import type { NameBook } from './nameBook.ts';
import type { RelayKey } from './relayKey.ts';
import { sha256 } from './sha256.ts';
import { judgeUserGenesis, type NewUser } from './userGenesis.ts';
import { isSignedBy } from './verifySignature.ts';

export interface ReturnDeps {
  readonly log: Log;
  readonly relayKey: RelayKey;
  readonly challenges: Challenges;
  readonly names: NameBook;
}
export interface ReturnVerdict {
  readonly user: NewUser;
  readonly account: Omit<Account, 'row'>;
  /** The database still has, or has again, this account. */
  readonly isKnown: boolean;
}

export function judgeReturn(
  { log, relayKey, challenges, names }: ReturnDeps,
  request: ReturnRequest,
): Result<ReturnVerdict, RefusalCode> {
  const judged = judgeUserGenesis(request.genesis);
  if (!judged.ok) return judged;
  const user = judged.value;
  const { userId, deviceId } = user;
  const isFresh = challenges.take(request.challenge, userId, deviceId);
  const parsed = decode(certificate, request.certificate);
  if (parsed?.body.label !== certificateLabel) return fail('malformed');
  const { body } = parsed;
  const isOurs =
    equalBytes(body.userId, userId) &&
    isSignedBy(relayKey.publicKey, certificateStatement(body), parsed.signature);
  const statement = returnStatement({
    relayKey: relayKey.publicKey,
    challenge: request.challenge,
    userId,
    deviceId,
    certificate: sha256(request.certificate),
  });
  if (!isFresh || !isOurs || !isSignedBy(user.deviceKey, statement, request.signature)) {
    return fail('bad-signature');
  }
  const { handle, issuedAt: createdAt } = body;
  const known = log.accounts.findUser(userId);
  if (known) return known.handle === handle ? ok({ user, account: known, isKnown: true }) : fail('conflict');
  if (log.accounts.findHandle(handle) || names.isKeptFor(handle, userId)) return fail('handle-taken');
  // Whoever was appointed since, because the administrator's devices counted as lost, stays the only one.
  const isAdministrator = body.isAdministrator && names.mayAdminister(userId);
  return ok({ user, account: { userId, handle, isAdministrator, createdAt }, isKnown: false });
}
