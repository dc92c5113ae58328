// Judges what is signed with an invitation's key: leaving it at the relay, and claiming it for a user.
import { concatBytes, textToBytes, type Bytes } from '../../shared/codec/bytes.ts';
import type { InvitationId, Signature, SigningPublicKey, UserId } from '../../shared/protocol/ids.ts';
import { claimStatement, inviteStatement } from '../../shared/protocol/statements.ts';
import type { RelayKey } from './relayKey.ts';
import { sha256 } from './sha256.ts';
import { isSignedBy } from './verifySignature.ts';

const idLabel = textToBytes('convo/invitation/1');
export const invitationIdOf = (key: SigningPublicKey): InvitationId =>
  sha256(concatBytes(idLabel, key)).slice(0, 16) as Bytes as InvitationId;

export interface InvitationOffer {
  readonly key: SigningPublicKey;
  readonly bundle: Bytes;
  readonly expiresAt: number;
  readonly signature: Signature;
}

export const isOfferedBy = (relayKey: RelayKey, inviter: UserId, offer: InvitationOffer): boolean =>
  isSignedBy(
    offer.key,
    inviteStatement({
      relayKey: relayKey.publicKey,
      inviter,
      expiresAt: offer.expiresAt,
      bundleHash: sha256(offer.bundle),
    }),
    offer.signature,
  );

export const isClaimedFor = (
  relayKey: RelayKey,
  { invitationId, key }: { invitationId: InvitationId; key: SigningPublicKey },
  userId: UserId,
  claim: Signature,
): boolean => isSignedBy(key, claimStatement({ relayKey: relayKey.publicKey, invitationId, userId }), claim);
