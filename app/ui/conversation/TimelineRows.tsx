// The rows between the messages: days, the unread divider, and what happened to the chat.
import type { ReactNode } from 'react';
import type { ChatKind, EventView, MessageView } from '../../chat/views.ts';
import { personName } from '../kit/chatTitle.ts';
import { Icon } from '../kit/Icon.tsx';
import { useWords } from '../kit/Surroundings.tsx';

export function Pill({ children }: { children: ReactNode }) {
  return (
    <span className="inline-flex max-w-[90%] items-center gap-1.5 rounded-[1.25rem] bg-raised/95 px-3 py-1 text-xs font-medium text-muted shadow-bubble">
      {children}
    </span>
  );
}

export function DayRow({ atMs, nowMs }: { atMs: number; nowMs: number }) {
  const { formats } = useWords();
  return (
    <div className="flex justify-center px-4 pt-4 pb-2">
      <Pill>
        <time dateTime={new Date(atMs).toISOString()}>{formats.day(atMs, nowMs)}</time>
      </Pill>
    </div>
  );
}

export function UnreadRow({ count }: { count: number }) {
  const { words } = useWords();
  return (
    <div
      className="my-3 flex items-center justify-center bg-accent-tint px-4 py-1.5"
      data-testid="unread-divider"
    >
      <span className="text-sm font-semibold text-accent-ink">
        {count > 0 ? words.conversation.unreadDivider(count) : words.conversation.unreadDividerPlain}
      </span>
    </div>
  );
}

export function TimerRow({ message: { author, body } }: { message: MessageView }) {
  const { words, formats } = useWords();
  const { conversation } = words;
  const name = personName(words, author.name);
  const seconds = body.kind === 'timer' ? body.seconds : 0;
  function sentence(): string {
    if (seconds === 0) return author.isSelf ? conversation.youTimerOff : conversation.timerOff(name);
    const span = formats.span(seconds);
    return author.isSelf ? conversation.youTimerSet(span) : conversation.timerSet(name, span);
  }
  return (
    <div className="flex justify-center px-4 py-1.5 text-center">
      <Pill>
        <Icon name="timer" size={3.5} />
        <bdi className="text-pretty">{sentence()}</bdi>
      </Pill>
    </div>
  );
}

export function EventRow({ event, chatKind }: { event: EventView; chatKind: ChatKind }) {
  const { words } = useWords();
  const { conversation } = words;
  const name = personName(words, event.person.name);
  const { isSelf } = event.person;
  function sentence(): string {
    switch (event.kind) {
      case 'chat-created':
        // Two people begin a chat together: one invited, and it began when the other came.
        if (chatKind === 'direct') return isSelf ? conversation.youAccepted : conversation.accepted(name);
        return isSelf ? conversation.youCreatedChat : conversation.chatCreated(name);
      case 'member-joined':
        return isSelf ? conversation.youJoined : conversation.memberJoined(name);
      default:
        return event.kind satisfies never;
    }
  }
  return (
    <div className="flex flex-col items-center gap-1.5 px-4 py-1.5 text-center">
      <Pill>
        <bdi className="truncate">{sentence()}</bdi>
      </Pill>
      {event.kind === 'chat-created' && (
        <Pill>
          <Icon name="lock" size={3.5} />
          {conversation.sealedNote}
        </Pill>
      )}
    </div>
  );
}
