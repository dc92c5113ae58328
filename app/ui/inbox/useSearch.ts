// What a search finds: chats by their title from what is on screen, messages by asking. Waits for a pause in typing.
import { useEffect, useMemo, useState } from 'react';
import type { ChatRowView, SearchHitView } from '../../chat/views.ts';
import { chatPath, chatTitle, messagePath } from '../kit/chatTitle.ts';
import { matchesSearch, searchWords } from '../kit/foldText.ts';
import { useWords } from '../kit/Surroundings.tsx';
import { useView } from '../kit/useView.ts';

const pauseMs = 120;
/** More than anyone looks through; typing on narrows it. */
const maxHits = 200;

export interface SearchResult {
  readonly words: readonly string[];
  readonly chats: readonly ChatRowView[];
  readonly hits: readonly SearchHitView[];
  readonly isComplete: boolean;
  /** Not everything that was said is on this device yet. */
  readonly isCatchingUp: boolean;
  /** Where each result leads, chats first. */
  readonly paths: readonly string[];
}

export function useSearch(text: string, rows: readonly ChatRowView[]): SearchResult {
  const { words } = useWords();
  const typed = text.trim();
  const [asked, setAsked] = useState('');
  useEffect(() => {
    const timer = setTimeout(() => setAsked(typed), typed === '' ? 0 : pauseMs);
    return () => clearTimeout(timer);
  }, [typed]);

  const found = useView(asked === '' ? undefined : { query: 'search', text: asked })?.view;
  return useMemo(() => {
    const searched = searchWords(typed);
    const chats =
      searched.length === 0
        ? []
        : rows.filter((row) => matchesSearch(chatTitle(words, row), searched)).slice(0, 20);
    const hits = typed === '' ? [] : (found ?? []).slice(0, maxHits);
    return {
      words: searched,
      chats,
      hits,
      isCatchingUp: rows.some((row) => row.isCatchingUp),
      isComplete: typed === '' || (found !== undefined && asked === typed),
      paths: [
        ...chats.map((row) => chatPath(row.chatId)),
        ...hits.map((hit) => messagePath(hit.chatId, hit.messageId)),
      ],
    };
  }, [typed, asked, found, rows, words]);
}
