// Whom one talks with, whether they are there, and the way back.
import { useLocation } from 'wouter';
import type { ChatView } from '../../chat/views.ts';
import { Avatar } from '../kit/Avatar.tsx';
import { IconButton } from '../kit/Button.tsx';
import { chatTitle, personName } from '../kit/chatTitle.ts';
import { useWords } from '../kit/Surroundings.tsx';
import { leaveTo } from '../kit/leaveTo.ts';

function usePresence(chat: ChatView): { readonly text: string; readonly isLively: boolean } {
  const { words, formats } = useWords();
  const { conversation, inbox } = words;
  const typing = chat.members.filter((member) => chat.typingUserIds.includes(member.userId));
  if (chat.kind === 'notes') return { text: conversation.onlyYou, isLively: false };
  if (chat.kind === 'direct') {
    if (typing.length > 0) return { text: conversation.typing, isLively: true };
    return { text: chat.onlineUserIds.length > 0 ? conversation.online : '', isLively: true };
  }
  if (typing.length > 0) {
    const names = formats.list(typing.map((member) => personName(words, member.name)));
    return { text: inbox.typingNames(names, typing.length), isLively: true };
  }
  const all = chat.members.length;
  const online = chat.onlineUserIds.length;
  return {
    text: online > 0 ? conversation.membersOnline(online + 1, all) : conversation.members(all),
    isLively: false,
  };
}

export function ConversationHeader(props: { chat: ChatView; onTimer: () => void; onSearch: () => void }) {
  const { chat, onTimer, onSearch } = props;
  const { words, formats } = useWords();
  const { conversation } = words;
  const seconds = chat.timerSeconds;
  const [, navigate] = useLocation();
  const presence = usePresence(chat);
  const isOnline = chat.kind === 'direct' && chat.onlineUserIds.length > 0;
  return (
    <header className="@container flex flex-wrap items-center gap-2.5 border-b border-line bg-surface px-2 pt-[max(0.5rem,env(safe-area-inset-top))] pb-2 wide:px-4">
      <IconButton
        icon="back"
        size={6}
        label={words.back}
        onClick={() => leaveTo('/', navigate)}
        className="-me-1.5 wide:hidden rtl:-scale-x-100"
      />
      {/* With large letters on a small screen the name needs its room, and the buttons a line of their own. */}
      <span className="@max-3xs:hidden">
        <Avatar seed={chat.avatarSeed} name={chat.title} kind={chat.kind} size="md" isOnline={isOnline} />
      </span>
      <div className="flex min-h-11 min-w-20 flex-1 flex-col justify-center">
        <h1 className="truncate font-semibold">
          <bdi>{chatTitle(words, chat)}</bdi>
        </h1>
        {presence.text !== '' && (
          <p
            className={`truncate text-sm leading-4.5 ${presence.isLively ? 'text-accent-ink' : 'text-muted'}`}
            data-testid="presence"
          >
            {presence.text}
          </p>
        )}
      </div>
      <div className="ms-auto flex">
        <IconButton
          icon="timer"
          label={seconds > 0 ? conversation.timerOn(formats.span(seconds)) : conversation.timer}
          aria-haspopup="dialog"
          onClick={onTimer}
          className={seconds > 0 ? 'text-accent-ink!' : ''}
        />
        <IconButton icon="search" label={conversation.search} onClick={onSearch} />
      </div>
    </header>
  );
}
