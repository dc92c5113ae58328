// The quiet line that says why a message waits. Its place is at the top of a pane; it pushes, never covers.
import { Icon } from './Icon.tsx';
import { useWords } from './Surroundings.tsx';
import { useLinkTrouble } from './useLinkTrouble.ts';

const line = 'flex animate-appear items-center gap-2.5 px-4 py-2 text-sm';

export function LinkBanner({ className = '' }: { className?: string }) {
  const trouble = useLinkTrouble();
  const { words } = useWords();
  return (
    <output className={`block ${className}`}>
      {trouble === 'offline' && (
        <span className={`${line} bg-field text-muted`}>
          <Icon name="offline" size={4.5} />
          {words.link.offline}
        </span>
      )}
      {trouble === 'refused' && (
        <span className={`${line} bg-warn-tint text-warn-ink`}>
          <Icon name="warning" size={4.5} />
          {words.link.refused}
        </span>
      )}
    </output>
  );
}
