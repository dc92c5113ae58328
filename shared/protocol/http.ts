// Bodies of the relay's HTTP calls: JSON whose byte fields are base64url. One schema for both sides.
import * as v from 'valibot';
import type { Bytes } from '../codec/bytes.ts';
import { bytesToBase64url, parseBase64url } from '../codec/base64url.ts';
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
  maxBoxBytes,
  maxBoxes,
  maxBundleBytes,
  maxHandleLength,
  maxLedgerEntryBytes,
  maxReturnedEntries,
  maxReturnedPeople,
} from './limits.ts';
import { refusalCodes, type RefusalCode } from './refusals.ts';

/** Bytes as base64url text: exactly `length`, or at most `max`. */
function bytes<T extends Bytes = Bytes>(bound: { length: number } | { max: number }) {
  return v.pipe(
    v.string(),
    v.maxLength(Math.ceil((('length' in bound ? bound.length : bound.max) * 4) / 3)),
    v.rawTransform<string, T>(({ dataset, addIssue, NEVER }) => {
      const parsed = parseBase64url(dataset.value);
      if (!parsed || ('length' in bound && parsed.length !== bound.length)) {
        addIssue({ message: 'not the bytes expected' });
        return NEVER;
      }
      return parsed as T;
    }),
  );
}

const userId = bytes<UserId>({ length: 32 });
const deviceId = bytes<DeviceId>({ length: 16 });
const chatId = bytes<ChatId>({ length: 32 });
const invitationId = bytes<InvitationId>({ length: 16 });
const signature = bytes<Signature>({ length: 64 });
const signingPublicKey = bytes<SigningPublicKey>({ length: 32 });
const challenge = bytes<Challenge>({ length: 32 });
const hash = bytes({ length: 32 });
const ledgerEntry = bytes({ max: maxLedgerEntryBytes });
const box = bytes({ max: maxBoxBytes });
const whole = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const milliseconds = whole;
const token = v.pipe(v.string(), v.maxLength(256));

/** Keys, a handle and a signature, a few times over. */
const maxCertificateBytes = 1024;

/** 2 to 32 of a-z, 0-9, `.`, `_` and `-`, starting with a letter or digit. */
export const handle = v.pipe(v.string(), v.maxLength(maxHandleLength), v.regex(/^[a-z0-9][a-z0-9._-]+$/));
export const registrations = ['invite', 'open', 'closed'] as const;
export type Registration = (typeof registrations)[number];

/** GET /api/relay */
export const relayInfo = v.object({
  version: v.number(),
  relayKey: signingPublicKey,
  registration: v.picklist(registrations),
});
export type RelayInfo = v.InferOutput<typeof relayInfo>;

/** `run`: another one since the last tokens says that the relay was started again, and may have forgotten something. */
export const tokens = v.object({
  accessToken: token,
  refreshToken: token,
  expiresInMs: milliseconds,
  run: token,
});
export type Tokens = v.InferOutput<typeof tokens>;

/** POST /api/accounts. Repeating it with the same user and handle gives the same account. */
export const signUpRequest = v.object({
  handle,
  genesis: ledgerEntry,
  admission: v.variant('kind', [
    v.object({ kind: v.literal('administrator'), token }),
    v.object({ kind: v.literal('invitation'), invitationId, claim: signature }),
    v.object({ kind: v.literal('open') }),
  ]),
  signature,
});
export type SignUpRequest = v.InferOutput<typeof signUpRequest>;
export const signUpResponse = v.object({ certificate: bytes({ max: maxCertificateBytes }), tokens });

/** POST /api/sign-in/challenge → a challenge, good once and for a minute. */
export const challengeRequest = v.object({ userId, deviceId });
export const challengeResponse = v.object({ challenge });
/** POST /api/sign-in → tokens. */
export const signInRequest = v.object({ challenge, userId, deviceId, signature });
/** POST /api/tokens → new tokens; a refresh token used twice ends its whole family. */
export const refreshRequest = v.object({ refreshToken: token });

/**
 * POST /api/return → as after a sign-up, at a relay that has forgotten the account. The challenge is one for signing in.
 * Repeating it gives the same account.
 */
export const returnRequest = v.object({
  challenge,
  certificate: bytes({ max: maxCertificateBytes }),
  genesis: ledgerEntry,
  signature,
});
export type ReturnRequest = v.InferOutput<typeof returnRequest>;

/** POST /api/ledgers creates a chat; POST /api/ledgers/:chat/entries appends to its ledger. */
export const ledgerEntryRequest = v.object({
  entry: ledgerEntry,
  boxes: v.pipe(v.array(box), v.maxLength(maxBoxes)),
});
export const ledgerEntryResponse = v.object({ chatId, head: hash });
/** GET /api/ledgers/:chat and GET /api/users/:user/ledger → entries, the oldest first. */
export const ledgerResponse = v.object({ entries: v.array(ledgerEntry) });
/** GET /api/ledgers/:chat/boxes/:epoch/:index → a box, and its path to the entry's `boxesRoot`. */
export const boxResponse = v.object({ box, path: v.pipe(v.array(hash), v.maxLength(16)) });

const boxIndex = v.pipe(v.number(), v.safeInteger(), v.minValue(0), v.maxValue(maxBoxes - 1));
/**
 * POST /api/ledgers/:chat/return puts back what a relay has forgotten of a ledger: entries in order, from the genesis or
 * from any that it has, and of an epoch's `count` boxes some, each with its path to that epoch's root.
 */
export const ledgerReturnRequest = v.object({
  entries: v.pipe(v.array(ledgerEntry), v.maxLength(maxReturnedEntries)),
  boxes: v.pipe(
    v.array(
      v.object({
        epoch: whole,
        index: boxIndex,
        count: v.pipe(v.number(), v.safeInteger(), v.minValue(1), v.maxValue(maxBoxes)),
        box,
        path: v.pipe(v.array(hash), v.maxLength(16)),
      }),
    ),
    v.maxLength(maxBoxes),
  ),
  /** First entries of the ledgers of the chat's people, also of those who have not come back themselves. */
  people: v.optional(v.pipe(v.array(ledgerEntry), v.maxLength(maxReturnedPeople)), []),
});
export type LedgerReturnRequest = v.InferOutput<typeof ledgerReturnRequest>;

/** POST /api/invitations leaves one at the relay. */
export const invitationRequest = v.object({
  key: signingPublicKey,
  bundle: bytes({ max: maxBundleBytes }),
  expiresAt: milliseconds,
  signature,
});
export const invitationResponse = v.object({ invitationId });
export const invitationStates = ['open', 'used', 'expired'] as const;
/** GET /api/invitations/:id, also without an account. */
export const invitationInfo = v.object({
  key: signingPublicKey,
  bundle: bytes({ max: maxBundleBytes }),
  inviter: userId,
  expiresAt: milliseconds,
  state: v.picklist(invitationStates),
});
export type InvitationInfo = v.InferOutput<typeof invitationInfo>;
/** POST /api/invitations/:id/claim, by someone who has an account already. */
export const claimRequest = v.object({ claim: signature });

/** The body of every HTTP answer that is not 2xx. */
export const refusalBody = v.object({
  refusal: v.picklist(refusalCodes as readonly [RefusalCode, ...RefusalCode[]]),
  retryAfterMs: v.optional(milliseconds),
  detail: v.optional(bytes({ max: 64 })),
});

/** A body ready for `JSON.stringify`: byte arrays become base64url, everything else stays. */
export function toJson(value: unknown): unknown {
  if (value instanceof Uint8Array) return bytesToBase64url(value);
  if (Array.isArray(value)) return value.map(toJson);
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, toJson(item)]));
  }
  return value;
}
