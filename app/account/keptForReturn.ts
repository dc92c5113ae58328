// What a device keeps, sealed, against the day on which its relay has lost its database: its own key box of each chat, what
// it told others of chats that it started, until each of them has been heard, and the invitations that stand.
import * as v from 'valibot';
import { bytesToBase64url } from '../../shared/codec/base64url.ts';
import type { Bytes } from '../../shared/codec/bytes.ts';
import { boxPath } from '../crypto/boxTree.ts';
import type { Batch } from '../storage/batch.ts';
import type { StoredChat } from '../storage/models.ts';

const text = v.string();
const whole = v.pipe(v.number(), v.integer());

/** A box with its place, as the relay takes it back; bytes as base64url. */
export const keptBox = v.object({
  epoch: whole,
  index: whole,
  count: whole,
  box: text,
  path: v.array(text),
});
export type KeptBox = v.InferOutput<typeof keptBox>;

/** All boxes of the epoch that this device made, and the mails that say so. Empty once everyone was heard. */
export const keptTelling = v.object({
  epoch: whole,
  boxes: v.array(text),
  mails: v.array(
    v.object({
      to: text,
      mail: text,
      /** When the relay took it again: milliseconds since 1970. */
      againAt: v.optional(whole),
    }),
  ),
});
export type KeptTelling = v.InferOutput<typeof keptTelling>;
export const nothingKept: KeptTelling = { epoch: 0, boxes: [], mails: [] };

/** Invitations of one's own that have not expired; `offer` is what the relay was given, until somebody came with it. */
export const ownInvitations = v.array(
  v.object({
    id: text,
    expiresAt: v.number(),
    offer: v.optional(v.object({ key: text, bundle: text, signature: text })),
  }),
);

/** Whether the account must be told of anew: `since` is when it came back, 0 when nothing is left to do. */
export const keptReturn = v.object({
  since: whole,
  /** All is told but mails to people who have not come back themselves. */
  isTold: v.boolean(),
});
export type KeptReturn = v.InferOutput<typeof keptReturn>;

export const placeOf = {
  box: (chat: string) => `box/${chat}`,
  telling: (chat: string) => `telling/${chat}`,
  invitations: 'invitations',
  return: 'return',
} as const;

/** All boxes of an epoch, each with its place and path. */
export function boxesToKept(epoch: number, boxes: readonly Bytes[]): readonly KeptBox[] {
  return boxes.map((box, index) => ({
    epoch,
    index,
    count: boxes.length,
    box: bytesToBase64url(box),
    path: boxPath(boxes, index).map(bytesToBase64url),
  }));
}

/** Keeps what the starter of a chat, or of an epoch, has made for the others; its own box is number `ownIndex`. */
export function keepTelling(
  batch: Batch,
  chat: string,
  epoch: number,
  boxes: readonly Bytes[],
  ownIndex: number,
  mails: readonly { readonly to: string; readonly mail: string }[],
): void {
  const own = boxesToKept(epoch, boxes)[ownIndex];
  if (own) batch.putSetting(placeOf.box(chat), own);
  if (mails.length === 0) return;
  const telling: KeptTelling = { epoch, boxes: boxes.map(bytesToBase64url), mails: [...mails] };
  batch.putSetting(placeOf.telling(chat), telling);
}

/** Whether anything has come from this member: they have the chat then, and need no mail about it. */
export function isHeard(chat: StoredChat, user: string): boolean {
  const devices = chat.members.filter((member) => member.user === user).map(({ device }) => device);
  // A name that came with an invitation is of time 0: it says nothing of this chat.
  return (
    (chat.names[user]?.at ?? 0) > 0 || devices.some((device) => device in chat.chains || device in chat.marks)
  );
}
