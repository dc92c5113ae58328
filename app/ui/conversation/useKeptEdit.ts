// The text of an edit that is under way: kept as a draft is, beside it, and forgotten when the edit is over.
import { useCallback, useEffect, useRef } from 'react';
import type { MessageIdText } from '../../chat/views.ts';
import { useClient } from '../kit/Surroundings.tsx';
import { useBeforeLeaving } from './useBeforeLeaving.ts';
import { pauseMs } from './useDraft.ts';

export interface EditText {
  readonly messageId: MessageIdText;
  readonly text: string;
}

/** @param edit undefined while nothing is edited, or nothing has been changed. @returns keeps what is not kept yet. */
export function useKeptEdit(
  chatId: string,
  stored: EditText | undefined,
  edit: EditText | undefined,
): () => void {
  const client = useClient();
  const saved = useRef(stored);
  const current = useRef(edit);

  const flush = useCallback(() => {
    const [before, now] = [saved.current, current.current];
    if (before?.messageId === now?.messageId && before?.text === now?.text) return;
    saved.current = now;
    void client.command({ command: 'setEdit', chatId, edit: now ?? null });
  }, [client, chatId]);

  useEffect(() => {
    current.current = edit;
    const timer = setTimeout(flush, edit === undefined ? 0 : pauseMs);
    return () => clearTimeout(timer);
  }, [edit, flush]);
  useBeforeLeaving(flush);
  return flush;
}
