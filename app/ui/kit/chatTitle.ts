// What a chat is called on screen: notes have no name of their own, and a person may not have sent theirs yet.
import type { ChatKind } from '../../chat/views.ts';
import type { Words } from './words/words.ts';

export function chatTitle(words: Words, chat: { readonly kind: ChatKind; readonly title: string }): string {
  if (chat.kind === 'notes') return words.notesTitle;
  return chat.title.trim() === '' ? words.somebody : chat.title;
}

export const personName = (words: Words, name: string): string =>
  name.trim() === '' ? words.somebody : name;

export const chatPath = (chatId: string): string => `/c/${encodeURIComponent(chatId)}`;
export const messagePath = (chatId: string, messageId: string): string =>
  `${chatPath(chatId)}/m/${encodeURIComponent(messageId)}`;
