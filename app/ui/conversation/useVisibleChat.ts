// Tells which conversation is in front of a person, so that the others see them online there, and only there.
import { useEffect } from 'react';
import { useClient } from '../kit/Surroundings.tsx';

/** The chat's documents are opened for it: not while its rows are drawn first, nor for who is passing by. */
const afterMs = 1000;

export function useVisibleChat(chatId: string): void {
  const client = useClient();
  useEffect(() => {
    const tell = (visible: string | null) =>
      void client.command({ command: 'setVisibleChat', chatId: visible });
    const look = () => tell(document.visibilityState === 'visible' ? chatId : null);
    const timer = setTimeout(look, afterMs);
    document.addEventListener('visibilitychange', look);
    return () => {
      clearTimeout(timer);
      document.removeEventListener('visibilitychange', look);
      tell(null);
    };
  }, [client, chatId]);
}
