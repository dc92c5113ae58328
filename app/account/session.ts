// The account's standing with the relay: sign-up, sign-in, coming back to a relay that has forgotten it, and a token that
// the relay takes now. A relay that refuses never locks what is on the device.
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
import { comeBack } from './comingBack.ts';
import { placeOf, type KeptReturn } from './keptForReturn.ts';
import type { Doubt } from './retelling.ts';
import { storedAccount, type StoredAccount } from './storedAccount.ts';
import { passingFailures } from './tasks.ts';

const storedTokens = v.object({
  accessToken: v.string(),
  refreshToken: v.string(),
  expiresAt: v.number(),
  /** The relay's, as of these tokens. */
  run: v.optional(v.string()),
});
/** Renewed this long before it ends, so that it doesn't end under way. */
const renewEarlyMs = 30_000;
/** All who come back to a relay that has forgotten them do so within this time, each at a moment of its own. */
const comeBackWithinMs = 5_000;
/** A relay that refuses a return is asked again after this long, then at twice the time, up to the longest. */
const comeBackAgainMs = 10 * 60_000;
const longestComeBackAgainMs = 6 * 3600_000;

export interface SessionDeps {
  readonly http: RelayHttp;
  readonly storage: Storage;
  readonly clock: Clock;
  /** In [0, 1), for jitter only. */
  readonly randomUnit: () => number;
  /** The relay may have forgotten something; it knows this account (again). */
  readonly onDoubt: (doubt: Doubt) => void;
}
export type Session = ReturnType<typeof createSession>;

export function createSession({ http, storage, clock, randomUnit, onDoubt }: SessionDeps) {
  let renewing: Promise<Result<string, HttpFailure>> | undefined;

  let comeBackNotBefore = 0;
  let comeBackWaitMs = comeBackAgainMs;
  let isClosed = false;
  let cancelWait = () => {};
  /** The relay's word counts, not the clock's: a clock that is set back would keep an old token for days. */
  let badToken: string | undefined;

  /** @param isDoubted the relay did not know the tokens before these. */
  const keep = async (tokens: Tokens, isDoubted: boolean, batch = storage.batch()) => {
    const { accessToken, refreshToken, run } = tokens;
    const before = await storage.setting('tokens', storedTokens);
    const expiresAt = clock.now() + tokens.expiresInMs;
    // However the old tokens ended: a relay that was started again may have an old copy of its database.
    const isOtherRun = before?.run !== undefined && before.run !== run;
    // Together: these tokens give no reason to look again, should this device go out before it has told anything.
    if (isOtherRun || isDoubted) batch.putSetting(placeOf.doubt, true);
    await batch.putSetting('tokens', { accessToken, refreshToken, expiresAt, run }).commit();
    if (isOtherRun) onDoubt('restart');
    if (isDoubted) onDoubt('doubt');
    return accessToken;
  };

  async function signIn(identity: Identity, isDoubted: boolean): Promise<Result<string, HttpFailure>> {
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
    return signed.ok ? ok(await keep(signed.value, isDoubted)) : signed;
  }

  async function renew(identity: Identity, refreshToken: string | undefined) {
    if (refreshToken !== undefined) {
      const refreshed = await http.post('/api/tokens', { refreshToken }, tokensSchema);
      if (refreshed.ok) return ok(await keep(refreshed.value, false));
      if (refreshed.error === 'offline' || refreshed.error === 'busy') return refreshed;
    }
    const signed = await signIn(identity, refreshToken !== undefined);
    return !signed.ok && signed.error === 'bad-signature' ? returnTo(identity, signed.error) : signed;
  }

  /** The relay doesn't know this device: it may have lost its database. Not for everyone in the same second. */
  async function returnTo(identity: Identity, refusal: HttpFailure): Promise<Result<string, HttpFailure>> {
    const account = await storage.setting('account', storedAccount);
    if (!account || clock.elapsed() < comeBackNotBefore) return fail(refusal);
    await new Promise<void>((resolve) => {
      const cancel = clock.after(Math.round(randomUnit() * comeBackWithinMs), resolve);
      cancelWait = () => {
        cancel();
        resolve();
      };
    });
    if (isClosed) return fail('offline');
    const back = await comeBack(http, identity, account);
    if (isClosed) return fail('offline');
    if (!back.ok) {
      if (passingFailures.includes(back.error)) return back;
      comeBackNotBefore = clock.elapsed() + comeBackWaitMs;
      comeBackWaitMs = Math.min(comeBackWaitMs * 2, longestComeBackAgainMs);
      return back;
    }
    comeBackWaitMs = comeBackAgainMs;
    // Together: what is told anew after this is told also if the device goes out right now.
    const due: KeptReturn = { since: clock.now(), isTold: false };
    const batch = storage.batch().putSetting('account', back.value.account).putSetting(placeOf.return, due);
    const token = await keep(back.value.tokens, false, batch);
    onDoubt('return');
    return ok(token);
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
      await keep(answer.value.tokens, false);
      return ok(account);
    },

    /** @param isRetry the last one was refused although it hadn't ended. */
    accessToken(identity: Identity, isRetry: boolean): Promise<Result<string, HttpFailure>> {
      renewing ??= (async () => {
        const kept = await storage.setting('tokens', storedTokens);
        const isRefused = isRetry || (kept !== undefined && kept.accessToken === badToken);
        const isGood = kept !== undefined && !isRefused && clock.now() < kept.expiresAt - renewEarlyMs;
        if (isGood) return ok(kept.accessToken);
        return renew(identity, kept?.refreshToken);
      })().finally(() => {
        renewing = undefined;
      });
      return renewing;
    },
    /** The relay has refused this token, which by its time hadn't ended. */
    refused(accessToken: string) {
      badToken = accessToken;
    },
    close() {
      isClosed = true;
      cancelWait();
    },
  };
}
