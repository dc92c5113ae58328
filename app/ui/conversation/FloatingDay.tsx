// The day of what is at the top, while one scrolls. It floats over the rows, so it moves nothing; the separators
// between the rows say the same to a screen reader.
import { useWords } from '../kit/Surroundings.tsx';
import { Pill } from './TimelineRows.tsx';

export function FloatingDay(props: { atMs: number | undefined; nowMs: number; isShown: boolean }) {
  const { atMs, nowMs, isShown } = props;
  const { formats } = useWords();
  if (atMs === undefined) return null;
  return (
    <div
      aria-hidden="true"
      className={`pointer-events-none absolute inset-x-0 top-2 z-10 flex justify-center transition-opacity duration-200 ${isShown ? '' : 'opacity-0'}`}
    >
      <Pill>{formats.day(atMs, nowMs)}</Pill>
    </div>
  );
}
