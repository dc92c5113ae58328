// A chat before its first message: what it is for, and how it began.
import type { ChatView, EventView } from '../../chat/views.ts';
import { chatTitle } from '../kit/chatTitle.ts';
import { EmptyState } from '../kit/EmptyState.tsx';
import { useWords } from '../kit/Surroundings.tsx';
import { EventRow } from './TimelineRows.tsx';

export function NoMessages({ chat, events }: { chat: ChatView; events: readonly EventView[] }) {
  const { words } = useWords();
  const { conversation } = words;
  const isNotes = chat.kind === 'notes';
  return (
    <div className="scroller flex min-h-0 flex-1 flex-col">
      <EmptyState
        icon={isNotes ? 'bookmark' : 'lock'}
        title={isNotes ? conversation.emptyNotes : conversation.emptyChat(chatTitle(words, chat))}
        sentence={isNotes ? conversation.emptyNotesSentence : conversation.emptyChatSentence}
      />
      <ol>
        {events.map((event) => (
          <li key={event.eventId}>
            <EventRow event={event} chatKind={chat.kind} />
          </li>
        ))}
      </ol>
    </div>
  );
}
