// Which chats the list shows, and in which order. Pure.
import type { ChatRowView } from '../../chat/views.ts';

export type ChatFilter = 'all' | 'unread' | 'groups';
export const chatFilters: readonly ChatFilter[] = ['all', 'unread', 'groups'];

export const newestFirst = (rows: readonly ChatRowView[]): readonly ChatRowView[] =>
  rows.toSorted((a, b) => b.atMs - a.atMs || (a.chatId < b.chatId ? -1 : 1));

/** `keepId` stays in the list although it no longer fits: the chat that is open was unread a moment ago. */
export function filterChats(
  rows: readonly ChatRowView[],
  filter: ChatFilter,
  keepId: string | undefined,
): readonly ChatRowView[] {
  switch (filter) {
    case 'all':
      return rows;
    case 'unread':
      return rows.filter((row) => row.unreadCount > 0 || row.chatId === keepId);
    case 'groups':
      return rows.filter((row) => row.kind === 'group');
    default:
      return filter satisfies never;
  }
}
