// The mail that tells a person of a chat that they are in: which ledger, which of its boxes is theirs, and, where it
// came of an invitation, the claim that shows it. Sealed to their per-user key.
import { concatBytes, textToBytes, type Bytes } from '../../shared/codec/bytes.ts';
import { boolean, decode, encode, literal, struct, varint, type ValueOf } from '../../shared/codec/codec.ts';
import {
  chatId,
  invitationId,
  signature,
  signingPublicKey,
  userId,
  type BoxPublicKey,
  type UserId,
} from '../../shared/protocol/ids.ts';
import { openBox, sealToBox, type BoxSeed } from '../crypto/box.ts';
import type { Random } from '../crypto/random.ts';

const chatMail = struct({
  version: literal(2),
  chat: chatId,
  /** Their box is number `boxIndex` of this epoch. */
  epoch: varint,
  boxIndex: varint,
  /** Who sends it: who started the chat, or who added them. */
  sender: userId,
  /** Whether it answers an invitation; the three fields below are zeros otherwise. */
  isInvited: boolean,
  invitation: invitationId,
  invitationKey: signingPublicKey,
  claim: signature,
});
export type ChatMail = ValueOf<typeof chatMail>;

const place = (to: UserId) => concatBytes(textToBytes('convo/mail/1'), to);

export const sealChatMail = (to: UserId, key: BoxPublicKey, mail: ChatMail, random: Random): Bytes =>
  sealToBox(key, encode(chatMail, mail), place(to), random);

export function openChatMail(
  self: { user: UserId; userBoxSeed: BoxSeed },
  mail: Bytes,
): ChatMail | undefined {
  const opened = openBox(self.userBoxSeed, mail, place(self.user));
  return opened && decode(chatMail, opened);
}
