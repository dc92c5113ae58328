// Signing up: is this a whole user, signed by their device, and may one more person come in? Decides, and hands on what
// to store; stores nothing itself.
import { textToBytes, type Bytes } from '../../shared/codec/bytes.ts';
import type { Registration, SignUpRequest } from '../../shared/protocol/http.ts';
import type { InvitationId, UserId } from '../../shared/protocol/ids.ts';
import type { RefusalCode } from '../../shared/protocol/refusals.ts';
import { fail, ok, type Result } from '../../shared/protocol/result.ts';
import { signUpStatement } from '../../shared/protocol/statements.ts';
import type { Account } from '../log/accounts.ts';
import type { Log } from '../log/createLog.ts';
import type { Administrator } from './administrator.ts';
import { isClaimedFor } from './invitationProofs.ts';
import type { NameBook } from './nameBook.ts';
import type { RelayKey } from './relayKey.ts';
import { sha256 } from './sha256.ts';
import { judgeUserGenesis, type NewUser } from './userGenesis.ts';
import { isSignedBy } from './verifySignature.ts';

export interface SignUpDeps {
  readonly log: Log;
  readonly relayKey: RelayKey;
  readonly administrator: Administrator;
  readonly names: NameBook;
  readonly registration: Registration;
  readonly now: () => number;
}
export type SignUpVerdict =
  | { readonly kind: 'known'; readonly account: Account; readonly user: NewUser }
  | {
      readonly kind: 'new';
      readonly user: NewUser;
      readonly isAdministrator: boolean;
      /** To be marked as used, in the same transaction. */
      readonly invitationId: InvitationId | undefined;
    };

export function judgeSignUp(deps: SignUpDeps, request: SignUpRequest): Result<SignUpVerdict, RefusalCode> {
  const judged = judgeUserGenesis(request.genesis);
  if (!judged.ok) return judged;
  const user = judged.value;
  const statement = signUpStatement({
    relayKey: deps.relayKey.publicKey,
    handle: request.handle,
    userId: user.userId,
    deviceId: user.deviceId,
    admission: sha256(admissionBytes(request.admission)),
  });
  if (!isSignedBy(user.deviceKey, statement, request.signature)) return fail('bad-signature');

  // A lost answer: the same user asks again, whatever has become of the admission.
  const account = deps.log.accounts.findUser(user.userId);
  if (account)
    return account.handle === request.handle ? ok({ kind: 'known', account, user }) : fail('conflict');

  const admitted = judgeAdmission(deps, request.admission, user.userId);
  if (!admitted.ok) return admitted;
  const isTaken =
    deps.log.accounts.findHandle(request.handle) !== undefined ||
    deps.names.isKeptFor(request.handle, user.userId);
  if (isTaken) return fail('handle-taken');
  return ok({ kind: 'new', user, ...admitted.value });
}

type Admission = SignUpRequest['admission'];

/** What the sign-up statement hashes: the token's text, the invitation's id, or nothing. */
function admissionBytes(admission: Admission): Bytes {
  switch (admission.kind) {
    case 'administrator':
      return textToBytes(admission.token);
    case 'invitation':
      return admission.invitationId;
    case 'open':
      return new Uint8Array(0);
    default:
      return admission satisfies never;
  }
}

interface Admitted {
  readonly isAdministrator: boolean;
  readonly invitationId: InvitationId | undefined;
}

function judgeAdmission(
  deps: SignUpDeps,
  admission: Admission,
  userId: UserId,
): Result<Admitted, RefusalCode> {
  const { administrator, registration } = deps;
  switch (admission.kind) {
    case 'administrator':
      if (administrator.isAppointed()) return fail('invitation-used');
      if (!administrator.isToken(admission.token)) return fail('bad-token');
      return ok({ isAdministrator: true, invitationId: undefined });
    case 'invitation':
      return registration === 'closed'
        ? fail('registration-closed')
        : judgeInvitation(deps, admission, userId);
    case 'open':
      if (registration !== 'open') return fail('registration-closed');
      return ok({ isAdministrator: false, invitationId: undefined });
    default:
      return admission satisfies never;
  }
}

function judgeInvitation(
  { log, relayKey, now }: SignUpDeps,
  { invitationId, claim }: Extract<Admission, { kind: 'invitation' }>,
  userId: UserId,
): Result<Admitted, RefusalCode> {
  const invitation = log.invitations.find(invitationId);
  if (!invitation) return fail('not-found');
  if (!isClaimedFor(relayKey, invitation, userId, claim)) return fail('bad-signature');
  if (invitation.claimedBy !== undefined) return fail('invitation-used');
  if (invitation.expiresAt <= now()) return fail('invitation-expired');
  return ok({ isAdministrator: false, invitationId });
}
