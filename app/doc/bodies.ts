// What a record can say. Kinds that this version doesn't know are kept and shown as "update to see this".
import { decode, encode, struct, text, type Codec, type ValueOf, boolean } from '../../shared/codec/codec.ts';
import type { Bytes } from '../../shared/codec/bytes.ts';
import { recordId, type RecordId } from '../../shared/protocol/ids.ts';
import { maxTextBytes } from '../../shared/protocol/limits.ts';

/** Numbers are inside signed headers: never reused. 5 and on: votes, calls, files. */
export const recordKinds = { message: 1, edit: 2, deletion: 3, reaction: 4 } as const;

const noRecord = new Uint8Array(16) as RecordId;
const message = struct({ isReply: boolean, replyTo: recordId, text: text(maxTextBytes) });
const edit = struct({ target: recordId, text: text(maxTextBytes) });
const deletion = struct({ target: recordId });
/** An empty emoji takes the reaction back. */
const reaction = struct({ target: recordId, emoji: text(64) });

export type Body =
  | { readonly kind: 'message'; readonly text: string; readonly replyTo?: RecordId }
  | ({ readonly kind: 'edit' } & ValueOf<typeof edit>)
  | ({ readonly kind: 'deletion' } & ValueOf<typeof deletion>)
  | ({ readonly kind: 'reaction' } & ValueOf<typeof reaction>);

const kindByNumber = new Map<number, Body['kind']>(
  Object.entries(recordKinds).map(([kind, number]) => [number, kind as Body['kind']]),
);
export const bodyKindOf = (kind: number): Body['kind'] | undefined => kindByNumber.get(kind);

export function encodeBody(body: Body): Bytes {
  switch (body.kind) {
    case 'message':
      return encode(message, {
        isReply: body.replyTo !== undefined,
        replyTo: body.replyTo ?? noRecord,
        text: body.text,
      });
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
      if (!value) return undefined;
      return value.isReply
        ? { kind: 'message', text: value.text, replyTo: value.replyTo }
        : { kind: 'message', text: value.text };
    }
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

function tagged<K extends string, T extends object>(kind: K, codec: Codec<T>, bytes: Uint8Array) {
  const value = decode(codec, bytes);
  return value && { kind, ...value };
}
