// Tells which conversation is in front of a person, so that the others see them online there, and only there.
import { useEffect } from 'react';
import { useClient } from '../kit/Surroundings.tsx';

export function useVisibleChat(chatId: string): void {
  const client = useClient();
  useEffect(() => {
    const tell = (visible: string | null) =>
      void client.command({ command: 'setVisibleChat', chatId: visible });
    const look = () => tell(document.visibilityState === 'visible' ? chatId : null);
    look();
    document.addEventListener('visibilitychange', look);
    return () => {
      document.removeEventListener('visibilitychange', look);
      tell(null);
    };
  }, [client, chatId]);
}
