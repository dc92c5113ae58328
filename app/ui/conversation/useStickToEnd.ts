// Keeps the newest message in sight while the reader is at the end, and moves nothing while they are anywhere else.
// Following ends by the reader's own hand only, never by what the list does: see usePull.
import { type RefObject, useEffect, useEffectEvent, useLayoutEffect, useRef, useState } from 'react';
import { type Pull, usePull } from './usePull.ts';

/** Closer than this is at the end: about a line. */
const endPx = 32;
/** A pull that has moved the list no further than a line by then was none. */
const pullMs = 300;

export interface StickToEnd {
  readonly isAtEnd: boolean;
  /** Also before the list has followed what came last. */
  readonly isHeld: () => boolean;
  /** After the list has moved, by whomever. */
  readonly settle: () => void;
  /** After rows or sizes changed: back to the end, if that is where the reader was. */
  readonly keep: () => void;
  readonly scrollToEnd: () => void;
  /** The list goes somewhere else. */
  readonly letGo: () => void;
}

export function useStickToEnd(scroller: RefObject<HTMLElement | null>, isNewest: boolean): StickToEnd {
  const [isAtEnd, setIsAtEnd] = useState(true);
  const sticks = useRef(true);
  const hasEnd = useRef(isNewest);
  const pullTimer = useRef<number>(undefined);
  useLayoutEffect(() => {
    hasEnd.current = isNewest;
  }, [isNewest]);

  function change(next: boolean): void {
    sticks.current = next;
    setIsAtEnd(next);
  }

  function endPull(): void {
    clearTimeout(pullTimer.current);
    pullTimer.current = undefined;
  }
  useEffect(() => () => clearTimeout(pullTimer.current), []);

  // Not by the list: it gives up where it was going when rows go from its start.
  function keep(): void {
    const element = scroller.current;
    if (!element || !sticks.current || !hasEnd.current) return;
    element.scrollTo({ top: element.scrollHeight, behavior: 'instant' });
  }
  const onResize = useEffectEvent(keep);
  useEffect(() => {
    const element = scroller.current;
    if (!element) return undefined;
    const observer = new ResizeObserver(() => onResize());
    for (const sized of [element, ...element.children]) observer.observe(sized);
    return () => observer.disconnect();
  }, [scroller]);

  function scrollToEnd(): void {
    endPull();
    change(true);
    keep();
  }

  function settle(): void {
    const element = scroller.current;
    if (!element || !hasEnd.current || pullTimer.current !== undefined) return;
    if (element.scrollHeight - element.scrollTop - element.clientHeight <= endPx) change(true);
  }

  usePull(scroller, (pull: Pull) => {
    endPull();
    if (pull === 'down') return settle();
    if (!scroller.current || scroller.current.scrollTop <= 0) return;
    change(false);
    pullTimer.current = window.setTimeout(() => {
      endPull();
      settle();
    }, pullMs);
  });

  return { isAtEnd, isHeld: () => sticks.current, settle, keep, scrollToEnd, letGo: () => change(false) };
}
