// Invitations: left by an account, looked at by whoever has the link, claimed by one user. The link's secret never comes
// here.
import { Hono } from 'hono';
import { equalBytes } from '../../shared/codec/bytes.ts';
import {
  claimRequest,
  invitationInfo,
  invitationRequest,
  invitationResponse,
  type InvitationInfo,
} from '../../shared/protocol/http.ts';
import type { InvitationId } from '../../shared/protocol/ids.ts';
import { invitationIdOf, isClaimedFor, isOfferedBy } from '../auth/invitationProofs.ts';
import type { Invitation } from '../log/invitations.ts';
import { answer, idParameter, readBody, refuse, type Ask, type Env } from './answers.ts';
import { addressOf, slowDown, withCaller } from './callers.ts';
import type { RouteDeps } from './routeDeps.ts';

/** More than anyone hands out at once, and two megabytes of bundles. */
const maxOpenInvitations = 200;
/** A link that is older than a year was forgotten. */
const maxLifeMs = 366 * 24 * 3600_000;
/** An expired one still says so for a while. */
const keptAfterExpiryMs = 30 * 24 * 3600_000;

export function invitationRoutes(deps: RouteDeps): Hono<Env> {
  const { log, tokens, rates, relayKey, trustProxy, commit, now } = deps;
  const app = new Hono<Env>();

  app.post('/api/invitations', (c) =>
    withCaller(c, tokens, rates.write, async ({ device }) => {
      const body = await readBody(c, invitationRequest);
      if (!body.ok) return refuse(c, body.error);
      const { key, bundle, expiresAt } = body.value;
      if (!isOfferedBy(relayKey, device.userId, body.value)) return refuse(c, 'bad-signature');
      const invitationId = invitationIdOf(key);
      const known = log.invitations.find(invitationId);
      if (known) {
        const isRepeat = known.inviter === device.user && equalBytes(known.bundle, bundle);
        return isRepeat ? answer(c, invitationResponse, { invitationId }) : refuse(c, 'conflict');
      }
      if (expiresAt <= now()) return refuse(c, 'invitation-expired');
      if (expiresAt > now() + maxLifeMs) return refuse(c, 'malformed');
      if (log.invitations.countOpen(device.user, now()) >= maxOpenInvitations) return refuse(c, 'too-many');
      commit.flush();
      const stored = log.write(() => {
        log.invitations.removeExpired(now() - keptAfterExpiryMs);
        log.invitations.create({ invitationId, key, inviter: device.user, bundle, expiresAt });
      });
      return stored.ok ? answer(c, invitationResponse, { invitationId }) : refuse(c, stored.error);
    }),
  );

  app.get('/api/invitations/:id', (c) => {
    const busy = slowDown(c, rates.openRead, addressOf(c, trustProxy));
    if (busy) return busy;
    const invitation = findInvitation(c, deps);
    if (!invitation) return refuse(c, 'not-found');
    const { key, bundle, inviterId: inviter, expiresAt } = invitation;
    return answer(c, invitationInfo, { key, bundle, inviter, expiresAt, state: stateOf(invitation, now()) });
  });

  app.post('/api/invitations/:id/claim', (c) =>
    withCaller(c, tokens, rates.write, async ({ device }) => {
      const body = await readBody(c, claimRequest);
      if (!body.ok) return refuse(c, body.error);
      const invitation = findInvitation(c, deps);
      if (!invitation) return refuse(c, 'not-found');
      const { invitationId, claimedBy, inviter, expiresAt } = invitation;
      if (!isClaimedFor(relayKey, invitation, device.userId, body.value.claim)) {
        return refuse(c, 'bad-signature');
      }
      if (claimedBy === device.user) return answer(c, invitationResponse, { invitationId });
      if (claimedBy !== undefined) return refuse(c, 'invitation-used');
      if (expiresAt <= now()) return refuse(c, 'invitation-expired');
      if (inviter === device.user) return refuse(c, 'forbidden');
      commit.flush();
      const stored = log.write(() => log.invitations.claim(invitationId, device.user));
      return stored.ok ? answer(c, invitationResponse, { invitationId }) : refuse(c, stored.error);
    }),
  );
  return app;
}

function findInvitation(c: Ask, { log }: RouteDeps): Invitation | undefined {
  const id = idParameter<InvitationId>(c, 'id', 16);
  return id && log.invitations.find(id);
}

function stateOf({ claimedBy, expiresAt }: Invitation, now: number): InvitationInfo['state'] {
  if (claimedBy !== undefined) return 'used';
  return expiresAt <= now ? 'expired' : 'open';
}
