// Coming back to a relay that has forgotten this account: by the certificate that it once gave, and a signature of this
// device. Tells nothing to a relay with another key: that is another relay, whatever its address.
import { bytesToBase64url, parseBase64url } from '../../shared/codec/base64url.ts';
import { equalBytes } from '../../shared/codec/bytes.ts';
import { decode } from '../../shared/codec/codec.ts';
import {
  challengeResponse,
  relayInfo,
  signUpResponse,
  type ReturnRequest,
  type Tokens,
} from '../../shared/protocol/http.ts';
import { parseId, type SigningPublicKey } from '../../shared/protocol/ids.ts';
import { fail, ok, type Result } from '../../shared/protocol/result.ts';
import { certificate, returnStatement } from '../../shared/protocol/statements.ts';
import { sha256 } from '../crypto/hash.ts';
import type { HttpFailure, RelayHttp } from '../sync/relayHttp.ts';
import type { Identity } from './identity.ts';
import type { StoredAccount } from './storedAccount.ts';

export interface CameBack {
  readonly account: StoredAccount;
  readonly tokens: Tokens;
}

export async function comeBack(
  http: RelayHttp,
  identity: Identity,
  account: StoredAccount,
): Promise<Result<CameBack, HttpFailure>> {
  const relayKey = parseId<SigningPublicKey>(account.relayKey, 32);
  const kept = parseBase64url(account.certificate);
  if (!relayKey || !kept) return fail('bad-signature');
  const info = await http.get('/api/relay', relayInfo);
  if (!info.ok) return info;
  if (!equalBytes(info.value.relayKey, relayKey)) return fail('bad-signature');
  const { user: userId, device: deviceId, genesis, signer } = identity;
  const asked = await http.post('/api/sign-in/challenge', { userId, deviceId }, challengeResponse);
  if (!asked.ok) return asked;
  const { challenge } = asked.value;
  const said = { relayKey, challenge, userId, deviceId, certificate: sha256(kept) };
  const request: ReturnRequest = {
    challenge,
    certificate: kept,
    genesis,
    signature: await signer.sign(returnStatement(said)),
  };
  const answer = await http.post('/api/return', request, signUpResponse);
  if (!answer.ok) return answer;
  const given = decode(certificate, answer.value.certificate);
  // What it says of this account now; a certificate that can't be read is not worth losing the old one for.
  const next =
    given && equalBytes(given.body.userId, userId)
      ? {
          ...account,
          handle: given.body.handle,
          isAdministrator: given.body.isAdministrator,
          certificate: bytesToBase64url(answer.value.certificate),
        }
      : account;
  return ok({ account: next, tokens: answer.value.tokens });
}
