import { expect, test } from 'vitest';
import type { Bytes } from '../codec/bytes.ts';
import { decode, encode } from '../codec/codec.ts';
import type {
  Challenge,
  ChatId,
  DeviceId,
  InvitationId,
  Signature,
  SigningPublicKey,
  UserId,
} from './ids.ts';
import {
  capabilityStatement,
  certificate,
  certificateLabel,
  certificateStatement,
  claimStatement,
  inviteStatement,
  returnStatement,
  rights,
  signInStatement,
  signUpStatement,
} from './statements.ts';

const fill = <T extends Bytes>(length: number, value: number): T =>
  new Uint8Array(length).fill(value) as Bytes as T;
const of = (seed: number) => ({
  relayKey: fill<SigningPublicKey>(32, seed),
  challenge: fill<Challenge>(32, seed),
  userId: fill<UserId>(32, seed),
  deviceId: fill<DeviceId>(16, seed),
  invitationId: fill<InvitationId>(16, seed),
  chatId: fill<ChatId>(32, seed),
  inviter: fill<UserId>(32, seed),
  admission: fill<Bytes>(32, seed),
  bundleHash: fill<Bytes>(32, seed),
  handle: `ada${seed}`,
  epoch: seed,
  right: seed === 1 ? rights.read : rights.post,
  expiresAt: seed,
  isAdministrator: seed === 1,
  issuedAt: seed,
});
type Fields = ReturnType<typeof of>;

const statements: Readonly<
  Record<string, { readonly make: (v: Fields) => Bytes; readonly fields: readonly (keyof Fields)[] }>
> = {
  'sign-up': {
    make: ({ relayKey, handle, userId, deviceId, admission }) =>
      signUpStatement({ relayKey, handle, userId, deviceId, admission }),
    fields: ['relayKey', 'handle', 'userId', 'deviceId', 'admission'],
  },
  'sign-in': {
    make: ({ relayKey, challenge, userId, deviceId }) =>
      signInStatement({ relayKey, challenge, userId, deviceId }),
    fields: ['relayKey', 'challenge', 'userId', 'deviceId'],
  },
  return: {
    make: ({ relayKey, challenge, userId, deviceId, bundleHash: certificate }) =>
      returnStatement({ relayKey, challenge, userId, deviceId, certificate }),
    fields: ['relayKey', 'challenge', 'userId', 'deviceId', 'bundleHash'],
  },
  claim: {
    make: ({ relayKey, invitationId, userId }) => claimStatement({ relayKey, invitationId, userId }),
    fields: ['relayKey', 'invitationId', 'userId'],
  },
  invite: {
    make: ({ relayKey, inviter, expiresAt, bundleHash }) =>
      inviteStatement({ relayKey, inviter, expiresAt, bundleHash }),
    fields: ['relayKey', 'inviter', 'expiresAt', 'bundleHash'],
  },
  capability: {
    make: ({ challenge, chatId, epoch, right }) => capabilityStatement({ challenge, chatId, epoch, right }),
    fields: ['challenge', 'chatId', 'epoch', 'right'],
  },
  certificate: {
    make: ({ relayKey, handle, userId, isAdministrator, issuedAt }) =>
      certificateStatement({ relayKey, handle, userId, isAdministrator, issuedAt }),
    fields: ['relayKey', 'handle', 'userId', 'isAdministrator', 'issuedAt'],
  },
};

test.each(Object.entries(statements))(
  '[W9] the statement of %s covers every one of its fields',
  (_, { make, fields }) => {
    const [a, b] = [of(1), of(2)];
    const made = [make(a), ...fields.map((field) => make({ ...a, [field]: b[field] }))];
    expect(new Set(made.map(String)).size).toBe(1 + fields.length);
  },
);

test('[W9] every statement begins with a label of its own, of which none begins another', () => {
  const labels = Object.entries(statements).map(([name, { make }]) => {
    const bytes = make(of(1));
    const label = Buffer.from(bytes.subarray(0, 1 + (bytes[0] ?? 0))).toString('latin1');
    expect(label.slice(1)).toBe(`convo/${name}/1`);
    return label;
  });
  for (const label of labels) expect(labels.filter((other) => other.startsWith(label))).toEqual([label]);
});

test('[W8] a certificate goes there and back', () => {
  const { relayKey, handle, userId, isAdministrator, issuedAt } = of(1);
  const body = { label: certificateLabel, relayKey, handle, userId, isAdministrator, issuedAt };
  const value = { body, signature: fill<Signature>(64, 3) };
  expect(decode(certificate, encode(certificate, value))).toEqual(value);
});
