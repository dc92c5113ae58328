// What was found, chats first, then messages, with the searched words marked. The search field drives it; a click works
// too.
import { useEffect } from 'react';
import { Link } from 'wouter';
import { markupToPlain } from '../../chat/markup.ts';
import type { ChatRowView, SearchHitView } from '../../chat/views.ts';
import { Avatar } from '../kit/Avatar.tsx';
import { chatPath, chatTitle, messagePath, personName } from '../kit/chatTitle.ts';
import { EmptyState } from '../kit/EmptyState.tsx';
import { excerptAround } from '../kit/foldText.ts';
import { Highlight } from '../kit/Highlight.tsx';
import { fromInside } from '../kit/leaveTo.ts';
import { useWords } from '../kit/Surroundings.tsx';
import { useNow } from '../kit/useNow.ts';
import { groupProps, listProps, optionProps, scrollToOption } from './searchBox.ts';
import type { SearchResult } from './useSearch.ts';

interface OptionPlace {
  readonly index: number;
  readonly activeIndex: number;
}

const headingLook = 'px-5 pt-4 pb-1.5 text-sm font-semibold text-muted';
const optionLook =
  'mx-2 flex items-center gap-3 rounded-md px-2.5 py-2 hover:bg-hover aria-selected:bg-accent-tint';

function ChatOption({
  chat,
  searched,
  place,
}: {
  chat: ChatRowView;
  searched: readonly string[];
  place: OptionPlace;
}) {
  const { words } = useWords();
  return (
    <Link
      href={chatPath(chat.chatId)}
      state={fromInside}
      {...optionProps(place.index, place.activeIndex)}
      className={optionLook}
    >
      <Avatar seed={chat.avatarSeed} name={chat.title} kind={chat.kind} size="md" />
      <bdi className="min-w-0 flex-1 truncate font-semibold">
        <Highlight text={chatTitle(words, chat)} words={searched} />
      </bdi>
    </Link>
  );
}

function HitOption({
  hit,
  searched,
  place,
}: {
  hit: SearchHitView;
  searched: readonly string[];
  place: OptionPlace;
}) {
  const { words, formats } = useWords();
  const nowMs = useNow();
  const text = hit.text.length > 400 ? hit.text : markupToPlain(hit.text);
  return (
    <Link
      href={messagePath(hit.chatId, hit.messageId)}
      state={fromInside}
      {...optionProps(place.index, place.activeIndex)}
      className={optionLook}
    >
      <span className="flex min-w-0 flex-1 flex-col gap-0.5">
        <span className="flex items-baseline gap-2">
          <bdi className="min-w-0 flex-1 truncate text-sm font-semibold">
            {chatTitle(words, { kind: hit.chatKind, title: hit.chatTitle })}
          </bdi>
          <time className="shrink-0 text-xs text-muted">{formats.short(hit.atMs, nowMs)}</time>
        </span>
        <span className="line-clamp-2 text-sm wrap-anywhere text-muted">
          <bdi>{hit.isOwn ? words.you : personName(words, hit.authorName)}:</bdi>{' '}
          <bdi>
            <Highlight text={excerptAround(text, searched)} words={searched} />
          </bdi>
        </span>
      </span>
    </Link>
  );
}

export function SearchResults(props: { result: SearchResult; activeIndex: number; text: string }) {
  const { result, activeIndex, text } = props;
  const { words } = useWords();
  const { chats, hits, paths } = result;
  useEffect(() => scrollToOption(activeIndex), [activeIndex]);
  return (
    <div className="scroller flex min-h-0 flex-1 flex-col pb-4">
      <output className="spoken">{result.isComplete ? words.inbox.found(paths.length) : ''}</output>
      <div {...listProps(words.inbox.results)}>
        {chats.length > 0 && (
          <div {...groupProps(words.inbox.chatsHeading)}>
            <div aria-hidden="true" className={headingLook}>
              {words.inbox.chatsHeading}
            </div>
            {chats.map((chat, index) => (
              <ChatOption
                key={chat.chatId}
                chat={chat}
                searched={result.words}
                place={{ index, activeIndex }}
              />
            ))}
          </div>
        )}
        {hits.length > 0 && (
          <div {...groupProps(words.inbox.messagesHeading)}>
            <div aria-hidden="true" className={headingLook}>
              {words.inbox.messagesHeading}
            </div>
            {hits.map((hit, at) => (
              <HitOption
                key={hit.messageId}
                hit={hit}
                searched={result.words}
                place={{ index: chats.length + at, activeIndex }}
              />
            ))}
          </div>
        )}
      </div>
      {result.isComplete && paths.length === 0 && (
        <EmptyState
          icon="search"
          title={words.inbox.nothingFound(text.trim())}
          sentence={words.inbox.nothingFoundHint}
        />
      )}
    </div>
  );
}
