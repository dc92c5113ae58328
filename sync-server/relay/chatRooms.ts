// Chats that someone on a socket has proven: the authority of their newest ledger entry, and who listens. A chat that
// nobody has proven takes no memory.
import type { ChatId } from '../../shared/protocol/ids.ts';
import { authorityOf, type ChatAuthority } from '../auth/chatAuthority.ts';
import { keyOf } from '../auth/keyOf.ts';
import type { ChatRow } from '../log/chats.ts';
import type { Log } from '../log/createLog.ts';
import type { Room } from './room.ts';

export interface ChatMember {
  ledgerMoved(chat: ChatRoom, isNewEpoch: boolean): void;
}
export interface ChatRoom {
  readonly key: string;
  readonly chatId: ChatId;
  readonly row: ChatRow;
  authority: ChatAuthority;
  readonly members: Set<ChatMember>;
  /** Open documents by key. */
  readonly rooms: Map<string, Room>;
}
export type ChatRooms = ReturnType<typeof createChatRooms>;

export function createChatRooms({ log, flush }: { log: Log; flush: () => void }) {
  const chatByKey = new Map<string, ChatRoom>();

  function load(chatId: ChatId): ChatRoom | undefined {
    // Rooms of a chat that everyone has just left may still wait for their commit; nobody may read the log before it.
    flush();
    const row = log.chats.find(chatId);
    const head = row && log.chats.headOf(row);
    if (!head) return undefined;
    return {
      key: keyOf(chatId),
      chatId,
      row,
      authority: authorityOf(head.hash, head.entry),
      members: new Set(),
      rooms: new Map(),
    };
  }

  return {
    /** The chat as it is now; it is remembered from the first `enter` on. */
    find: (chatId: ChatId): ChatRoom | undefined => chatByKey.get(keyOf(chatId)) ?? load(chatId),
    enter(chat: ChatRoom, member: ChatMember) {
      chatByKey.set(chat.key, chat);
      chat.members.add(member);
    },
    leave(chat: ChatRoom, member: ChatMember) {
      chat.members.delete(member);
      if (chat.members.size === 0) chatByKey.delete(chat.key);
    },
    /** The ledger has a new entry: tells everyone who has proven the chat. */
    moved(chatId: ChatId, authority: ChatAuthority) {
      const chat = chatByKey.get(keyOf(chatId));
      if (!chat) return;
      const isNewEpoch = authority.body.epoch !== chat.authority.body.epoch;
      chat.authority = authority;
      for (const member of chat.members) member.ledgerMoved(chat, isNewEpoch);
    },
    size: () => chatByKey.size,
  };
}
