// From chat to chat by keyboard, in the order of the list.
import { useLocation } from 'wouter';
import type { ChatRowView } from '../chat/views.ts';
import { chatPath } from './kit/chatTitle.ts';
import { useShortcut } from './kit/useShortcut.ts';

export function useChatShortcuts(rows: readonly ChatRowView[] | undefined, openId: string | undefined): void {
  const [, navigate] = useLocation();
  const openIndex = rows?.findIndex((row) => row.chatId === openId) ?? -1;

  function go(row: ChatRowView | undefined): void {
    if (row) navigate(chatPath(row.chatId));
  }
  useShortcut('next-chat', () => go(rows?.[openIndex + 1]));
  useShortcut('previous-chat', () => go(openIndex > 0 ? rows?.[openIndex - 1] : undefined));
  useShortcut('next-unread', () => {
    const isUnread = (row: ChatRowView) => row.unreadCount > 0 && row.chatId !== openId;
    go(rows?.slice(openIndex + 1).find(isUnread) ?? rows?.find(isUnread));
  });
}
