// What was found, chats first, then messages, with the searched words marked. Arrows move among them,
// and up from the first one back to the field.
import { type KeyboardEvent, type Ref, useImperativeHandle, useRef } from 'react';
import { Link } from 'wouter';
import { markupToPlain } from '../../chat/markup.ts';
import type { ChatRowView, SearchHitView } from '../../chat/views.ts';
import { Avatar } from '../kit/Avatar.tsx';
import { chatPath, chatTitle, messagePath, personName } from '../kit/chatTitle.ts';
import { EmptyState } from '../kit/EmptyState.tsx';
import { excerptAround } from '../kit/foldText.ts';
import { Highlight } from '../kit/Highlight.tsx';
import { fromInside } from '../kit/leaveTo.ts';
import { Notice } from '../kit/Notice.tsx';
import { useWords } from '../kit/Surroundings.tsx';
import { useNow } from '../kit/useNow.ts';
import type { SearchResult } from './useSearch.ts';

export interface SearchResultsHandle {
  focusFirst(): void;
}

const headingLook = 'px-5 pt-4 pb-1.5 text-sm font-semibold text-muted';
const rowLook =
  'mx-2 flex items-center gap-3 rounded-md px-2.5 py-2 -outline-offset-2 hover:bg-hover focus-visible:bg-accent-tint';
const linkProps = { state: fromInside, className: rowLook, 'data-result': true };

function ChatHit({ chat, searched }: { chat: ChatRowView; searched: readonly string[] }) {
  const { words } = useWords();
  return (
    <Link href={chatPath(chat.chatId)} {...linkProps}>
      <Avatar seed={chat.avatarSeed} name={chat.title} kind={chat.kind} size="md" />
      <bdi className="min-w-0 flex-1 truncate font-semibold">
        <Highlight text={chatTitle(words, chat)} words={searched} />
      </bdi>
    </Link>
  );
}

function MessageHit({ hit, searched }: { hit: SearchHitView; searched: readonly string[] }) {
  const { words, formats } = useWords();
  const nowMs = useNow();
  const text = hit.text.length > 400 ? hit.text : markupToPlain(hit.text);
  return (
    <Link href={messagePath(hit.chatId, hit.messageId)} {...linkProps}>
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

export function SearchResults(props: {
  ref: Ref<SearchResultsHandle>;
  result: SearchResult;
  text: string;
  /** Back to the field. */
  onLeave: () => void;
}) {
  const { ref, result, text, onLeave } = props;
  const { words } = useWords();
  const list = useRef<HTMLDivElement>(null);
  const { chats, hits } = result;
  const count = chats.length + hits.length;
  const links = () => Array.from(list.current?.querySelectorAll<HTMLElement>('[data-result]') ?? []);
  useImperativeHandle(ref, () => ({ focusFirst: () => links()[0]?.focus() }));

  function onKeyDown(event: KeyboardEvent): void {
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
    if (step === 0 && event.key !== 'Escape') return;
    event.preventDefault();
    const all = links();
    const next = all.findIndex((link) => link === document.activeElement) + step;
    if (step === 0 || next < 0) onLeave();
    else all[next]?.focus();
  }

  return (
    <div
      ref={list}
      role="presentation"
      onKeyDown={onKeyDown}
      className="scroller flex min-h-0 flex-1 flex-col pb-4"
      data-testid="search-results"
    >
      <output className="spoken">{result.isComplete ? words.inbox.found(count) : ''}</output>
      {result.isCatchingUp && (
        <Notice icon="clock" className="mx-3 my-1">
          {words.inbox.foundSoFar}
        </Notice>
      )}
      {chats.length > 0 && (
        <section>
          <h2 className={headingLook}>{words.inbox.chatsHeading}</h2>
          <ul>
            {chats.map((chat) => (
              <li key={chat.chatId}>
                <ChatHit chat={chat} searched={result.words} />
              </li>
            ))}
          </ul>
        </section>
      )}
      {hits.length > 0 && (
        <section>
          <h2 className={headingLook}>{words.inbox.messagesHeading}</h2>
          <ul>
            {hits.map((hit) => (
              <li key={hit.messageId}>
                <MessageHit hit={hit} searched={result.words} />
              </li>
            ))}
          </ul>
        </section>
      )}
      {result.isComplete && count === 0 && (
        <EmptyState
          icon="search"
          title={words.inbox.nothingFound(text.trim())}
          sentence={words.inbox.nothingFoundHint}
        />
      )}
    </div>
  );
}
