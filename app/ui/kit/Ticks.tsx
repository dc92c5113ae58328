// How far a message has come: a clock, one tick, two ticks, two bright ticks, and always the words for it.
import type { DeliveryState } from '../../chat/views.ts';
import { useWords } from './Surroundings.tsx';

/** One element, drawn by its style around words in its own colour: it stands in each row of lists that scroll by fast. */
export function Ticks({ state, on }: { state: DeliveryState; on: 'own' | 'surface' }) {
  const { words } = useWords();
  const readLook = on === 'own' ? 'text-[#8fe3ff]' : 'text-read';
  return (
    <span
      className={`tick ${state === 'read' ? readLook : ''}`}
      title={words.delivery[state]}
      data-testid="ticks"
      data-state={state}
    >
      {words.delivery[state]}
    </span>
  );
}
