// The closed list of what the relay can refuse. A client decides by the code alone; the sentences that people read live
// in the catalogue of the ui. Numbers are on the wire: they are never reused.

export const refusalNumberByCode = {
  /** Not a frame or body of this version. The socket closes. */
  malformed: 1,
  /** Larger than `limits.ts` allows. */
  'too-large': 2,
  /** A frame that needs `hello` first, or a second `hello`. */
  'not-signed-in': 3,
  /** The access token is unknown, used up or expired; sign in again. */
  'bad-token': 4,
  'bad-signature': 5,
  /** No capability proven for this chat, or not this one. */
  forbidden: 6,
  /** The entry names an epoch that is not current; `detail` is the ledger's head (32 bytes). */
  'stale-epoch': 7,
  /** The cursor's hash is not in this log. */
  diverged: 8,
  /** This (document, session) belongs to another device. */
  'session-taken': 9,
  /** The session sequence leaves a gap or its previous hash is wrong; `detail` is the last accepted (varint, 16 bytes). */
  'out-of-order': 10,
  /** This sequence number was accepted with other bytes. */
  conflict: 11,
  /** The ledger's head is another one; `detail` is it. */
  'head-moved': 12,
  'not-found': 13,
  /** The document is sealed; `detail` is empty. */
  sealed: 14,
  /** Slow down; `retryAfterMs` says how long. */
  busy: 15,
  /** The relay can't write: its disk is full. Reading goes on. */
  'disk-full': 16,
  'mailbox-full': 17,
  'registration-closed': 18,
  'invitation-used': 19,
  'invitation-expired': 20,
  'handle-taken': 21,
  /** Too many channels or frames in flight. */
  'too-many': 22,
  /** The client is of a version that this relay no longer speaks. */
  'version-unsupported': 23,
  /** The document has another snapshot than the one named, or moved on; `detail` is its id (16, zeros for none). */
  'snapshot-moved': 25,
  /** The relay failed in a way that is a bug; it is in its log. */
  internal: 24,
} as const;

export type RefusalCode = keyof typeof refusalNumberByCode;
export const refusalCodes = Object.keys(refusalNumberByCode) as readonly RefusalCode[];

const codeByNumber = new Map(refusalCodes.map((code) => [refusalNumberByCode[code], code] as const));
export const parseRefusalNumber = (number: number): RefusalCode | undefined =>
  codeByNumber.get(number as (typeof refusalNumberByCode)[RefusalCode]);
