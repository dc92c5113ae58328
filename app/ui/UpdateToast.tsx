// Says that a newer version of the app waits, and lets the person choose the moment. The press takes the focus from the
// field that may hold a half-written message, and so its draft is kept before anything reloads.
import { useState, useSyncExternalStore } from 'react';
import { Button } from './kit/Button.tsx';
import { useSurroundings } from './kit/Surroundings.tsx';

export function UpdateToast() {
  const { words, update } = useSurroundings();
  const state = useSyncExternalStore(update.subscribe, update.state);
  const [isPutOff, setIsPutOff] = useState(false);
  const isShown = state !== 'none' && !isPutOff;
  return (
    <output className="pointer-events-none fixed inset-x-0 top-[max(0.75rem,env(safe-area-inset-top))] z-60 flex justify-center px-3 wide:inset-x-auto wide:start-1 wide:top-auto wide:bottom-4">
      {isShown && (
        <div className="pointer-events-auto flex animate-rise flex-wrap items-center gap-1 rounded-lg border border-line bg-raised py-1.5 ps-5 pe-1.5 shadow-dialog">
          <p className="me-2 font-medium">{words.update.ready}</p>
          <Button look="plain" onClick={() => setIsPutOff(true)}>
            {words.update.later}
          </Button>
          <Button disabled={state === 'taking-over'} onClick={() => update.accept()}>
            {words.update.accept}
          </Button>
        </div>
      )}
    </output>
  );
}
