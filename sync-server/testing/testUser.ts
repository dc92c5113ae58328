// A user with one device for tests and load: signs up, signs in and asks as a client does, over any `fetch`.
import { textToBytes, type Bytes } from '../../shared/codec/bytes.ts';
import { bytesToBase64url, parseBase64url } from '../../shared/codec/base64url.ts';
import { toJson, type ReturnRequest, type SignUpRequest } from '../../shared/protocol/http.ts';
import {
  noParent,
  type BoxPublicKey,
  type Challenge,
  type DeviceId,
  type InvitationId,
  type SigningPublicKey,
  type UserId,
} from '../../shared/protocol/ids.ts';
import {
  claimStatement,
  inviteStatement,
  returnStatement,
  signInStatement,
  signUpStatement,
} from '../../shared/protocol/statements.ts';
import {
  deviceIdOf,
  encodeUserGenesis,
  userEntryKinds,
  userGenesisStatement,
  userIdOf,
} from '../../shared/protocol/userLedger.ts';
import { invitationIdOf } from '../auth/invitationProofs.ts';
import { sha256 } from '../auth/sha256.ts';
import { newSigner, randomBytes, type TestSigner } from './signer.ts';

/** `relay.app.request`, or `fetch` with an origin before the path. */
export type Ask = (path: string, init?: RequestInit) => Response | Promise<Response>;
export interface Answer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}
export interface TestTokens {
  readonly accessToken: string;
  readonly refreshToken: string;
}

export async function ask(
  by: Ask,
  method: string,
  path: string,
  body?: unknown,
  token?: string,
): Promise<Answer> {
  const response = await by(path, {
    method,
    headers: {
      'content-type': 'application/json',
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(toJson(body)) }),
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

export const bytesIn = <T extends Uint8Array = Bytes>(value: unknown): T => {
  const bytes = typeof value === 'string' ? parseBase64url(value) : undefined;
  if (!bytes) throw new Error(`expected bytes in the answer, got ${JSON.stringify(value)}`);
  return bytes as Uint8Array as T;
};
export const tokensIn = (value: unknown): TestTokens => {
  const { accessToken, refreshToken } = value as Record<string, unknown>;
  if (typeof accessToken !== 'string' || typeof refreshToken !== 'string') throw new Error('expected tokens');
  return { accessToken, refreshToken };
};

export type TestUser = ReturnType<typeof newUser>;

export function newUser(handle: string, device: TestSigner = newSigner()) {
  const recovery = newSigner();
  const body = {
    version: 1,
    kind: userEntryKinds.genesis,
    parent: noParent,
    deviceKey: device.publicKey,
    deviceBoxKey: randomBytes(1216) as Bytes as BoxPublicKey,
    userBoxKey: randomBytes(1216) as Bytes as BoxPublicKey,
    userKeyBox: randomBytes(100),
    recoveryKey: recovery.publicKey,
  } as const;
  const statement = userGenesisStatement(body);
  const genesis = encodeUserGenesis({
    body,
    deviceSignature: device.sign(statement),
    recoverySignature: recovery.sign(statement),
  });
  const userId = userIdOf(sha256, genesis);
  const deviceId = deviceIdOf(sha256, device.publicKey);
  return { handle, device, genesis, userId, deviceId };
}

export const relayKeyOf = async (by: Ask): Promise<SigningPublicKey> =>
  bytesIn<SigningPublicKey>((await ask(by, 'GET', '/api/relay')).body['relayKey']);

type Admission = SignUpRequest['admission'];
const admissionBytes = (admission: Admission): Bytes => {
  if (admission.kind === 'administrator') return textToBytes(admission.token);
  return admission.kind === 'invitation' ? admission.invitationId : new Uint8Array(0);
};

export function signUpBody(user: TestUser, relayKey: SigningPublicKey, admission: Admission): SignUpRequest {
  const { handle, genesis, userId, deviceId, device } = user;
  const statement = signUpStatement({
    relayKey,
    handle,
    userId,
    deviceId,
    admission: sha256(admissionBytes(admission)),
  });
  return { handle, genesis, admission, signature: device.sign(statement) };
}

export async function signUp(
  by: Ask,
  user: TestUser,
  admission: Admission = { kind: 'open' },
  relayKey?: SigningPublicKey,
): Promise<Answer> {
  return ask(by, 'POST', '/api/accounts', signUpBody(user, relayKey ?? (await relayKeyOf(by)), admission));
}

export async function signedUp(by: Ask, handle: string, admission?: Admission) {
  const user = newUser(handle);
  const { status, body } = await signUp(by, user, admission);
  if (status !== 200) throw new Error(`sign-up of ${handle}: ${status} ${JSON.stringify(body)}`);
  return { user, tokens: tokensIn(body['tokens']) };
}

interface Signing {
  readonly userId: UserId;
  readonly deviceId: DeviceId;
  readonly device: TestSigner;
}
export async function signIn(
  by: Ask,
  { userId, deviceId, device }: Signing,
  knownKey?: SigningPublicKey,
): Promise<Answer> {
  const relayKey = knownKey ?? (await relayKeyOf(by));
  const asked = await ask(by, 'POST', '/api/sign-in/challenge', { userId, deviceId });
  const challenge = bytesIn<Challenge>(asked.body['challenge']);
  const signature = device.sign(signInStatement({ relayKey, challenge, userId, deviceId }));
  return ask(by, 'POST', '/api/sign-in', { challenge, userId, deviceId, signature });
}

export function newInvitation(relayKey: SigningPublicKey, inviter: UserId, expiresAt: number) {
  const signer = newSigner();
  const bundle = randomBytes(64);
  const invitationId: InvitationId = invitationIdOf(signer.publicKey);
  const statement = inviteStatement({ relayKey, inviter, expiresAt, bundleHash: sha256(bundle) });
  return {
    invitationId,
    path: `/api/invitations/${bytesToBase64url(invitationId)}`,
    body: { key: signer.publicKey, bundle, expiresAt, signature: signer.sign(statement) },
    claimFor: (userId: UserId) => signer.sign(claimStatement({ relayKey, invitationId, userId })),
  };
}

/** What a device says to a relay that has forgotten its account, with a fresh challenge unless one is given. */
export async function returnBody(
  by: Ask,
  { userId, deviceId, device, genesis }: TestUser,
  certificate: Bytes,
  given: { readonly challenge?: Challenge; readonly relayKey?: SigningPublicKey } = {},
): Promise<ReturnRequest> {
  const relayKey = given.relayKey ?? (await relayKeyOf(by));
  const asked = await ask(by, 'POST', '/api/sign-in/challenge', { userId, deviceId });
  const challenge = given.challenge ?? bytesIn<Challenge>(asked.body['challenge']);
  const statement = { relayKey, challenge, userId, deviceId, certificate: sha256(certificate) };
  return { challenge, certificate, genesis, signature: device.sign(returnStatement(statement)) };
}
export const comeBack = async (by: Ask, user: TestUser, certificate: Bytes): Promise<Answer> =>
  ask(by, 'POST', '/api/return', await returnBody(by, user, certificate));
