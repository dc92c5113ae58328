// Tells how far a person has read: the newest message of somebody else that has been on screen while the page was in
// front. Never goes back.
import { useCallback, useEffect, useLayoutEffect, useRef } from 'react';
import type { MessageIdText } from '../../chat/views.ts';
import type { TimelineRow } from './timelineRows.ts';

/** Scrolling past isn't reading: a moment of rest first. */
const restMs = 250;

interface SeenOptions {
  readonly rows: readonly TimelineRow[];
  /** The last row in sight, or -1. */
  readonly lastVisibleIndex: () => number;
  readonly onSeen: (messageId: MessageIdText) => void;
}

/** Call what it returns whenever something else may have come into sight. */
export function useSeen(options: SeenOptions): () => void {
  const latest = useRef<SeenOptions>(undefined);
  const timer = useRef<number>(undefined);
  const seenKey = useRef<string>(undefined);
  useLayoutEffect(() => {
    latest.current = options;
  });

  const report = useCallback(() => {
    clearTimeout(timer.current);
    timer.current = window.setTimeout(() => {
      if (!latest.current || document.visibilityState !== 'visible' || !document.hasFocus()) return;
      const { rows, lastVisibleIndex, onSeen } = latest.current;
      const seenIndex = rows.findIndex((row) => row.key === seenKey.current);
      for (let index = lastVisibleIndex(); index > seenIndex; index -= 1) {
        const row = rows[index];
        if (row?.kind !== 'message' || row.message.author.isSelf) continue;
        seenKey.current = row.key;
        onSeen(row.message.messageId);
        return;
      }
    }, restMs);
  }, []);

  useEffect(() => {
    window.addEventListener('focus', report);
    document.addEventListener('visibilitychange', report);
    return () => {
      window.removeEventListener('focus', report);
      document.removeEventListener('visibilitychange', report);
      clearTimeout(timer.current);
    };
  }, [report]);
  return report;
}
