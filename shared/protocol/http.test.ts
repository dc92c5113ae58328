import * as v from 'valibot';
import { describe, expect, test } from 'vitest';
import type { Bytes } from '../codec/bytes.ts';
import * as http from './http.ts';
import {
  maxBoxBytes,
  maxBoxes,
  maxBundleBytes,
  maxLedgerEntryBytes,
  maxReturnedEntries,
  maxReturnedPeople,
} from './limits.ts';

const bytes = (length: number, value = 1): Bytes => new Uint8Array(length).fill(value);
/** What arrives when `value` is sent: through JSON, as every body goes. */
const sent = (value: unknown): unknown => JSON.parse(JSON.stringify(http.toJson(value)));
const tokens = { accessToken: 'a', refreshToken: 'r', expiresInMs: 600_000, run: 'n' };
const signUp = {
  handle: 'ada.l-1_x',
  genesis: bytes(200),
  admission: { kind: 'administrator', token: 'one-time' },
  signature: bytes(64),
};

/** A body of each schema as its sender holds it, and the same spoiled: each of those must be refused. */
const cases: readonly {
  readonly name: string;
  readonly schema: v.GenericSchema;
  readonly body: Readonly<Record<string, unknown>>;
  readonly spoiled: readonly Readonly<Record<string, unknown>>[];
}[] = [
  {
    name: 'relayInfo',
    schema: http.relayInfo,
    body: { version: 1, relayKey: bytes(32), registration: 'invite' },
    spoiled: [{ relayKey: bytes(31) }, { registration: 'sometimes' }, { version: '1' }],
  },
  {
    name: 'tokens',
    schema: http.tokens,
    body: tokens,
    spoiled: [
      { accessToken: 'x'.repeat(257) },
      { expiresInMs: -1 },
      { expiresInMs: 0.5 },
      { refreshToken: 7 },
    ],
  },
  {
    name: 'signUpRequest (administrator)',
    schema: http.signUpRequest,
    body: signUp,
    spoiled: [
      { handle: 'a' },
      { handle: 'Ada' },
      { handle: '.ada' },
      { handle: 'ada lovelace' },
      { handle: 'ada\n' },
      { handle: 'a'.repeat(33) },
      { handle: 'аda' },
      { genesis: bytes(maxLedgerEntryBytes + 1) },
      { signature: bytes(63) },
      { admission: { kind: 'friend' } },
      { admission: { kind: 'administrator' } },
    ],
  },
  {
    name: 'signUpRequest (invitation)',
    schema: http.signUpRequest,
    body: { ...signUp, admission: { kind: 'invitation', invitationId: bytes(16), claim: bytes(64) } },
    spoiled: [
      { admission: { kind: 'invitation', invitationId: bytes(15), claim: bytes(64) } },
      { admission: { kind: 'invitation', invitationId: bytes(16) } },
    ],
  },
  {
    name: 'signUpRequest (open)',
    schema: http.signUpRequest,
    body: { ...signUp, admission: { kind: 'open' } },
    spoiled: [{ admission: {} }, { admission: null }],
  },
  {
    name: 'signUpResponse',
    schema: http.signUpResponse,
    body: { certificate: bytes(300), tokens },
    spoiled: [{ certificate: bytes(1025) }, { tokens: {} }],
  },
  {
    name: 'challengeRequest',
    schema: http.challengeRequest,
    body: { userId: bytes(32), deviceId: bytes(16) },
    spoiled: [{ userId: bytes(33) }, { deviceId: bytes(32) }],
  },
  {
    name: 'challengeResponse',
    schema: http.challengeResponse,
    body: { challenge: bytes(32) },
    spoiled: [{ challenge: bytes(0) }],
  },
  {
    name: 'signInRequest',
    schema: http.signInRequest,
    body: { challenge: bytes(32), userId: bytes(32), deviceId: bytes(16), signature: bytes(64) },
    spoiled: [{ signature: bytes(65) }, { challenge: 'AAAA' }],
  },
  {
    name: 'refreshRequest',
    schema: http.refreshRequest,
    body: { refreshToken: 'r' },
    spoiled: [{ refreshToken: 'x'.repeat(257) }],
  },
  {
    name: 'returnRequest',
    schema: http.returnRequest,
    body: { challenge: bytes(32), certificate: bytes(300), genesis: bytes(200), signature: bytes(64) },
    spoiled: [
      { certificate: bytes(1025) },
      { challenge: bytes(31) },
      { genesis: bytes(maxLedgerEntryBytes + 1) },
      { signature: bytes(63) },
    ],
  },
  {
    name: 'ledgerReturnRequest',
    schema: http.ledgerReturnRequest,
    body: {
      entries: [bytes(500), bytes(300)],
      boxes: [{ epoch: 1, index: 2, count: 3, box: bytes(1200), path: [bytes(32)] }],
      people: [bytes(4000)],
    },
    spoiled: [
      { people: Array.from({ length: maxReturnedPeople + 1 }, () => bytes(1)) },
      { people: [bytes(maxLedgerEntryBytes + 1)] },
      { entries: Array.from({ length: maxReturnedEntries + 1 }, () => bytes(1)) },
      { entries: [bytes(maxLedgerEntryBytes + 1)] },
      { boxes: [{ epoch: 1, index: 2, count: 0, box: bytes(1200), path: [] }] },
      { boxes: [{ epoch: 1, index: maxBoxes, count: 3, box: bytes(1200), path: [] }] },
      { boxes: [{ epoch: 1, index: 0, count: 3, box: bytes(1200), path: [bytes(31)] }] },
    ],
  },
  {
    name: 'ledgerEntryRequest',
    schema: http.ledgerEntryRequest,
    body: { entry: bytes(500), boxes: [bytes(1200), bytes(1200, 2)] },
    spoiled: [
      { boxes: [bytes(maxBoxBytes + 1)] },
      { boxes: Array.from({ length: maxBoxes + 1 }, () => bytes(1)) },
      { entry: bytes(maxLedgerEntryBytes + 1) },
    ],
  },
  {
    name: 'ledgerEntryResponse',
    schema: http.ledgerEntryResponse,
    body: { chatId: bytes(32), head: bytes(32, 2) },
    spoiled: [{ head: bytes(16) }],
  },
  {
    name: 'ledgerResponse',
    schema: http.ledgerResponse,
    body: { entries: [bytes(10), bytes(20)] },
    spoiled: [{ entries: [7] }],
  },
  {
    name: 'boxResponse',
    schema: http.boxResponse,
    body: { box: bytes(1200), path: [bytes(32), bytes(32, 2)] },
    spoiled: [{ path: [bytes(31)] }, { path: Array.from({ length: 17 }, () => bytes(32)) }],
  },
  {
    name: 'invitationRequest',
    schema: http.invitationRequest,
    body: { key: bytes(32), bundle: bytes(99), expiresAt: 1_790_000_000_000, signature: bytes(64) },
    spoiled: [{ bundle: bytes(maxBundleBytes + 1) }, { expiresAt: '2026' }, { expiresAt: -1 }],
  },
  {
    name: 'invitationResponse',
    schema: http.invitationResponse,
    body: { invitationId: bytes(16) },
    spoiled: [{ invitationId: '????' }],
  },
  {
    name: 'invitationInfo',
    schema: http.invitationInfo,
    body: { key: bytes(32), bundle: bytes(99), inviter: bytes(32, 2), expiresAt: 5, state: 'used' },
    spoiled: [{ state: 'lost' }, { inviter: bytes(16) }],
  },
  {
    name: 'claimRequest',
    schema: http.claimRequest,
    body: { claim: bytes(64) },
    spoiled: [{ claim: bytes(32) }],
  },
  {
    name: 'refusalBody',
    schema: http.refusalBody,
    body: { refusal: 'head-moved', detail: bytes(32), retryAfterMs: 100 },
    spoiled: [{ refusal: 'because' }, { detail: bytes(65) }, { retryAfterMs: 0.1 }],
  },
  {
    name: 'refusalBody (code alone)',
    schema: http.refusalBody,
    body: { refusal: 'busy' },
    spoiled: [{ refusal: 15 }],
  },
];

describe.each(cases)('$name', ({ schema, body, spoiled }) => {
  test('[W10] what is sent arrives', () => {
    expect(v.parse(schema, sent(body))).toEqual(body);
  });

  test('[W10] a body with a field spoiled, missing or no object at all is refused', () => {
    for (const change of spoiled) {
      expect(v.is(schema, sent({ ...body, ...change })), JSON.stringify(change).slice(0, 80)).toBe(false);
    }
    const optional = ['retryAfterMs', 'detail', 'people'];
    for (const field of Object.keys(body).filter((name) => !optional.includes(name))) {
      const { [field]: _gone, ...others } = body;
      expect(v.is(schema, sent(others)), field).toBe(false);
      expect(v.is(schema, sent({ ...body, [field]: null })), field).toBe(false);
    }
    for (const nothing of [null, [], 'text', 7]) expect(v.is(schema, nothing)).toBe(false);
  });
});

test('[W10] bytes have one text form: padding, other alphabets and loose bits are refused', () => {
  const good = { challenge: Buffer.alloc(32, 0xff).toString('base64url') };
  expect(v.is(http.challengeResponse, good)).toBe(true);
  const others = [
    `${good.challenge}=`,
    good.challenge.replaceAll('_', '/'),
    good.challenge.replace(/.$/, '9'),
    '',
  ];
  for (const challenge of others) expect(v.is(http.challengeResponse, { challenge }), challenge).toBe(false);
});

test('[W10] toJson changes bytes and nothing else', () => {
  const value = { a: [bytes(3, 0xff), { b: null }], n: 5, s: 'text', t: true, u: undefined };
  expect(http.toJson(value)).toEqual({ ...value, a: ['____', { b: null }] });
});
