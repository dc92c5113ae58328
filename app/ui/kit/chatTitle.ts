// What a chat is called on screen: notes have no name of their own, and a person may not have sent theirs yet.
import { isSayable } from '../../chat/sayableName.ts';
import type { ChatKind } from '../../chat/views.ts';
import type { Words } from './words/words.ts';

/**
 * A name without the marks that turn the direction of text around: in a name they only deceive. Letters of any
 * direction keep their own. Empty where nothing of it can be seen.
 */
export const honestName = (name: string): string =>
  isSayable(name) ? name.replaceAll(/[\u202a-\u202e\u2066-\u2069]/g, '').trim() : '';

export function chatTitle(words: Words, chat: { readonly kind: ChatKind; readonly title: string }): string {
  if (chat.kind === 'notes') return words.notesTitle;
  return honestName(chat.title) || words.somebody;
}

export const personName = (words: Words, name: string): string => honestName(name) || words.somebody;

export const chatPath = (chatId: string): string => `/c/${encodeURIComponent(chatId)}`;
export const messagePath = (chatId: string, messageId: string): string =>
  `${chatPath(chatId)}/m/${encodeURIComponent(messageId)}`;
