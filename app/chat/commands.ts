// What the screen can ask for, and the answers. Commands carry their own ids, so that one repeated after a killed tab
// still happens once.
import type { RefusalCode } from '../../shared/protocol/refusals.ts';
import type { RelayInfo } from '../../shared/protocol/http.ts';
import type { Result } from '../../shared/protocol/result.ts';
import type { ChatIdText, MessageIdText, UserIdText } from './views.ts';

/** Why a command was not carried out. The sentences for people are in the ui's catalogue. */
export type CommandFailure =
  /** No answer from the relay. */
  | 'offline'
  | 'not-an-invitation'
  /** The invitation is one's own. */
  | 'own-invitation'
  | 'no-account'
  | 'not-found'
  | 'not-allowed'
  | 'text-too-long'
  | 'storage-full'
  | 'internal'
  | RefusalCode;

/** How a person comes in: the administrator's link, an invitation's, or none where registration is open. */
export type Admission =
  | { readonly kind: 'administrator'; readonly token: string }
  | { readonly kind: 'invitation'; readonly link: string }
  | { readonly kind: 'open' };

export type Command =
  | {
      readonly command: 'signUp';
      readonly name: string;
      readonly handle: string;
      readonly admission: Admission;
    }
  /** What an invitation link leads to, without accepting it. */
  | { readonly command: 'inspectInvitation'; readonly link: string }
  /** Whom the relay lets in. */
  | { readonly command: 'inspectRelay' }
  | { readonly command: 'acceptInvitation'; readonly link: string }
  | { readonly command: 'createInvitation' }
  | { readonly command: 'createNotes' }
  | {
      readonly command: 'sendMessage';
      readonly chatId: ChatIdText;
      /** A record's id, made by the page (`newMessageId`). */
      readonly messageId: MessageIdText;
      readonly text: string;
      readonly replyTo?: MessageIdText;
    }
  /** How long messages stay that are said in this chat from now on, in seconds; 0 is for good. */
  | {
      readonly command: 'setTimer';
      readonly chatId: ChatIdText;
      /** Of the line that says so, as of a message. */
      readonly messageId: MessageIdText;
      readonly seconds: number;
    }
  | {
      readonly command: 'editMessage';
      readonly chatId: ChatIdText;
      readonly messageId: MessageIdText;
      readonly text: string;
    }
  | {
      readonly command: 'deleteMessage';
      readonly chatId: ChatIdText;
      readonly messageId: MessageIdText;
      readonly scope: 'me' | 'everyone';
    }
  /** One reaction a person and message; null takes it back. */
  | {
      readonly command: 'react';
      readonly chatId: ChatIdText;
      readonly messageId: MessageIdText;
      readonly emoji: string | null;
    }
  | { readonly command: 'setDraft'; readonly chatId: ChatIdText; readonly text: string }
  /** Keeps the text of an edit that is under way, one a chat; null when it is over. */
  | {
      readonly command: 'setEdit';
      readonly chatId: ChatIdText;
      readonly edit: { readonly messageId: MessageIdText; readonly text: string } | null;
    }
  /** Everything up to this message has been on screen. */
  | { readonly command: 'markRead'; readonly chatId: ChatIdText; readonly messageId: MessageIdText }
  | { readonly command: 'setTyping'; readonly chatId: ChatIdText; readonly isTyping: boolean }
  /** The chat whose conversation is visible, or null: others see this person online there. */
  | { readonly command: 'setVisibleChat'; readonly chatId: ChatIdText | null }
  | { readonly command: 'setName'; readonly name: string }
  /** Goes through all that this device holds, and counts; takes its time. */
  | { readonly command: 'checkDevice' };

export interface InvitationPreview {
  readonly inviterId: UserIdText;
  readonly inviterName: string;
  readonly state: 'open' | 'used' | 'expired';
  readonly expiresAtMs: number;
  /** The chat, when this person has accepted it before, or has one with the inviter. */
  readonly chatId?: ChatIdText;
}

export interface DeviceCheck {
  readonly chats: number;
  readonly messages: number;
  /** Rows that can't be opened, of any table. */
  readonly unreadableRows: number;
  readonly keptSegments: number;
  readonly openableSegments: number;
  /** Devices of whose records some are missing here, in all chats. */
  readonly gaps: number;
  /** What the relay doesn't have yet. */
  readonly waiting: number;
}

export interface AnswerByCommand {
  /** The chat that the invitation leads to, if it was one. */
  readonly signUp: { readonly chatId?: ChatIdText };
  readonly inspectInvitation: InvitationPreview;
  readonly inspectRelay: Pick<RelayInfo, 'registration'>;
  readonly acceptInvitation: { readonly chatId: ChatIdText };
  readonly createInvitation: { readonly link: string; readonly expiresAtMs: number };
  readonly createNotes: { readonly chatId: ChatIdText };
  readonly sendMessage: null;
  readonly setTimer: null;
  readonly editMessage: null;
  readonly deleteMessage: null;
  readonly react: null;
  readonly setDraft: null;
  readonly setEdit: null;
  readonly markRead: null;
  readonly setTyping: null;
  readonly setVisibleChat: null;
  readonly setName: null;
  readonly checkDevice: DeviceCheck;
}
export type AnswerOf<C extends Command> = Result<AnswerByCommand[C['command']], CommandFailure>;
