// Speaks a message that has just come in, once, to who can't see it. What was there when the app opened is not news.
import { useEffect, useRef } from 'react';
import { markupToPlain } from '../chat/markup.ts';
import type { ChatRowView } from '../chat/views.ts';
import { useAnnounce } from './kit/Announcer.tsx';
import { personName } from './kit/chatTitle.ts';
import { useWords } from './kit/Surroundings.tsx';
import { newMessagesIn } from './newMessages.ts';

/** More at once than this is a catch-up, and becomes a number. */
const mostSpoken = 2;

export function useNewMessageVoice(chats: readonly ChatRowView[] | undefined): void {
  const { words } = useWords();
  const announce = useAnnounce();
  const before = useRef<readonly ChatRowView[]>(undefined);
  useEffect(() => {
    const news = before.current && chats ? newMessagesIn(before.current, chats) : [];
    before.current = chats;
    if (news.length === 0) return;
    if (news.length > mostSpoken) return announce(words.inbox.newMessages(news.length));
    const spoken = news.map(({ senderName, text }) =>
      words.inbox.newMessageFrom(personName(words, senderName), markupToPlain(text)),
    );
    announce(spoken.join('. '));
  }, [chats, announce, words]);
}
