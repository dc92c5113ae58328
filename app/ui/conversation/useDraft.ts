// The text that waits in the field: kept for this chat after a pause in typing, and at once when the field is left. What
// another tab wrote is taken over while nobody writes here.
import { useCallback, useEffect, useRef, useState } from 'react';
import { useClient } from '../kit/Surroundings.tsx';
import { useBeforeLeaving } from './useBeforeLeaving.ts';

export const pauseMs = 400;

export interface Draft {
  readonly text: string;
  readonly change: (text: string) => void;
  /** Keeps what is not kept yet. */
  readonly flush: () => void;
}

export function useDraft(chatId: string, stored: string, isWriting: () => boolean): Draft {
  const client = useClient();
  const [text, setText] = useState(stored);
  const current = useRef(text);
  const saved = useRef(stored);
  const timer = useRef<number>(undefined);

  const flush = useCallback(() => {
    clearTimeout(timer.current);
    if (saved.current === current.current) return;
    saved.current = current.current;
    void client.command({ command: 'setDraft', chatId, text: current.current });
  }, [client, chatId]);

  const change = useCallback(
    (next: string) => {
      current.current = next;
      setText(next);
      clearTimeout(timer.current);
      timer.current = window.setTimeout(flush, next === '' ? 0 : pauseMs);
    },
    [flush],
  );

  useEffect(() => {
    const hasUnsaved = saved.current !== current.current;
    if (stored === saved.current || hasUnsaved || isWriting()) return;
    saved.current = stored;
    current.current = stored;
    setText(stored);
  }, [stored, isWriting]);

  useBeforeLeaving(flush);
  return { text, change, flush };
}
