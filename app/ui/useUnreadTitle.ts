// The window's title and the installed app's badge say how much is unread, and nothing else: browsers write titles down,
// in their history and sessions, where anyone with the disk can read them.
import { useEffect } from 'react';
import type { ChatRowView } from '../chat/views.ts';
import { useWords } from './kit/Surroundings.tsx';

export function useUnreadTitle(chats: readonly ChatRowView[] | undefined): void {
  const { words } = useWords();
  const unreadCount = chats?.reduce((sum, chat) => sum + chat.unreadCount, 0) ?? 0;
  const title = words.windowTitle(unreadCount);
  useEffect(() => {
    document.title = title;
  }, [title]);
  useEffect(() => {
    if (!('setAppBadge' in navigator)) return;
    // Refused where the app isn't installed: there is no badge to set then.
    const done = unreadCount > 0 ? navigator.setAppBadge(unreadCount) : navigator.clearAppBadge();
    done.catch(() => undefined);
  }, [unreadCount]);
}
