// Signing up and in, through the real app.
import { readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { concatBytes } from '../../shared/codec/bytes.ts';
import { bytesToBase64url } from '../../shared/codec/base64url.ts';
import { decode } from '../../shared/codec/codec.ts';
import type { Challenge } from '../../shared/protocol/ids.ts';
import { certificate, certificateStatement, signInStatement } from '../../shared/protocol/statements.ts';
import { protocolVersion } from '../../shared/protocol/version.ts';
import { accessLifeMs, refreshLifeMs } from '../auth/tokens.ts';
import { isSignedBy } from '../auth/verifySignature.ts';
import { newSigner, randomBytes } from '../testing/signer.ts';
import { createTestSocket } from '../testing/testSocket.ts';
import { openTestRelay, type TestRelay } from '../testing/testRelay.ts';
import {
  ask,
  bytesIn,
  newInvitation,
  newUser,
  relayKeyOf,
  signedUp,
  signIn,
  signUp,
  signUpBody,
  tokensIn,
} from '../testing/testUser.ts';

const adminToken = (relay: TestRelay) => relay.relay.administratorLink()?.split('#admin=')[1] ?? '';
const isGood = async (relay: TestRelay, token: string) =>
  (await ask(relay.by, 'GET', `/api/users/${bytesToBase64url(randomBytes(32))}/ledger`, undefined, token))
    .status === 404;

test('[A1] the relay’s key lies outside the database, readable by its owner alone, and outlives it', async () => {
  const relay = openTestRelay();
  const key = await relayKeyOf(relay.by);
  expect(statSync(join(relay.dataDir, 'relay.key')).mode & 0o777).toBe(0o600);
  const secret = readFileSync(join(relay.dataDir, 'relay.key'), 'utf8').split('\n')[1] ?? '';
  await relay.relay.close();
  expect(readFileSync(join(relay.dataDir, 'relay.db')).includes(secret)).toBe(false);
  for (const name of ['relay.db', 'relay.db-wal']) rmSync(join(relay.dataDir, name), { force: true });
  await relay.restart();
  expect(await relayKeyOf(relay.by)).toEqual(key);
});

test('[A1] an account’s certificate names it and is signed by the relay', async () => {
  const relay = openTestRelay();
  const user = newUser('ann');
  const { body } = await signUp(relay.by, user, { kind: 'administrator', token: adminToken(relay) });
  const parsed = decode(certificate, bytesIn(body['certificate']));
  if (!parsed) throw new Error('the certificate does not parse');
  const relayKey = await relayKeyOf(relay.by);
  expect(parsed.body).toMatchObject({ handle: 'ann', userId: user.userId, isAdministrator: true, relayKey });
  expect(isSignedBy(relayKey, certificateStatement(parsed.body), parsed.signature)).toBe(true);
});

test('[A2] a sign-up is refused unless device and recovery key signed the ledger, and the device this sign-up', async () => {
  const relay = openTestRelay();
  const relayKey = await relayKeyOf(relay.by);
  const [user, other] = [newUser('ann'), newUser('eve')];
  const good = signUpBody(user, relayKey, { kind: 'open' });
  const bad = [
    { ...good, signature: other.device.sign(new Uint8Array(3)) },
    { ...good, handle: 'bob' },
    { ...good, genesis: other.genesis },
    signUpBody(user, newSigner().publicKey, { kind: 'open' }),
    { ...good, genesis: tamper(good.genesis, -1) },
    { ...good, genesis: tamper(good.genesis, -65) },
  ];
  for (const body of bad) {
    expect(await ask(relay.by, 'POST', '/api/accounts', body)).toMatchObject({
      status: 403,
      body: { refusal: 'bad-signature' },
    });
  }
  const malformed = [
    { ...good, genesis: concatBytes(good.genesis, new Uint8Array(1)) },
    { ...good, handle: 'Not A Handle' },
    { ...good, handle: undefined },
  ];
  for (const body of malformed) {
    expect(await ask(relay.by, 'POST', '/api/accounts', body)).toMatchObject({
      status: 400,
      body: { refusal: 'malformed' },
    });
  }
  expect((await ask(relay.by, 'POST', '/api/accounts', good)).status).toBe(200);
});

function tamper(bytes: Uint8Array, at: number) {
  const changed = bytes.slice();
  const index = (at + bytes.length) % bytes.length;
  changed[index] = (changed[index] ?? 0) ^ 1;
  return changed;
}

test('[A3] the administrator’s link works once, is printed until then, and dies with the database', async () => {
  const relay = openTestRelay({ registration: 'closed' });
  const token = adminToken(relay);
  expect(relay.relay.administratorLink()).toMatch(/^http:\/\/relay\.test\/join#admin=[\w-]{43}$/);
  const wrong = { kind: 'administrator', token: `${token.slice(1)}A` } as const;
  expect((await signUp(relay.by, newUser('eve'), wrong)).body['refusal']).toBe('bad-token');
  await relay.restart();
  expect(adminToken(relay)).toBe(token);
  expect((await signUp(relay.by, newUser('ann'), { kind: 'administrator', token })).status).toBe(200);
  expect(relay.relay.administratorLink()).toBeUndefined();
  expect((await signUp(relay.by, newUser('eve'), { kind: 'administrator', token })).body['refusal']).toBe(
    'invitation-used',
  );
  expect(JSON.stringify(relay.events)).not.toContain(token);
  await relay.relay.close();
  for (const name of ['relay.db', 'relay.db-wal', 'relay.names']) {
    rmSync(join(relay.dataDir, name), { force: true });
  }
  await relay.restart();
  expect(adminToken(relay)).toMatch(/^[\w-]{43}$/);
  expect(adminToken(relay)).not.toBe(token);
});

async function invited(relay: TestRelay, expiresInMs = 60_000) {
  const { user, tokens } = await signedUp(relay.by, 'admin', {
    kind: 'administrator',
    token: adminToken(relay),
  });
  const relayKey = await relayKeyOf(relay.by);
  const invitation = newInvitation(relayKey, user.userId, relay.clock.now() + expiresInMs);
  const left = await ask(relay.by, 'POST', '/api/invitations', invitation.body, tokens.accessToken);
  expect(left.status).toBe(200);
  const admission = (for_: ReturnType<typeof newUser>) =>
    ({
      kind: 'invitation',
      invitationId: invitation.invitationId,
      claim: invitation.claimFor(for_.userId),
    }) as const;
  return { invitation, admission };
}

test('[A4] an invitation lets one person in, and the same person again', async () => {
  const relay = openTestRelay({ registration: 'invite' });
  const { invitation, admission } = await invited(relay);
  const [ann, eve] = [newUser('ann'), newUser('eve')];
  expect((await signUp(relay.by, eve, admission(ann))).body['refusal']).toBe('bad-signature');
  expect((await signUp(relay.by, ann, admission(ann))).status).toBe(200);
  expect((await ask(relay.by, 'GET', invitation.path)).body['state']).toBe('used');
  expect((await signUp(relay.by, eve, admission(eve))).body['refusal']).toBe('invitation-used');
  expect((await signUp(relay.by, ann, admission(ann))).status).toBe(200);
});

test('[A4] an invitation that is expired or unknown lets nobody in', async () => {
  const relay = openTestRelay({ registration: 'invite' });
  const { admission, invitation } = await invited(relay);
  const ann = newUser('ann');
  relay.clock.advance(60_001);
  expect((await ask(relay.by, 'GET', invitation.path)).body['state']).toBe('expired');
  expect((await signUp(relay.by, ann, admission(ann))).body['refusal']).toBe('invitation-expired');
  const unknown = newInvitation(await relayKeyOf(relay.by), ann.userId, 0);
  const claim = {
    kind: 'invitation',
    invitationId: unknown.invitationId,
    claim: unknown.claimFor(ann.userId),
  } as const;
  expect((await signUp(relay.by, ann, claim)).body['refusal']).toBe('not-found');
});

test('[A5] registration says who may come: anyone, the invited, or nobody', async () => {
  const byKind = { open: 200, invite: 403, closed: 403 } as const;
  for (const registration of ['open', 'invite', 'closed'] as const) {
    const relay = openTestRelay({ registration });
    expect((await ask(relay.by, 'GET', '/api/relay')).body['registration']).toBe(registration);
    expect((await signUp(relay.by, newUser('ann'))).status).toBe(byKind[registration]);
  }
  const relay = openTestRelay({ registration: 'closed' });
  const { admission } = await invited(relay);
  const ann = newUser('ann');
  expect((await signUp(relay.by, ann, admission(ann))).body['refusal']).toBe('registration-closed');
});

test('[A6] repeating a sign-up gives the same account; another handle, or another’s handle, is refused', async () => {
  const relay = openTestRelay();
  const ann = newUser('ann');
  const first = await signUp(relay.by, ann);
  relay.clock.advance(1000);
  const second = await signUp(relay.by, ann);
  expect(second.body['certificate']).toEqual(first.body['certificate']);
  expect(await isGood(relay, tokensIn(second.body['tokens']).accessToken)).toBe(true);
  expect((await signUp(relay.by, { ...ann, handle: 'anna' })).body['refusal']).toBe('conflict');
  expect(await signUp(relay.by, newUser('ann'))).toMatchObject({
    status: 409,
    body: { refusal: 'handle-taken' },
  });
});

test('[A7] a device signs in with a challenge, once and within a minute', async () => {
  const relay = openTestRelay();
  const { user } = await signedUp(relay.by, 'ann');
  const relayKey = await relayKeyOf(relay.by);
  const { userId, deviceId } = user;
  const newChallenge = async (): Promise<Challenge> => {
    const { body } = await ask(relay.by, 'POST', '/api/sign-in/challenge', { userId, deviceId });
    return bytesIn<Challenge>(body['challenge']);
  };
  const bodyFor = (challenge: Challenge, by = user.device) => ({
    challenge,
    userId,
    deviceId,
    signature: by.sign(signInStatement({ relayKey, challenge, userId, deviceId })),
  });
  const signInBy = async (body: unknown) => (await ask(relay.by, 'POST', '/api/sign-in', body)).status;

  const challenge = await newChallenge();
  expect(await signInBy(bodyFor(challenge))).toBe(200);
  expect(await signInBy(bodyFor(challenge))).toBe(403);
  expect(await signInBy(bodyFor(await newChallenge(), newSigner()))).toBe(403);
  expect(await signInBy(bodyFor(randomBytes(32) as Uint8Array as Challenge))).toBe(403);
  const late = await newChallenge();
  relay.clock.advance(60_000);
  expect(await signInBy(bodyFor(late))).toBe(403);
});

test('[A7] a challenge is worth nothing to another device, and strangers are answered like the rest', async () => {
  const relay = openTestRelay();
  const [{ user: ann }, { user: bob }] = [await signedUp(relay.by, 'ann'), await signedUp(relay.by, 'bob')];
  const relayKey = await relayKeyOf(relay.by);
  const asked = await ask(relay.by, 'POST', '/api/sign-in/challenge', ann);
  const challenge = bytesIn<Challenge>(asked.body['challenge']);
  const { userId, deviceId } = bob;
  const signature = bob.device.sign(signInStatement({ relayKey, challenge, userId, deviceId }));
  const answer = await ask(relay.by, 'POST', '/api/sign-in', { challenge, userId, deviceId, signature });
  expect(answer).toEqual({ status: 403, body: { refusal: 'bad-signature' } });
  expect(await signIn(relay.by, newUser('nobody'))).toEqual(answer);
});

test('[A8] an access token is good for ten minutes, and only as it was given', async () => {
  const relay = openTestRelay();
  const { tokens } = await signedUp(relay.by, 'ann');
  expect(await isGood(relay, tokens.accessToken)).toBe(true);
  for (const token of ['', 'A'.repeat(43), `${tokens.accessToken}A`, tokens.refreshToken]) {
    expect(await isGood(relay, token)).toBe(false);
  }
  const path = `/api/users/${bytesToBase64url(randomBytes(32))}/ledger`;
  expect(await ask(relay.by, 'GET', path)).toMatchObject({ status: 401, body: { refusal: 'not-signed-in' } });
  relay.clock.advance(accessLifeMs - 1);
  expect(await isGood(relay, tokens.accessToken)).toBe(true);
  relay.clock.advance(1);
  expect(await isGood(relay, tokens.accessToken)).toBe(false);
});

test('[A9] a refresh token is used once; using it again ends its family, sockets included', async () => {
  const relay = openTestRelay();
  const { user, tokens } = await signedUp(relay.by, 'ann');
  const refresh = (refreshToken: string) => ask(relay.by, 'POST', '/api/tokens', { refreshToken });
  const second = tokensIn((await refresh(tokens.refreshToken)).body);
  const socket = createTestSocket((port) => relay.relay.connect(port));
  socket.send({ type: 'hello', version: protocolVersion, accessToken: second.accessToken });
  expect(socket.all('welcome')).toHaveLength(1);
  const elsewhere = tokensIn((await signIn(relay.by, user)).body);
  expect(await refresh(tokens.refreshToken)).toMatchObject({ status: 401, body: { refusal: 'bad-token' } });
  expect((await refresh(second.refreshToken)).status).toBe(401);
  expect(await isGood(relay, second.accessToken)).toBe(false);
  expect(socket.last('bye')).toMatchObject({ reason: 'signed out' });
  // Another sign-in of the device is another family, and the device itself is never locked out.
  expect(await isGood(relay, elsewhere.accessToken)).toBe(true);
  expect((await signIn(relay.by, user)).status).toBe(200);
});

test('[A9] a refresh token outlives a restart, and sixty days of silence end it', async () => {
  const relay = openTestRelay();
  const { tokens } = await signedUp(relay.by, 'ann');
  const refresh = (refreshToken: string) => ask(relay.by, 'POST', '/api/tokens', { refreshToken });
  await relay.restart();
  expect(await isGood(relay, tokens.accessToken)).toBe(false);
  const next = tokensIn((await refresh(tokens.refreshToken)).body);
  expect(await isGood(relay, next.accessToken)).toBe(true);
  relay.clock.advance(refreshLifeMs);
  expect((await refresh(next.refreshToken)).status).toBe(401);
  expect((await refresh('nonsense')).status).toBe(401);
});

test('[A9] a device keeps its newest sign-ins, not all it ever made', async () => {
  const relay = openTestRelay();
  const { user, tokens } = await signedUp(relay.by, 'ann');
  const families = [];
  for (let i = 0; i < 8; i++) families.push(tokensIn((await signIn(relay.by, user)).body));
  const refresh = async (refreshToken: string) =>
    (await ask(relay.by, 'POST', '/api/tokens', { refreshToken })).status;
  expect(await refresh(tokens.refreshToken)).toBe(401);
  for (const family of families) expect(await refresh(family.refreshToken)).toBe(200);
});

test('[A10] asking too often is answered with busy and when to come back', async () => {
  const relay = openTestRelay({ rateFactor: 1 });
  let answer = await signUp(relay.by, newUser('u0'));
  for (let i = 1; i <= 20; i++) answer = await signUp(relay.by, newUser(`u${i}`));
  expect(answer).toMatchObject({ status: 429, body: { refusal: 'busy' } });
  relay.clock.advance(Number(answer.body['retryAfterMs']));
  expect((await signUp(relay.by, newUser('again'))).status).toBe(200);
});

test('[A10] behind a proxy the nearest forwarded address counts, and only if that is switched on', async () => {
  const tries = async (trustProxy: boolean) => {
    const relay = openTestRelay({ rateFactor: 1, trustProxy });
    const statuses = new Set<number>();
    for (let i = 0; i < 25; i++) {
      const headers = { 'x-forwarded-for': `1.2.3.4, 10.0.0.${i}` };
      statuses.add((await relay.by('/api/accounts', { method: 'POST', headers, body: '{}' })).status);
    }
    return statuses;
  };
  expect(await tries(true)).toEqual(new Set([400]));
  expect(await tries(false)).toEqual(new Set([400, 429]));
});

test('[A12] logs hold no token, key, id or body', async () => {
  const relay = openTestRelay();
  const { user, tokens } = await signedUp(relay.by, 'ann', {
    kind: 'administrator',
    token: adminToken(relay),
  });
  await ask(
    relay.by,
    'GET',
    `/api/users/${bytesToBase64url(user.userId)}/ledger`,
    undefined,
    tokens.accessToken,
  );
  await ask(relay.by, 'POST', '/api/tokens', { refreshToken: tokens.refreshToken });
  const text = JSON.stringify(relay.events);
  expect(text).toContain('/api/users/:user/ledger');
  for (const secret of [tokens.accessToken, tokens.refreshToken, bytesToBase64url(user.userId), 'ann']) {
    expect(text).not.toContain(secret);
  }
});
