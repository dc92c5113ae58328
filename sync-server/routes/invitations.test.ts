// Invitations through the real app.
import { expect, test } from 'vitest';
import { newMember, signedInAgain } from '../testing/testMember.ts';
import { openTestRelay } from '../testing/testRelay.ts';
import { ask, bytesIn, newInvitation, relayKeyOf } from '../testing/testUser.ts';

async function withInvitation(expiresInMs = 60_000) {
  const relay = openTestRelay();
  const [ann, bob, carl] = [
    await newMember(relay, 'ann'),
    await newMember(relay, 'bob'),
    await newMember(relay, 'carl'),
  ];
  const relayKey = await relayKeyOf(relay.by);
  const invite = (expiresAt = relay.clock.now() + expiresInMs) =>
    newInvitation(relayKey, ann.user.userId, expiresAt);
  const leave = (body: unknown, token = ann.token) => ask(relay.by, 'POST', '/api/invitations', body, token);
  const invitation = invite();
  const claim = (by: typeof ann, signedFor = by) =>
    ask(
      relay.by,
      'POST',
      `${invitation.path}/claim`,
      { claim: invitation.claimFor(signedFor.user.userId) },
      by.token,
    );
  return { relay, ann, bob, carl, relayKey, invite, invitation, leave, claim };
}

test('[R23] an invitation is left by who signed it with its key, and read without an account', async () => {
  const { relay, ann, bob, invitation, leave } = await withInvitation();
  expect((await ask(relay.by, 'GET', invitation.path)).status).toBe(404);
  expect((await leave({ ...invitation.body, bundle: new Uint8Array(3) })).body).toEqual({
    refusal: 'bad-signature',
  });
  expect((await leave({ ...invitation.body, expiresAt: invitation.body.expiresAt + 1 })).status).toBe(403);
  expect((await leave(invitation.body, bob.token)).body).toEqual({ refusal: 'bad-signature' });
  const left = await leave(invitation.body);
  expect(bytesIn(left.body['invitationId'])).toEqual(invitation.invitationId);
  expect(await leave(invitation.body)).toEqual(left);
  const { body } = await ask(relay.by, 'GET', invitation.path);
  expect(bytesIn(body['bundle'])).toEqual(invitation.body.bundle);
  expect(bytesIn(body['inviter'])).toEqual(ann.user.userId);
  expect(body).toMatchObject({ expiresAt: invitation.body.expiresAt, state: 'open' });
});

test('[R23] one user claims it, as often as they like', async () => {
  const { relay, ann, bob, carl, invitation, leave, claim } = await withInvitation();
  await leave(invitation.body);
  expect((await claim(bob, carl)).body).toEqual({ refusal: 'bad-signature' });
  expect((await claim(ann)).body).toEqual({ refusal: 'forbidden' });
  expect((await claim(bob)).status).toBe(200);
  expect((await claim(bob)).status).toBe(200);
  expect((await claim(carl)).body).toEqual({ refusal: 'invitation-used' });
  expect((await ask(relay.by, 'GET', invitation.path)).body['state']).toBe('used');
});

test('[R23] an expired one can be neither left nor claimed', async () => {
  const { relay, bob, invitation, leave, invite } = await withInvitation();
  await leave(invitation.body);
  relay.clock.advance(60_000);
  const token = (await signedInAgain(relay, bob)).token;
  const body = { claim: invitation.claimFor(bob.user.userId) };
  expect((await ask(relay.by, 'POST', `${invitation.path}/claim`, body, token)).body).toEqual({
    refusal: 'invitation-expired',
  });
  expect((await leave(invite(relay.clock.now()).body)).body).toEqual({ refusal: 'invitation-expired' });
  expect((await leave(invite(relay.clock.now() + 400 * 24 * 3600_000).body)).body).toEqual({
    refusal: 'malformed',
  });
});

test('[R23] one account has a bound of open invitations', async () => {
  const { leave, invite } = await withInvitation();
  for (let i = 0; i < 200; i++) expect((await leave(invite().body)).status).toBe(200);
  expect(await leave(invite().body)).toMatchObject({ status: 429, body: { refusal: 'too-many' } });
});
