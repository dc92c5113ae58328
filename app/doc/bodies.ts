// What a record can say. Kinds that this version doesn't know are kept and shown as "update to see this".
import {
  decode,
  encode,
  struct,
  text,
  varint,
  type Codec,
  type ValueOf,
  boolean,
} from '../../shared/codec/codec.ts';
import type { Bytes } from '../../shared/codec/bytes.ts';
import { recordId, type RecordId } from '../../shared/protocol/ids.ts';
import { maxTextBytes } from '../../shared/protocol/limits.ts';

/** Numbers are inside signed headers: never reused. 7 and on: votes, calls, files. */
export const recordKinds = { message: 1, edit: 2, deletion: 3, reaction: 4, fleeting: 5, timer: 6 } as const;

const noRecord = new Uint8Array(16) as RecordId;
const message = struct({ isReply: boolean, replyTo: recordId, text: text(maxTextBytes) });
const edit = struct({ target: recordId, text: text(maxTextBytes) });
const deletion = struct({ target: recordId });
/** An empty emoji takes the reaction back. */
const reaction = struct({ target: recordId, emoji: text(64) });
/** A message that is to be gone so many seconds after it was said. */
const fleeting = struct({ seconds: varint, isReply: boolean, replyTo: recordId, text: text(maxTextBytes) });
/** How long messages of the chat are to stay that are said from now on; 0 is for good. */
const timer = struct({ seconds: varint });

export type Body =
  | { readonly kind: 'message'; readonly text: string; readonly replyTo?: RecordId }
  | {
      readonly kind: 'fleeting';
      readonly seconds: number;
      readonly text: string;
      readonly replyTo?: RecordId;
    }
  | ({ readonly kind: 'timer' } & ValueOf<typeof timer>)
  | ({ readonly kind: 'edit' } & ValueOf<typeof edit>)
  | ({ readonly kind: 'deletion' } & ValueOf<typeof deletion>)
  | ({ readonly kind: 'reaction' } & ValueOf<typeof reaction>);

const kindByNumber = new Map<number, Body['kind']>(
  Object.entries(recordKinds).map(([kind, number]) => [number, kind as Body['kind']]),
);
/** Records that say something of another one, and are no message themselves. */
const changing: ReadonlySet<number> = new Set([recordKinds.edit, recordKinds.deletion, recordKinds.reaction]);
export const isChangeKind = (kind: number): boolean => changing.has(kind);

const replyIn = ({ replyTo }: { readonly replyTo?: RecordId }) => ({
  isReply: replyTo !== undefined,
  replyTo: replyTo ?? noRecord,
});

export function encodeBody(body: Body): Bytes {
  switch (body.kind) {
    case 'message':
      return encode(message, { ...replyIn(body), text: body.text });
    case 'fleeting':
      return encode(fleeting, { ...replyIn(body), seconds: body.seconds, text: body.text });
    case 'timer':
      return encode(timer, body);
    case 'edit':
      return encode(edit, body);
    case 'deletion':
      return encode(deletion, body);
    case 'reaction':
      return encode(reaction, body);
    default:
      return body satisfies never;
  }
}

/** Undefined for a kind of a newer version, or bytes that are not that kind's. */
export function parseBody(kind: number, bytes: Uint8Array): Body | undefined {
  switch (kindByNumber.get(kind)) {
    case 'message': {
      const value = decode(message, bytes);
      return value && { kind: 'message', text: value.text, ...replyOf(value) };
    }
    case 'fleeting': {
      const value = decode(fleeting, bytes);
      return value && { kind: 'fleeting', seconds: value.seconds, text: value.text, ...replyOf(value) };
    }
    case 'timer':
      return tagged('timer', timer, bytes);
    case 'edit':
      return tagged('edit', edit, bytes);
    case 'deletion':
      return tagged('deletion', deletion, bytes);
    case 'reaction':
      return tagged('reaction', reaction, bytes);
    case undefined:
      return undefined;
  }
}

const replyOf = ({ isReply, replyTo }: { readonly isReply: boolean; readonly replyTo: RecordId }) =>
  isReply ? { replyTo } : {};

function tagged<K extends string, T extends object>(kind: K, codec: Codec<T>, bytes: Uint8Array) {
  const value = decode(codec, bytes);
  return value && { kind, ...value };
}
