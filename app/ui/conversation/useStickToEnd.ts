// Keeps the newest message in sight while the reader is at the end, and moves nothing while they are anywhere else.
import { type RefObject, useCallback, useLayoutEffect, useRef, useState } from 'react';
import type { VirtualizerHandle } from 'virtua';

/** Closer than this is at the end: about a line. */
const endPx = 32;

export interface StickToEnd {
  readonly isAtEnd: boolean;
  /** Also before the list has followed what came last. */
  readonly isHeld: () => boolean;
  /** @param isNewest the last row is the newest of all: only there is an end to stay at. */
  readonly onScroll: (offset: number, isNewest: boolean) => void;
  /** After rows or sizes changed: back to the end, if that is where the reader was. */
  readonly keep: () => void;
  readonly scrollToEnd: () => void;
  /** The list goes somewhere else. */
  readonly letGo: () => void;
}

export function useStickToEnd(list: RefObject<VirtualizerHandle | null>, rowCount: number): StickToEnd {
  const [isAtEnd, setIsAtEnd] = useState(true);
  const sticks = useRef(true);
  const lastOffset = useRef(0);
  const count = useRef(0);
  useLayoutEffect(() => {
    count.current = rowCount;
    // Rows that went from the start move the place too, and nobody has scrolled.
    lastOffset.current = 0;
  }, [rowCount]);

  const change = useCallback((next: boolean) => {
    sticks.current = next;
    setIsAtEnd(next);
  }, []);

  const scrollToEnd = useCallback(() => {
    change(true);
    list.current?.scrollToIndex(count.current - 1, { align: 'end' });
  }, [list, change]);

  const onScroll = useCallback(
    (offset: number, isNewest: boolean) => {
      const handle = list.current;
      if (!handle) return;
      const leftPx = handle.scrollSize - offset - handle.viewportSize;
      // Only moving up lets go: rows that turn out taller than thought also leave the end, but nobody moved.
      if (isNewest && leftPx <= endPx) change(true);
      else if (offset < lastOffset.current - 1) change(false);
      lastOffset.current = offset;
    },
    [list, change],
  );

  const keep = useCallback(() => {
    if (sticks.current) list.current?.scrollToIndex(count.current - 1, { align: 'end' });
  }, [list]);

  const letGo = useCallback(() => change(false), [change]);
  const isHeld = useCallback(() => sticks.current, []);
  return { isAtEnd, isHeld, onScroll, keep, scrollToEnd, letGo };
}
