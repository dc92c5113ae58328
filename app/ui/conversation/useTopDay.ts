// The day of the row at the top while a person scrolls: for the pill that floats there. The list's own corrections
// after it opened or grew are not scrolling.
import { useCallback, useEffect, useRef, useState } from 'react';
import { dayKeyOf } from '../kit/words/formats.ts';
import { rowTimeMs, type TimelineRow } from './timelineRows.ts';

const lingerMs = 1200;

export function useTopDay() {
  const [atMs, setAtMs] = useState<number>();
  const [isMoving, setIsMoving] = useState(false);
  const timer = useRef<number>(undefined);
  const touchedAtMs = useRef(-lingerMs);

  const see = useCallback((rows: readonly TimelineRow[], first: number) => {
    // Where a separator is at the top, it says the day itself.
    const row = rows[first]?.kind === 'day' ? undefined : rows.slice(first, first + 3).find(rowTimeMs);
    const next = row && rowTimeMs(row);
    // The same day is the same pill.
    setAtMs((last) =>
      last !== undefined && next !== undefined && dayKeyOf(last) === dayKeyOf(next) ? last : next,
    );
  }, []);

  const scrolled = useCallback(() => {
    // A flick goes on after the finger has left, so one scroll keeps the next one alive.
    const now = performance.now();
    if (now - touchedAtMs.current > lingerMs) return;
    touchedAtMs.current = now;
    setIsMoving(true);
    clearTimeout(timer.current);
    timer.current = window.setTimeout(() => setIsMoving(false), lingerMs);
  }, []);

  const touch = useCallback(() => {
    touchedAtMs.current = performance.now();
  }, []);
  useEffect(() => () => clearTimeout(timer.current), []);
  return {
    atMs,
    isMoving,
    see,
    scrolled,
    handlers: { onWheel: touch, onTouchMove: touch, onPointerDown: touch },
  };
}
