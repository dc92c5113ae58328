// The quiet line that says why a message waits. Its place is at the top of a pane; it pushes, never covers.
import { Icon } from './Icon.tsx';
import { useWords } from './Surroundings.tsx';
import { useLinkTrouble } from './useLinkTrouble.ts';

export function LinkBanner({ className = '' }: { className?: string }) {
  const trouble = useLinkTrouble();
  const { words } = useWords();
  return (
    <div role="status" className={className}>
      {trouble === 'offline' && (
        <p className="flex animate-appear items-center gap-2 bg-field px-4 py-2 text-sm text-muted">
          <Icon name="offline" size={4.5} />
          {words.link.offline}
        </p>
      )}
      {trouble === 'refused' && (
        <p className="flex animate-appear items-center gap-2 bg-warn-tint px-4 py-2 text-sm text-warn-ink">
          <Icon name="warning" size={4.5} />
          {words.link.refused}
        </p>
      )}
    </div>
  );
}
