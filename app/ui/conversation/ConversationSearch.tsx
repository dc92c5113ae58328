// Searching this chat: a field, how many were found, and steps from one to the next, from the newest back.
import { type KeyboardEvent, useEffect, useRef, useState } from 'react';
import type { MessageIdText } from '../../chat/views.ts';
import { IconButton } from '../kit/Button.tsx';
import { useWords } from '../kit/Surroundings.tsx';
import { useView } from '../kit/useView.ts';

const pauseMs = 150;

export function ConversationSearch(props: {
  chatId: string;
  onShow: (messageId: MessageIdText) => void;
  onClose: () => void;
}) {
  const { chatId, onShow, onClose } = props;
  const { words, formats } = useWords();
  const field = useRef<HTMLInputElement>(null);
  const [text, setText] = useState('');
  const [asked, setAsked] = useState('');
  const [index, setIndex] = useState(0);
  const typed = text.trim();
  const hits = useView(asked === '' ? undefined : { query: 'search', text: asked, chatId })?.view;
  const count = hits?.length ?? 0;
  const shownId = hits?.[index]?.messageId;

  useEffect(() => field.current?.focus(), []);
  useEffect(() => {
    const timer = setTimeout(() => {
      setAsked(typed);
      setIndex(0);
    }, pauseMs);
    return () => clearTimeout(timer);
  }, [typed]);
  useEffect(() => {
    if (shownId !== undefined) onShow(shownId);
  }, [shownId, onShow]);

  const step = (by: number) => setIndex((current) => Math.min(count - 1, Math.max(0, current + by)));
  function onKeyDown(event: KeyboardEvent): void {
    if (event.nativeEvent.isComposing) return;
    const byKey: Readonly<Record<string, () => void>> = {
      Escape: onClose,
      Enter: () => step(event.shiftKey ? -1 : 1),
      ArrowUp: () => step(1),
      ArrowDown: () => step(-1),
    };
    const action = byKey[event.key];
    if (!action) return;
    event.preventDefault();
    action();
  }

  const place =
    asked === '' || !hits
      ? ''
      : count === 0
        ? words.conversation.searchNothing
        : words.conversation.searchPlace(formats.number(index + 1), formats.number(count));
  return (
    <search className="flex animate-appear items-center gap-1 border-b border-line bg-surface px-3 py-1.5">
      <input
        ref={field}
        type="search"
        value={text}
        aria-label={words.conversation.search}
        placeholder={words.conversation.searchPlaceholder}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={onKeyDown}
        autoComplete="off"
        enterKeyHint="search"
        className="h-10 min-w-0 flex-1 rounded-full bg-field px-4 text-md outline-none placeholder:text-muted focus-visible:ring-2 focus-visible:ring-accent-bright [&::-webkit-search-cancel-button]:hidden"
      />
      <output className="px-1 text-sm whitespace-nowrap text-muted tabular-nums">{place}</output>
      <IconButton
        icon="up"
        label={words.conversation.searchOlder}
        disabled={index >= count - 1}
        onClick={() => step(1)}
      />
      <IconButton
        icon="down"
        label={words.conversation.searchNewer}
        disabled={index <= 0}
        onClick={() => step(-1)}
      />
      <IconButton icon="close" label={words.conversation.searchClose} onClick={onClose} />
    </search>
  );
}
