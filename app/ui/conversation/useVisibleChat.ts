// Tells which conversation is in front of a person, so that the others see them online there, and only there.
import { useEffect } from 'react';
import { useClient } from '../kit/Surroundings.tsx';

/** @param isDrawn its rows are there: what the chat begins to do now is not in their way. */
export function useVisibleChat(chatId: string, isDrawn: boolean): void {
  const client = useClient();
  useEffect(() => {
    if (!isDrawn) return undefined;
    const tell = (visible: string | null) =>
      void client.command({ command: 'setVisibleChat', chatId: visible });
    const look = () => tell(document.visibilityState === 'visible' ? chatId : null);
    look();
    document.addEventListener('visibilitychange', look);
    return () => {
      document.removeEventListener('visibilitychange', look);
      tell(null);
    };
  }, [client, chatId, isDrawn]);
}
