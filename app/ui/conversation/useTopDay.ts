// The time of the row at the top, and whether the list is being scrolled: for the floating day.
import { useCallback, useEffect, useRef, useState } from 'react';
import { dayKeyOf } from '../kit/words/formats.ts';
import { rowTimeMs, type TimelineRow } from './timelineRows.ts';

const lingerMs = 1200;

export function useTopDay() {
  const [atMs, setAtMs] = useState<number>();
  const [isMoving, setIsMoving] = useState(false);
  const timer = useRef<number>(undefined);

  const see = useCallback((rows: readonly TimelineRow[], first: number) => {
    const row = rows.slice(first, first + 3).find((candidate) => rowTimeMs(candidate) !== undefined);
    const next = row && rowTimeMs(row);
    // The same day is the same pill.
    setAtMs((last) =>
      last !== undefined && next !== undefined && dayKeyOf(last) === dayKeyOf(next) ? last : next,
    );
  }, []);

  const move = useCallback(() => {
    setIsMoving(true);
    clearTimeout(timer.current);
    timer.current = window.setTimeout(() => setIsMoving(false), lingerMs);
  }, []);
  useEffect(() => () => clearTimeout(timer.current), []);
  return { atMs, isMoving, see, move };
}
