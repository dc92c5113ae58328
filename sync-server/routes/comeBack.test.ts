// People coming back to a relay whose database was deleted, or is yesterday's, through the real app.
import { appendFileSync, cpSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Bytes } from '../../shared/codec/bytes.ts';
import { bytesToBase64url } from '../../shared/codec/base64url.ts';
import { decode, encode } from '../../shared/codec/codec.ts';
import { certificate, signInStatement } from '../../shared/protocol/statements.ts';
import { awaitedForMs } from '../auth/nameBook.ts';
import { newSigner } from '../testing/signer.ts';
import { openTestRelay, type TestRelay } from '../testing/testRelay.ts';
import {
  ask,
  bytesIn,
  comeBack,
  newUser,
  relayKeyOf,
  returnBody,
  signIn,
  signUp,
  tokensIn,
  type TestUser,
} from '../testing/testUser.ts';

const database = ['relay.db', 'relay.db-wal', 'relay.db-shm'];
const adminToken = (relay: TestRelay) => relay.relay.administratorLink()?.split('#admin=')[1] ?? '';
const post = (relay: TestRelay, body: unknown) => ask(relay.by, 'POST', '/api/return', body);

async function member(relay: TestRelay, handle: string, token?: string) {
  const user = newUser(handle);
  const admission =
    token === undefined ? ({ kind: 'open' } as const) : ({ kind: 'administrator', token } as const);
  const { status, body } = await signUp(relay.by, user, admission);
  expect(status).toBe(200);
  return { user, certificate: bytesIn(body['certificate']) };
}
const nameOf = (bytes: Bytes) => decode(certificate, bytes)?.body;

test('[A14] a forgotten account comes back as it was, and again, and its device is in', async () => {
  const relay = openTestRelay({ registration: 'open' });
  const ann = await member(relay, 'ann', adminToken(relay));
  relay.clock.advance(5000);
  await relay.restartWithout(database);
  expect((await signIn(relay.by, ann.user)).status).toBe(403);
  for (let i = 0; i < 2; i++) {
    const back = await comeBack(relay.by, ann.user, ann.certificate);
    expect(back.status).toBe(200);
    expect(bytesIn(back.body['certificate'])).toEqual(ann.certificate);
    const { accessToken } = tokensIn(back.body['tokens']);
    const path = `/api/users/${bytesToBase64url(ann.user.userId)}/ledger`;
    const ledger = await ask(relay.by, 'GET', path, undefined, accessToken);
    expect(ledger.body['entries']).toEqual([bytesToBase64url(ann.user.genesis)]);
  }
  expect((await signIn(relay.by, ann.user)).status).toBe(200);
  expect(relay.relay.administratorLink()).toBeUndefined();
  expect(relay.relay.isAdministratorAwaited()).toBe(false);
});

test('[A14] an account that the relay still has comes back as it is', async () => {
  const relay = openTestRelay();
  const ann = await member(relay, 'ann');
  expect((await comeBack(relay.by, ann.user, ann.certificate)).status).toBe(200);
});

test('[A14] refused: another relay, another’s genesis, another device, a changed certificate, a used challenge', async () => {
  const relay = openTestRelay();
  const [ann, bob] = [await member(relay, 'ann'), await member(relay, 'bob')];
  const other = openTestRelay();
  const elsewhere = await signUp(other.by, ann.user);
  await relay.restartWithout(database);
  const relayKey = await relayKeyOf(relay.by);
  const good = await returnBody(relay.by, ann.user, ann.certificate);
  const stranger: TestUser = { ...ann.user, device: newSigner() };
  const body = nameOf(ann.certificate);
  if (!body) throw new Error('expected a certificate');
  const forged = encode(certificate, {
    body: { ...body, isAdministrator: true },
    signature: newSigner().sign(new Uint8Array(1)),
  });
  const { challenge } = await returnBody(relay.by, ann.user, ann.certificate);
  const signIns = signInStatement({
    relayKey,
    challenge,
    userId: ann.user.userId,
    deviceId: ann.user.deviceId,
  });
  const bad = {
    'another relay’s certificate': await returnBody(
      relay.by,
      ann.user,
      bytesIn(elsewhere.body['certificate']),
    ),
    'a certificate of nobody': await returnBody(relay.by, ann.user, forged),
    'another’s certificate': await returnBody(relay.by, ann.user, bob.certificate),
    'another’s genesis': { ...good, genesis: bob.user.genesis },
    'another device': await returnBody(relay.by, stranger, ann.certificate),
    'a signature for another relay': await returnBody(relay.by, ann.user, ann.certificate, {
      relayKey: newSigner().publicKey,
    }),
    'a signature for signing in': {
      challenge,
      certificate: ann.certificate,
      genesis: ann.user.genesis,
      signature: ann.user.device.sign(signIns),
    },
    'a challenge of nobody': await returnBody(relay.by, ann.user, ann.certificate, {
      challenge: newSigner().publicKey as Uint8Array as typeof challenge,
    }),
  };
  for (const [what, given] of Object.entries(bad)) {
    expect((await post(relay, given)).body, what).toEqual({ refusal: 'bad-signature' });
  }
  expect((await post(relay, { ...good, certificate: new Uint8Array(3) })).body['refusal']).toBe('malformed');
  const fresh = await returnBody(relay.by, ann.user, ann.certificate);
  expect((await post(relay, fresh)).status).toBe(200);
  expect((await post(relay, fresh)).body).toEqual({ refusal: 'bad-signature' });
});

test('[A14] coming back is counted by address', async () => {
  const relay = openTestRelay({ rateFactor: 1 });
  const statuses = new Set<number>();
  for (let i = 0; i < 130; i++) statuses.add((await post(relay, {})).status);
  expect(statuses).toEqual(new Set([400, 429]));
});

test('[A15] a known handle goes to nobody else for thirty days after a wipe, and then to who asks', async () => {
  const relay = openTestRelay();
  const ann = await member(relay, 'ann');
  await relay.restartWithout(database);
  relay.clock.advance(awaitedForMs - 1);
  // Starting again, or wiping again, changes nothing for the better.
  await relay.restart();
  expect((await signUp(relay.by, newUser('ann'))).body).toEqual({ refusal: 'handle-taken' });
  expect((await signUp(relay.by, newUser('anna'))).status).toBe(200);
  relay.clock.advance(1);
  const eve = newUser('ann');
  expect((await signUp(relay.by, eve)).status).toBe(200);
  expect((await comeBack(relay.by, ann.user, ann.certificate)).body).toEqual({ refusal: 'handle-taken' });
  // From now on the name is kept for its new owner.
  await relay.restartWithout(database);
  expect((await comeBack(relay.by, ann.user, ann.certificate)).body).toEqual({ refusal: 'handle-taken' });
  expect((await signUp(relay.by, eve)).status).toBe(200);
});

test('[A15] its own user may also sign up again: the answer to the first time was lost', async () => {
  const relay = openTestRelay();
  const { user } = await member(relay, 'ann');
  await relay.restartWithout(database);
  expect((await signUp(relay.by, user)).status).toBe(200);
});

test('[A15] yesterday’s backup: who came since is known by the file, and comes back', async () => {
  const relay = openTestRelay();
  const ann = await member(relay, 'ann');
  await relay.restart();
  await relay.relay.close();
  const copy = join(relay.dataDir, 'yesterday');
  cpSync(join(relay.dataDir, 'relay.db'), copy);
  await relay.restart();
  const bob = await member(relay, 'bob');
  relay.clock.advance(2 * awaitedForMs);
  await relay.restartWithout(database, copy);
  expect((await signIn(relay.by, ann.user)).status).toBe(200);
  expect((await signUp(relay.by, newUser('bob'))).body).toEqual({ refusal: 'handle-taken' });
  expect((await comeBack(relay.by, bob.user, bob.certificate)).status).toBe(200);
});

test('[A15] the file holds no handle, survives a torn line, and learns what it missed', async () => {
  const relay = openTestRelay();
  const ann = await member(relay, 'annabella');
  const file = join(relay.dataDir, 'relay.names');
  appendFileSync(file, 'torn by a power c');
  await relay.restart();
  await member(relay, 'berthold');
  await relay.restartWithout(database);
  const text = readFileSync(file, 'utf8');
  for (const secret of ['annabella', 'berthold', bytesToBase64url(ann.user.userId)]) {
    expect(text).not.toContain(secret);
  }
  for (const handle of ['annabella', 'berthold']) {
    expect((await signUp(relay.by, newUser(handle))).body).toEqual({ refusal: 'handle-taken' });
  }
  // A file that was lost is made again from the database.
  expect((await comeBack(relay.by, ann.user, ann.certificate)).status).toBe(200);
  await relay.restartWithout(['relay.names']);
  await relay.restartWithout(database);
  expect((await signUp(relay.by, newUser('annabella'))).body).toEqual({ refusal: 'handle-taken' });
  expect((await signUp(relay.by, newUser('berthold'))).status).toBe(200);
});

test('[A16] a wiped relay gives its administrator’s place to nobody else for thirty days', async () => {
  const relay = openTestRelay({ registration: 'open' });
  const token = adminToken(relay);
  const ann = await member(relay, 'ann', token);
  await relay.restartWithout(database);
  expect(relay.relay.administratorLink()).toBeUndefined();
  expect(relay.relay.isAdministratorAwaited()).toBe(true);
  const asEve = await signUp(relay.by, newUser('eve'), { kind: 'administrator', token });
  expect(asEve.body).toEqual({ refusal: 'invitation-used' });
  expect((await signUp(relay.by, newUser('eve'))).status).toBe(200);
  const back = await comeBack(relay.by, ann.user, ann.certificate);
  expect(nameOf(bytesIn(back.body['certificate']))?.isAdministrator).toBe(true);
  expect(relay.relay.isAdministratorAwaited()).toBe(false);
  await relay.restartWithout(database);
  relay.clock.advance(awaitedForMs);
  expect(relay.relay.administratorLink()).toMatch(/#admin=/);
});

test('[A16] without the file the place is free, and who returns to another administrator returns without it', async () => {
  const relay = openTestRelay();
  const ann = await member(relay, 'ann', adminToken(relay));
  await relay.restartWithout([...database, 'relay.names']);
  expect(relay.relay.isAdministratorAwaited()).toBe(false);
  await member(relay, 'eve', adminToken(relay));
  const back = await comeBack(relay.by, ann.user, ann.certificate);
  expect(nameOf(bytesIn(back.body['certificate']))).toMatchObject({ handle: 'ann', isAdministrator: false });
});
