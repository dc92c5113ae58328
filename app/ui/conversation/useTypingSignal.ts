// Tells the others that somebody is writing: at most every few seconds, and that it stopped.
import { useCallback, useEffect, useRef } from 'react';
import { useClient } from '../kit/Surroundings.tsx';

const repeatMs = 3000;
const idleMs = 5000;

export function useTypingSignal(chatId: string): (isWriting: boolean) => void {
  const client = useClient();
  const toldAtMs = useRef<number>(undefined);
  const timer = useRef<number>(undefined);

  const stop = useCallback(() => {
    clearTimeout(timer.current);
    if (toldAtMs.current === undefined) return;
    toldAtMs.current = undefined;
    void client.command({ command: 'setTyping', chatId, isTyping: false });
  }, [client, chatId]);

  useEffect(() => stop, [stop]);

  return useCallback(
    (isWriting: boolean) => {
      if (!isWriting) return stop();
      clearTimeout(timer.current);
      timer.current = window.setTimeout(stop, idleMs);
      const now = performance.now();
      if (toldAtMs.current !== undefined && now - toldAtMs.current < repeatMs) return;
      toldAtMs.current = now;
      void client.command({ command: 'setTyping', chatId, isTyping: true });
    },
    [client, chatId, stop],
  );
}
