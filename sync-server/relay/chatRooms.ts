// Chats that someone on a socket has proven: how far their ledger is, and who listens with which rights. A chat that
// nobody has proven takes no memory; of one that somebody has, what the ledger says is read again when it is asked for.
import type { ChatId, EntryHash32 } from '../../shared/protocol/ids.ts';
import type { Capabilities } from '../auth/capabilities.ts';
import { authorityOf, type ChatAuthority } from '../auth/chatAuthority.ts';
import { keyOf } from '../auth/keyOf.ts';
import type { ChatRow } from '../log/chats.ts';
import type { Log } from '../log/createLog.ts';
import type { Room } from './room.ts';

export interface ChatMember {
  ledgerMoved(chat: ChatRoom, head: EntryHash32, isNewEpoch: boolean): void;
}
/** What a socket has proven; `stale` once the epoch that it was of has ended. */
export type Rights = Capabilities | 'stale';
export interface ChatRoom {
  /** Of its id. */
  readonly key: string;
  readonly row: ChatRow;
  epoch: number;
  readonly rightsByMember: Map<ChatMember, Rights>;
  /** Open documents by key. */
  readonly rooms: Map<string, Room>;
}
export type ChatRooms = ReturnType<typeof createChatRooms>;

/** What the newest entry of the chat's ledger says. */
export function readAuthority(log: Log, row: ChatRow): ChatAuthority {
  const head = log.chats.headOf(row);
  if (!head) throw new Error('a chat without a ledger');
  return authorityOf(head.hash, head.entry);
}
export const readHead = (log: Log, { row }: ChatRoom): EntryHash32 => readAuthority(log, row).head;

export function createChatRooms({ log, flush }: { log: Log; flush: () => void }) {
  const chatByKey = new Map<string, ChatRoom>();

  function load(chatId: ChatId): ChatRoom | undefined {
    // Rooms of a chat that everyone has just left may still wait for their commit; nobody may read the log before it.
    flush();
    const row = log.chats.find(chatId);
    if (row === undefined || !log.chats.headOf(row)) return undefined;
    const { epoch } = readAuthority(log, row).body;
    return { key: keyOf(chatId), row, epoch, rightsByMember: new Map(), rooms: new Map() };
  }

  return {
    /** The chat as it is now; it is remembered from the first `enter` on. */
    find: (chatId: ChatId): ChatRoom | undefined => chatByKey.get(keyOf(chatId)) ?? load(chatId),
    /** One that somebody has proven. */
    known: (chatId: ChatId): ChatRoom | undefined => chatByKey.get(keyOf(chatId)),
    enter(chat: ChatRoom, member: ChatMember, capabilities: Capabilities) {
      chatByKey.set(chat.key, chat);
      chat.rightsByMember.set(member, capabilities);
    },
    leave(chat: ChatRoom, member: ChatMember) {
      chat.rightsByMember.delete(member);
      if (chat.rightsByMember.size === 0) chatByKey.delete(chat.key);
    },
    /** The ledger has a new entry: tells everyone who has proven the chat. A new epoch ends what they have proven. */
    moved(chatId: ChatId, { head, body }: ChatAuthority) {
      const chat = chatByKey.get(keyOf(chatId));
      if (!chat) return;
      const isNewEpoch = body.epoch !== chat.epoch;
      chat.epoch = body.epoch;
      for (const member of chat.rightsByMember.keys()) {
        if (isNewEpoch) chat.rightsByMember.set(member, 'stale');
        member.ledgerMoved(chat, head, isNewEpoch);
      }
    },
    size: () => chatByKey.size,
  };
}
