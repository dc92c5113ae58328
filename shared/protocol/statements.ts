// What gets signed to the relay, and by the relay. Each starts with a label of its own and names the relay, so a
// signature made for one purpose or one relay is worth nothing for another (SPEC, section 6).
import type { Bytes } from '../codec/bytes.ts';
import { boolean, encode, fixed, struct, text, u8, varint, type ValueOf } from '../codec/codec.ts';
import { challenge, chatId, deviceId, invitationId, signature, signingPublicKey, userId } from './ids.ts';
import { maxHandleLength } from './limits.ts';

const label = text(32);
const handle = text(maxHandleLength);

const signUp = struct({ label, relayKey: signingPublicKey, handle, userId, deviceId, admission: fixed(32) });
/** The device's signature for a new account; `admission` is SHA-256 of the admission's token or invitation id. */
export const signUpStatement = (v: Omit<ValueOf<typeof signUp>, 'label'>): Bytes =>
  encode(signUp, { label: 'convo/sign-up/1', ...v });

const signIn = struct({ label, relayKey: signingPublicKey, challenge, userId, deviceId });
export const signInStatement = (v: Omit<ValueOf<typeof signIn>, 'label'>): Bytes =>
  encode(signIn, { label: 'convo/sign-in/1', ...v });

const comeBack = struct({
  label,
  relayKey: signingPublicKey,
  challenge,
  userId,
  deviceId,
  certificate: fixed(32),
});
/** The device's signature to a relay that has forgotten its account; `certificate` is SHA-256 of the certificate. */
export const returnStatement = (v: Omit<ValueOf<typeof comeBack>, 'label'>): Bytes =>
  encode(comeBack, { label: 'convo/return/1', ...v });

const claim = struct({ label, relayKey: signingPublicKey, invitationId, userId });
/** Signed with the invitation's key: who holds the link gives it to this user. */
export const claimStatement = (v: Omit<ValueOf<typeof claim>, 'label'>): Bytes =>
  encode(claim, { label: 'convo/claim/1', ...v });

const invite = struct({
  label,
  relayKey: signingPublicKey,
  inviter: userId,
  expiresAt: varint,
  bundleHash: fixed(32),
});
/** Signed with the invitation's key when its inviter leaves it at the relay. */
export const inviteStatement = (v: Omit<ValueOf<typeof invite>, 'label'>): Bytes =>
  encode(invite, { label: 'convo/invite/1', ...v });

const capability = struct({ label, challenge, chatId, epoch: varint, right: u8 });
export const rights = { read: 1, post: 2 } as const;
/** Signed with an epoch's capability key, once per socket: `challenge` is the socket's. */
export const capabilityStatement = (v: Omit<ValueOf<typeof capability>, 'label'>): Bytes =>
  encode(capability, { label: 'convo/capability/1', ...v });

const certificateBody = struct({
  label,
  relayKey: signingPublicKey,
  handle,
  userId,
  isAdministrator: boolean,
  /** Milliseconds since 1970. */
  issuedAt: varint,
});
/** An account's certificate, by which a relay that lost its database knows its people again. */
export const certificate = struct({ body: certificateBody, signature });
export type Certificate = ValueOf<typeof certificate>;
export const certificateStatement = (body: Omit<Certificate['body'], 'label'>): Bytes =>
  encode(certificateBody, { ...body, label: certificateLabel });
export const certificateLabel = 'convo/certificate/1';
