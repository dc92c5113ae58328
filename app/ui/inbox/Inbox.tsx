// The list of chats with everything around it: search, filters, notes, and what to do when there is none yet.
import { type KeyboardEvent, type RefObject, useRef, useState } from 'react';
import { Link, useLocation } from 'wouter';
import type { ChatRowView, SelfView } from '../../chat/views.ts';
import { Avatar } from '../kit/Avatar.tsx';
import { IconButton } from '../kit/Button.tsx';
import { fromInside } from '../kit/leaveTo.ts';
import { LinkBanner } from '../kit/LinkBanner.tsx';
import { Shimmer } from '../kit/Shimmer.tsx';
import { useWords } from '../kit/Surroundings.tsx';
import { ChatList } from './ChatList.tsx';
import { type ChatFilter, chatFilters, filterChats } from './chatOrder.ts';
import { FilteredToNothing, NoChats } from './EmptyInbox.tsx';
import { InboxNotes } from './InboxNotes.tsx';
import { SearchField } from './SearchField.tsx';
import { SearchResults, type SearchResultsHandle } from './SearchResults.tsx';
import { useSearch } from './useSearch.ts';

const noRows: readonly ChatRowView[] = [];

function LoadingRows() {
  const { words } = useWords();
  return (
    <div className="flex-1 overflow-hidden pt-1">
      <output className="spoken">{words.inbox.loadingChats}</output>
      {Array.from({ length: 8 }, (_, index) => (
        <div key={index} className="flex min-h-18 items-center gap-3 px-4.5">
          <Shimmer className="size-12 shrink-0" />
          <span className="flex flex-1 flex-col gap-2.5">
            <Shimmer className="h-3.5 w-2/5" />
            <Shimmer className="h-3 w-3/4" />
          </span>
        </div>
      ))}
    </div>
  );
}

export function Inbox(props: {
  self: Extract<SelfView, { state: 'ready' }>;
  /** Newest first; undefined while they load. */
  rows: readonly ChatRowView[] | undefined;
  openId: string | undefined;
  searchField: RefObject<HTMLInputElement | null>;
}) {
  const { self, rows, openId, searchField } = props;
  const { words } = useWords();
  const [, navigate] = useLocation();
  const [filter, setFilter] = useState<ChatFilter>('all');
  const [text, setText] = useState('');
  const results = useRef<SearchResultsHandle>(null);
  const result = useSearch(text, rows ?? noRows);
  const isSearching = text.trim() !== '';
  const shown = filterChats(rows ?? noRows, filter, openId);

  function onSearchKey(event: KeyboardEvent): void {
    if (event.nativeEvent.isComposing || !isSearching) return;
    const [first] = result.paths;
    const actionByKey: Readonly<Record<string, () => void>> = {
      Escape: () => setText(''),
      ArrowDown: () => results.current?.focusFirst(),
      Enter: () => first !== undefined && navigate(first, { state: fromInside }),
    };
    const action = actionByKey[event.key];
    if (!action) return;
    event.preventDefault();
    action();
  }

  return (
    <div className="scroller flex h-full min-h-0 flex-col bg-surface">
      <div className="flex flex-wrap items-center justify-end gap-x-1 ps-4 pe-2.5 pt-[max(0.625rem,env(safe-area-inset-top))] pb-2.5">
        <h1 className="flex-1 text-xl font-bold tracking-tight">{words.inbox.title}</h1>
        <div className="flex items-center gap-1">
          <IconButton
            icon="invite"
            label={words.inbox.invite}
            onClick={() => navigate('/invite', { state: fromInside })}
          />
          <Link
            href="/settings"
            state={fromInside}
            aria-label={words.inbox.settings}
            title={words.inbox.settings}
            className="flex size-11 items-center justify-center rounded-full hover:bg-hover"
          >
            <Avatar seed={self.userId} name={self.name} size="sm" />
          </Link>
        </div>
      </div>
      <SearchField ref={searchField} text={text} onText={setText} onKeyDown={onSearchKey} />
      {!isSearching && rows !== undefined && rows.length > 0 && (
        <fieldset className="flex flex-wrap gap-1.5 px-4 pt-3 pb-1">
          <legend className="spoken">{words.inbox.filters}</legend>
          {chatFilters.map((name) => (
            <button
              key={name}
              type="button"
              aria-pressed={filter === name}
              onClick={() => setFilter(name)}
              className="h-8 rounded-full px-3.5 text-sm font-medium text-muted transition-colors hover:bg-hover aria-pressed:bg-accent-tint aria-pressed:font-semibold aria-pressed:text-accent-ink coarse:h-10"
            >
              {words.inbox.filterNames[name]}
            </button>
          ))}
        </fieldset>
      )}
      <LinkBanner className="mt-2" />
      {!isSearching && <InboxNotes self={self} />}
      {isSearching ? (
        <SearchResults
          ref={results}
          result={result}
          text={text}
          onLeave={() => searchField.current?.focus()}
        />
      ) : rows === undefined ? (
        <LoadingRows />
      ) : rows.length === 0 ? (
        <NoChats />
      ) : shown.length === 0 ? (
        <FilteredToNothing filter={filter} onShowAll={() => setFilter('all')} />
      ) : (
        <ChatList rows={shown} openId={openId} />
      )}
    </div>
  );
}
