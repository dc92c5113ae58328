// The wide screen's second pane before a chat is picked.
import { Button } from './kit/Button.tsx';
import { Logo } from './kit/Logo.tsx';
import { useWords } from './kit/Surroundings.tsx';

export function NothingOpen({ isEmpty, onShortcuts }: { isEmpty: boolean; onShortcuts: () => void }) {
  const { words } = useWords();
  return (
    <div className="flex h-full flex-col items-center justify-center gap-3 bg-wallpaper px-6 text-center">
      <Logo className="mb-3 size-20 drop-shadow-lg" />
      <h2 className="text-lg font-semibold">{isEmpty ? words.appName : words.inbox.pickTitle}</h2>
      <p className="max-w-sm text-sm text-muted">{words.inbox.pickSentence}</p>
      <Button look="plain" icon="keyboard" className="mt-2" onClick={onShortcuts}>
        {words.inbox.shortcutsHint}
      </Button>
    </div>
  );
}
