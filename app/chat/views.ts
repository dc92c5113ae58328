// What the screen can watch: each query and the shape of its answer. Answers are plain data that cross from the worker
// to the page, complete each time (never a patch). No React here, no storage, no Yjs.

export type ChatIdText = string;
export type MessageIdText = string;
export type UserIdText = string;

/** How far a message has come, in this order. In groups: what has happened on every other member's side. */
export type DeliveryState = 'waiting' | 'sent' | 'delivered' | 'read';

export interface PersonView {
  readonly userId: UserIdText;
  /** Empty until the person's profile has arrived. */
  readonly name: string;
  readonly isSelf: boolean;
}

export type SelfView =
  | { readonly state: 'none' }
  | {
      readonly state: 'ready';
      readonly userId: UserIdText;
      readonly name: string;
      readonly handle: string;
      readonly isAdministrator: boolean;
      /** False until a recovery exists: this account lives in this browser only. */
      readonly isRecoverable: boolean;
      /** What the browser said to keeping data for good; undefined before it was asked. */
      readonly isStoragePersistent?: boolean;
    };

export type ChatKind = 'notes' | 'direct' | 'group';

export interface ChatRowView {
  readonly chatId: ChatIdText;
  readonly kind: ChatKind;
  /** The other person's name, the group's, or empty for notes (the screen has the word). */
  readonly title: string;
  /** Seed of the avatar's colour: a user or chat id. */
  readonly avatarSeed: string;
  readonly preview?: {
    readonly kind: 'text' | 'deleted' | 'unsupported' | 'timer';
    readonly text: string;
    /** Of a timer. */
    readonly seconds?: number;
    /** When it is to be gone, milliseconds since 1970. */
    readonly goneAtMs?: number;
    readonly isOwn: boolean;
    readonly senderName: string;
    readonly delivery?: DeliveryState;
  };
  readonly draft: string;
  /** Time of the last activity, milliseconds since 1970. */
  readonly atMs: number;
  readonly unreadCount: number;
  readonly typingNames: readonly string[];
  readonly isCatchingUp: boolean;
}

export interface ChatView {
  readonly chatId: ChatIdText;
  readonly kind: ChatKind;
  readonly title: string;
  readonly avatarSeed: string;
  readonly members: readonly PersonView[];
  readonly draft: string;
  /** An edit that is under way: the message as it is, and what is to become of it. */
  readonly edit?: { readonly messageId: MessageIdText; readonly original: string; readonly text: string };
  /** How long messages stay that are said now, in seconds; 0 is for good. */
  readonly timerSeconds: number;
  readonly unreadCount: number;
  /** Members, without oneself, whose app is open on some screen now. */
  readonly onlineUserIds: readonly UserIdText[];
  readonly typingUserIds: readonly UserIdText[];
  /** Who says that a gap is there, where nothing else shows it: their name. */
  readonly toldBy?: string;
  /** Something is wrong with this chat's keys or log, or at the relay, that heals itself; the screen has the sentence. */
  readonly trouble?: 'waiting-for-key' | 'gap' | 'fork' | 'stuck' | 'update-needed' | 'relay-full';
  /** Older messages are still being read from the relay, the newest of them first. */
  readonly isCatchingUp: boolean;
}

export interface ReactionView {
  readonly emoji: string;
  readonly count: number;
  readonly isOwn: boolean;
  readonly names: readonly string[];
}

export interface MessageView {
  readonly messageId: MessageIdText;
  readonly author: PersonView;
  readonly sentAtMs: number;
  readonly body:
    | { readonly kind: 'text'; readonly text: string }
    | { readonly kind: 'deleted' }
    | { readonly kind: 'unsupported' }
    /** A line that somebody set how long the messages after it stay: in seconds, 0 for good. */
    | { readonly kind: 'timer'; readonly seconds: number };
  /** When it is to be gone, milliseconds since 1970. */
  readonly goneAtMs?: number;
  readonly isEdited: boolean;
  readonly replyTo?: {
    readonly messageId: MessageIdText;
    readonly authorName: string;
    /** The original is one's own. */
    readonly isSelf: boolean;
    /** Empty when the original was deleted or isn't here. */
    readonly text: string;
    readonly state: 'present' | 'deleted' | 'missing';
  };
  readonly reactions: readonly ReactionView[];
  /** Only for own messages. */
  readonly delivery?: DeliveryState;
  /** Own messages: who has it and who has read it, for the info panel. */
  readonly receipts?: readonly { readonly person: PersonView; readonly state: DeliveryState }[];
  /** The author's signature is checked; unchecked rows are shown as such and never notify. */
  readonly isVerified: boolean;
}

/** A line in the timeline that nobody wrote: the chat began, somebody joined. */
export interface EventView {
  readonly eventId: string;
  readonly atMs: number;
  readonly kind: 'chat-created' | 'member-joined';
  readonly person: PersonView;
}

export interface TimelineView {
  readonly messages: readonly MessageView[];
  readonly events: readonly EventView[];
  readonly hasOlder: boolean;
  readonly hasNewer: boolean;
  /** The oldest message that was unread when the chat was opened, if it is known. */
  readonly firstUnreadId?: MessageIdText;
  readonly unreadCount: number;
}

export interface SearchHitView {
  readonly chatId: ChatIdText;
  readonly chatTitle: string;
  readonly chatKind: ChatKind;
  readonly messageId: MessageIdText;
  readonly authorName: string;
  readonly isOwn: boolean;
  readonly text: string;
  readonly atMs: number;
}

/** The link to the relay. `refused` is an account that the relay doesn't take; local data stays usable. */
export interface LinkView {
  readonly state: 'online' | 'connecting' | 'offline' | 'refused';
  readonly sinceMs: number;
}

/** The room that the browser grants. */
export interface RoomLeftView {
  /** Less than a tenth is left. */
  readonly isNearlyFull: boolean;
}

export interface DiagnosticsView {
  /** How often documents began anew, because the relay had lost what it had of them, or told another story. */
  readonly toldAnew: number;
  /** Chats in which somebody has said more than has arrived. */
  readonly gaps: number;
  /** Chats of which the relay hands out another ledger than this device has seen. */
  readonly forks: number;
  readonly setAside: readonly {
    readonly chatId: ChatIdText;
    readonly reason: string;
    readonly count: number;
    readonly lastAtMs: number;
  }[];
  readonly waitingEntries: number;
  readonly isEngineHere: boolean;
  readonly storageBytes?: number;
}

export type Query =
  | { readonly query: 'self' }
  | { readonly query: 'chats' }
  | { readonly query: 'chat'; readonly chatId: ChatIdText }
  | {
      readonly query: 'timeline';
      readonly chatId: ChatIdText;
      /** The newest messages, or those around one. */
      readonly anchor:
        { readonly kind: 'latest' } | { readonly kind: 'message'; readonly messageId: MessageIdText };
      /** At most this many older and (around a message) newer ones. */
      readonly before: number;
      readonly after: number;
    }
  | { readonly query: 'search'; readonly text: string; readonly chatId?: ChatIdText }
  | { readonly query: 'link' }
  | { readonly query: 'room-left' }
  | { readonly query: 'diagnostics' };

export interface ViewByQuery {
  readonly self: SelfView;
  readonly chats: readonly ChatRowView[];
  /** Undefined when there is no such chat on this device. */
  readonly chat: ChatView | undefined;
  readonly timeline: TimelineView;
  readonly search: readonly SearchHitView[];
  readonly link: LinkView;
  readonly 'room-left': RoomLeftView;
  readonly diagnostics: DiagnosticsView;
}
export type ViewOf<Q extends Query> = ViewByQuery[Q['query']];
