// Invitations from one person to another. The link's fragment carries who invites, what their ledger was, and a secret;
// from the secret come the key that signs the claim and the key that opens the bundle. The relay learns none of it.
import { bytesToBase64url, parseBase64url } from '../../shared/codec/base64url.ts';
import { concatBytes, textToBytes, type Bytes } from '../../shared/codec/bytes.ts';
import { decode, encode, literal, struct, text, type ValueOf } from '../../shared/codec/codec.ts';
import {
  entryHash32,
  userId,
  type InvitationId,
  type SigningPublicKey,
  type UserId,
} from '../../shared/protocol/ids.ts';
import { maxNameBytes } from '../../shared/protocol/limits.ts';
import { claimStatement, inviteStatement } from '../../shared/protocol/statements.ts';
import { sha256 } from '../crypto/hash.ts';
import {
  deriveInvitationKeys,
  generateSecret,
  invitationSecret,
  type InvitationSecret,
} from '../crypto/keyTree.ts';
import type { Random } from '../crypto/random.ts';
import { openBytes, sealBytes } from '../crypto/seal.ts';
import { signerFromSeed } from '../crypto/sign.ts';

/** Long enough for a letter to be read, short enough that a forgotten link dies. */
export const invitationLifeMs = 7 * 24 * 60 * 60 * 1000;

const fragment = struct({
  version: literal(1),
  inviter: userId,
  ledgerHead: entryHash32,
  secret: invitationSecret,
});
export type InvitationLink = ValueOf<typeof fragment>;
const bundle = struct({ version: literal(1), name: text(maxNameBytes) });

const key = 'invite';
export const invitationToLink = (origin: string, invitation: InvitationLink): string =>
  `${origin}/join#${key}=${bytesToBase64url(encode(fragment, invitation))}`;

/** Reads a whole link, or its fragment alone. */
export function parseInvitationLink(link: string): InvitationLink | undefined {
  const hash = link.slice(link.indexOf('#') + 1).trim();
  const value = new URLSearchParams(hash).get(key);
  const bytes = value === null ? undefined : parseBase64url(value);
  return bytes && decode(fragment, bytes);
}

export const invitationIdOf = (key: SigningPublicKey): InvitationId =>
  sha256(concatBytes(textToBytes('convo/invitation/1'), key)).slice(0, 16) as InvitationId;

export type InvitationKeys = Awaited<ReturnType<typeof openInvitationKeys>>;
/** What follows from the secret. */
export async function openInvitationKeys(secret: InvitationSecret) {
  const { signingSeed, bundleKey } = deriveInvitationKeys(secret);
  const signer = await signerFromSeed(signingSeed);
  const id = invitationIdOf(signer.publicKey);
  const place = concatBytes(textToBytes('convo/bundle/1'), signer.publicKey);
  return {
    id,
    key: signer.publicKey,
    sealBundle: (name: string, random: Random) =>
      sealBytes(bundleKey, encode(bundle, { version: 1, name }), place, random),
    openBundle(sealed: Bytes): { readonly name: string } | undefined {
      const opened = openBytes(bundleKey, sealed, place);
      return opened && decode(bundle, opened);
    },
    /** Gives the invitation to this user. */
    claim: (relayKey: SigningPublicKey, user: UserId) =>
      signer.sign(claimStatement({ relayKey, invitationId: id, userId: user })),
    announce: (relayKey: SigningPublicKey, inviter: UserId, expiresAt: number, sealed: Bytes) =>
      signer.sign(inviteStatement({ relayKey, inviter, expiresAt, bundleHash: sha256(sealed) })),
  };
}

export const newInvitationSecret = (random: Random) => generateSecret<InvitationSecret>(random);
