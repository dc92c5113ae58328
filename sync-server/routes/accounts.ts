// Accounts: signing up, signing in with a challenge, fresh tokens, and coming back to a relay that has forgotten one. The
// verdicts come from `auth/`.
import { Hono } from 'hono';
import {
  challengeRequest,
  challengeResponse,
  refreshRequest,
  returnRequest,
  signInRequest,
  signUpRequest,
  signUpResponse,
  tokens as tokensSchema,
  type SignUpRequest,
} from '../../shared/protocol/http.ts';
import { certify } from '../auth/certificates.ts';
import { judgeReturn, type ReturnVerdict } from '../auth/comeBack.ts';
import { judgeSignIn } from '../auth/signIn.ts';
import { judgeSignUp, type SignUpVerdict } from '../auth/signUp.ts';
import type { NewUser } from '../auth/userGenesis.ts';
import type { Bytes } from '../../shared/codec/bytes.ts';
import { fail, ok, type Result } from '../../shared/protocol/result.ts';
import type { RefusalCode } from '../../shared/protocol/refusals.ts';
import type { Account } from '../log/accounts.ts';
import { answer, readBody, refuse, type Ask, type Env } from './answers.ts';
import { addressOf, slowDown } from './callers.ts';
import type { RouteDeps } from './routeDeps.ts';

export function accountRoutes(deps: RouteDeps): Hono<Env> {
  const { tokens, challenges, rates, trustProxy } = deps;
  const app = new Hono<Env>();

  app.post('/api/accounts', async (c) => {
    const busy = slowDown(c, rates.signUp, addressOf(c, trustProxy));
    if (busy) return busy;
    const body = await readBody(c, signUpRequest);
    if (!body.ok) return refuse(c, body.error);
    const verdict = judgeSignUp(deps, body.value);
    if (!verdict.ok) return refuse(c, verdict.error);
    const account = admit(deps, body.value, verdict.value);
    if (!account.ok) return refuse(c, account.error);
    return welcome(c, deps, account.value, verdict.value.user);
  });

  app.post('/api/sign-in/challenge', async (c) => {
    const busy = slowDown(c, rates.signIn, addressOf(c, trustProxy));
    if (busy) return busy;
    const body = await readBody(c, challengeRequest);
    if (!body.ok) return refuse(c, body.error);
    return answer(c, challengeResponse, {
      challenge: challenges.issue(body.value.userId, body.value.deviceId),
    });
  });

  app.post('/api/sign-in', async (c) => {
    const busy = slowDown(c, rates.signIn, addressOf(c, trustProxy));
    if (busy) return busy;
    const body = await readBody(c, signInRequest);
    if (!body.ok) return refuse(c, body.error);
    const device = judgeSignIn(deps, body.value);
    if (!device.ok) return refuse(c, device.error);
    const started = tokens.start(device.value);
    return started.ok ? answer(c, tokensSchema, started.value) : refuse(c, started.error);
  });

  app.post('/api/tokens', async (c) => {
    const busy = slowDown(c, rates.signIn, addressOf(c, trustProxy));
    if (busy) return busy;
    const body = await readBody(c, refreshRequest);
    if (!body.ok) return refuse(c, body.error);
    const renewed = tokens.refresh(body.value.refreshToken);
    return renewed.ok ? answer(c, tokensSchema, renewed.value) : refuse(c, renewed.error);
  });

  app.post('/api/return', async (c) => {
    const busy = slowDown(c, rates.signIn, addressOf(c, trustProxy));
    if (busy) return busy;
    const body = await readBody(c, returnRequest);
    if (!body.ok) return refuse(c, body.error);
    const verdict = judgeReturn(deps, body.value);
    if (!verdict.ok) return refuse(c, verdict.error);
    const account = takeBack(deps, body.value.genesis, verdict.value);
    return account.ok ? welcome(c, deps, account.value, verdict.value.user) : refuse(c, account.error);
  });

  return app;
}

/** Gives a user's device what it needs from now on. */
function welcome(
  c: Ask,
  { log, relayKey, tokens, names }: RouteDeps,
  account: Omit<Account, 'row'>,
  { userId, deviceId }: NewUser,
): Response {
  const device = log.accounts.findDevice(userId, deviceId);
  if (!device) return refuse(c, 'forbidden');
  // Before the answer: a name that somebody was told is theirs stays so.
  const kept = names.keep(account);
  if (!kept.ok) return refuse(c, kept.error);
  const started = tokens.start(device);
  if (!started.ok) return refuse(c, started.error);
  return answer(c, signUpResponse, { certificate: certify(relayKey, account), tokens: started.value });
}

/** Stores an account that this database has forgotten as it was. */
function takeBack(
  { log, commit, report }: RouteDeps,
  genesis: Bytes,
  { user, account, isKnown }: ReturnVerdict,
): Result<Omit<Account, 'row'>, RefusalCode> {
  if (isKnown) return ok(account);
  commit.flush();
  const stored = log.write(() => log.accounts.create(account, genesis, user.deviceId, user.deviceKey));
  if (!stored.ok) return fail(stored.error);
  report({ event: 'return', isAdministrator: account.isAdministrator });
  return ok(account);
}

/** Stores a new user, and uses up the invitation with it; gives a known one as it is. */
function admit(
  { log, commit, now, report }: RouteDeps,
  { handle, genesis }: SignUpRequest,
  verdict: SignUpVerdict,
): Result<Omit<Account, 'row'>, RefusalCode> {
  if (verdict.kind === 'known') return ok(verdict.account);
  const { user, isAdministrator, invitationId } = verdict;
  const account = { userId: user.userId, handle, isAdministrator, createdAt: now() };
  commit.flush();
  const stored = log.write(() => {
    const row = log.accounts.create(account, genesis, user.deviceId, user.deviceKey);
    if (invitationId) log.invitations.claim(invitationId, row);
  });
  if (!stored.ok) return fail(stored.error);
  report({ event: 'account', isAdministrator });
  return ok(account);
}
