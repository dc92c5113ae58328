// How far a message has come: a clock, one tick, two ticks, two bright ticks, and always the words for it.
import type { DeliveryState } from '../../chat/views.ts';
import { Icon, type IconName } from './Icon.tsx';
import { useWords } from './Surroundings.tsx';

const iconByState: Readonly<Record<DeliveryState, IconName>> = {
  waiting: 'clock',
  sent: 'check',
  delivered: 'checks',
  read: 'checks',
};

export function Ticks({ state, on }: { state: DeliveryState; on: 'own' | 'surface' }) {
  const { words } = useWords();
  const readLook = on === 'own' ? 'text-[#8fe3ff]' : 'text-read';
  return (
    <span
      className={`inline-flex ${state === 'read' ? readLook : ''}`}
      title={words.delivery[state]}
      data-testid="ticks"
      data-state={state}
    >
      <Icon name={iconByState[state]} size={state === 'waiting' ? 3.25 : 4} />
      <span className="spoken">{words.delivery[state]}</span>
    </span>
  );
}
