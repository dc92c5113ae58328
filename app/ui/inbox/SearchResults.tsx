// What was found, chats first, then messages, with the searched words marked. The options are driven from the search
// field; a click works too.
import { type ReactNode, useEffect } from 'react';
import { useLocation } from 'wouter';
import { markupToPlain } from '../../chat/markup.ts';
import { Avatar } from '../kit/Avatar.tsx';
import { chatTitle, personName } from '../kit/chatTitle.ts';
import { EmptyState } from '../kit/EmptyState.tsx';
import { excerptAround } from '../kit/foldText.ts';
import { Highlight } from '../kit/Highlight.tsx';
import { useWords } from '../kit/Surroundings.tsx';
import { useNow } from '../kit/useNow.ts';
import { resultId, resultsId } from './SearchField.tsx';
import type { SearchResult } from './useSearch.ts';

function Option(props: { index: number; isActive: boolean; path: string; children: ReactNode }) {
  const { index, isActive, path, children } = props;
  const [, navigate] = useLocation();
  return (
    // The field that owns this list has the focus and the keys; see SearchField.
    <div
      role="option"
      id={resultId(index)}
      aria-selected={isActive}
      tabIndex={-1}
      onClick={() => navigate(path)}
      onKeyDown={(event) => event.key === 'Enter' && navigate(path)}
      className={`mx-2 flex cursor-pointer items-center gap-3 rounded-md px-2.5 py-2 ${isActive ? 'bg-accent-tint' : 'hover:bg-hover'}`}
    >
      {children}
    </div>
  );
}

const heading = 'px-5 pt-4 pb-1.5 text-sm font-semibold text-muted';

export function SearchResults({
  result,
  activeIndex,
  text,
}: {
  result: SearchResult;
  activeIndex: number;
  text: string;
}) {
  const { words, formats } = useWords();
  const nowMs = useNow();
  const { chats, hits, paths } = result;
  useEffect(() => {
    document.getElementById(resultId(activeIndex))?.scrollIntoView({ block: 'nearest' });
  }, [activeIndex]);
  const isEmpty = result.isComplete && paths.length === 0;
  return (
    <div className="scroller flex min-h-0 flex-1 flex-col pb-4">
      <p role="status" className="spoken">
        {result.isComplete ? words.inbox.found(paths.length) : ''}
      </p>
      <div role="listbox" id={resultsId} aria-label={words.inbox.results}>
        {chats.length > 0 && (
          <div role="group" aria-label={words.inbox.chatsHeading}>
            <div aria-hidden="true" className={heading}>
              {words.inbox.chatsHeading}
            </div>
            {chats.map((row, index) => (
              <Option
                key={row.chatId}
                index={index}
                isActive={index === activeIndex}
                path={paths[index] ?? '/'}
              >
                <Avatar seed={row.avatarSeed} name={row.title} kind={row.kind} size="md" />
                <bdi className="min-w-0 flex-1 truncate font-semibold">
                  <Highlight text={chatTitle(words, row)} words={result.words} />
                </bdi>
              </Option>
            ))}
          </div>
        )}
        {hits.length > 0 && (
          <div role="group" aria-label={words.inbox.messagesHeading}>
            <div aria-hidden="true" className={heading}>
              {words.inbox.messagesHeading}
            </div>
            {hits.map((hit, at) => {
              const index = chats.length + at;
              const who = hit.isOwn ? words.you : personName(words, hit.authorName);
              const where = chatTitle(words, { kind: hit.chatKind, title: hit.chatTitle });
              return (
                <Option
                  key={hit.messageId}
                  index={index}
                  isActive={index === activeIndex}
                  path={paths[index] ?? '/'}
                >
                  <span className="flex min-w-0 flex-1 flex-col gap-0.5">
                    <span className="flex items-baseline gap-2">
                      <bdi className="min-w-0 flex-1 truncate text-sm font-semibold">{where}</bdi>
                      <time className="shrink-0 text-xs text-muted">{formats.short(hit.atMs, nowMs)}</time>
                    </span>
                    <span className="line-clamp-2 text-sm text-muted">
                      <bdi>{who}:</bdi>{' '}
                      <bdi>
                        <Highlight
                          text={excerptAround(
                            hit.text.length > 400 ? hit.text : markupToPlain(hit.text),
                            result.words,
                          )}
                          words={result.words}
                        />
                      </bdi>
                    </span>
                  </span>
                </Option>
              );
            })}
          </div>
        )}
      </div>
      {isEmpty && (
        <EmptyState
          icon="search"
          title={words.inbox.nothingFound(text.trim())}
          sentence={words.inbox.nothingFoundHint}
        />
      )}
    </div>
  );
}
