// The account's standing with the relay: sign-up, sign-in, and a token that the relay takes now. A relay that refuses
// never locks what is on the device.
import * as v from 'valibot';
import { bytesToBase64url } from '../../shared/codec/base64url.ts';
import { textToBytes } from '../../shared/codec/bytes.ts';
import {
  challengeResponse,
  relayInfo,
  signUpResponse,
  tokens as tokensSchema,
  type RelayInfo,
  type SignUpRequest,
  type Tokens,
} from '../../shared/protocol/http.ts';
import type { SigningPublicKey } from '../../shared/protocol/ids.ts';
import { parseId } from '../../shared/protocol/ids.ts';
import { fail, ok, type Result } from '../../shared/protocol/result.ts';
import { signInStatement, signUpStatement } from '../../shared/protocol/statements.ts';
import { sha256 } from '../crypto/hash.ts';
import type { Storage } from '../storage/storage.ts';
import type { Clock } from '../sync/clock.ts';
import type { HttpFailure, RelayHttp } from '../sync/relayHttp.ts';
import type { Identity } from './identity.ts';
import { storedAccount, type StoredAccount } from './storedAccount.ts';

const storedTokens = v.object({ accessToken: v.string(), refreshToken: v.string(), expiresAt: v.number() });
/** Renewed this long before it ends, so that it doesn't end under way. */
const renewEarlyMs = 30_000;

export interface SessionDeps {
  readonly http: RelayHttp;
  readonly storage: Storage;
  readonly clock: Clock;
}
export type Session = ReturnType<typeof createSession>;

export function createSession({ http, storage, clock }: SessionDeps) {
  let renewing: Promise<Result<string, HttpFailure>> | undefined;

  const keep = async (tokens: Tokens) => {
    const { accessToken, refreshToken } = tokens;
    const expiresAt = clock.now() + tokens.expiresInMs;
    await storage.batch().putSetting('tokens', { accessToken, refreshToken, expiresAt }).commit();
    return accessToken;
  };

  async function signIn(identity: Identity): Promise<Result<string, HttpFailure>> {
    const account = await storage.setting('account', storedAccount);
    const relayKey = account && parseId<SigningPublicKey>(account.relayKey, 32);
    if (!relayKey) return fail('not-signed-in');
    const { user: userId, device: deviceId } = identity;
    const asked = await http.post('/api/sign-in/challenge', { userId, deviceId }, challengeResponse);
    if (!asked.ok) return asked;
    const { challenge } = asked.value;
    const signature = await identity.signer.sign(signInStatement({ relayKey, challenge, userId, deviceId }));
    const proof = { challenge, userId, deviceId, signature };
    const signed = await http.post('/api/sign-in', proof, tokensSchema);
    return signed.ok ? ok(await keep(signed.value)) : signed;
  }

  async function renew(identity: Identity, refreshToken: string | undefined) {
    if (refreshToken !== undefined) {
      const refreshed = await http.post('/api/tokens', { refreshToken }, tokensSchema);
      if (refreshed.ok) return ok(await keep(refreshed.value));
      if (refreshed.error === 'offline' || refreshed.error === 'busy') return refreshed;
    }
    return signIn(identity);
  }

  return {
    relayInfo: (): Promise<Result<RelayInfo, HttpFailure>> => http.get('/api/relay', relayInfo),
    account: () => storage.setting('account', storedAccount),

    /** Asks the relay for an account; asking again with the same identity and handle gives the same one. */
    async signUp(
      identity: Identity,
      info: RelayInfo,
      handle: string,
      admission: SignUpRequest['admission'],
    ): Promise<Result<StoredAccount, HttpFailure>> {
      const admissionBytes =
        admission.kind === 'administrator'
          ? textToBytes(admission.token)
          : admission.kind === 'invitation'
            ? admission.invitationId
            : new Uint8Array(0);
      const statement = signUpStatement({
        relayKey: info.relayKey,
        handle,
        userId: identity.user,
        deviceId: identity.device,
        admission: sha256(admissionBytes),
      });
      const signature = await identity.signer.sign(statement);
      const request: SignUpRequest = { handle, genesis: identity.genesis, admission, signature };
      const answer = await http.post('/api/accounts', request, signUpResponse);
      if (!answer.ok) return answer;
      const account: StoredAccount = {
        relayKey: bytesToBase64url(info.relayKey),
        handle,
        isAdministrator: admission.kind === 'administrator',
        certificate: bytesToBase64url(answer.value.certificate),
      };
      await keep(answer.value.tokens);
      return ok(account);
    },

    /** @param isRetry the last one was refused although it hadn't ended. */
    accessToken(identity: Identity, isRetry: boolean): Promise<Result<string, HttpFailure>> {
      renewing ??= (async () => {
        const kept = await storage.setting('tokens', storedTokens);
        const isGood = kept !== undefined && !isRetry && clock.now() < kept.expiresAt - renewEarlyMs;
        return isGood ? ok(kept.accessToken) : renew(identity, kept?.refreshToken);
      })().finally(() => {
        renewing = undefined;
      });
      return renewing;
    },
  };
}
