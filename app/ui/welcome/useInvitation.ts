// What an invitation link leads to, asked once and again on request.
import { useCallback, useEffect, useState } from 'react';
import type { CommandFailure, InvitationPreview } from '../../chat/commands.ts';
import { useClient } from '../kit/Surroundings.tsx';

export type InvitationState =
  | { readonly kind: 'checking' }
  | { readonly kind: 'found'; readonly preview: InvitationPreview }
  | { readonly kind: 'failed'; readonly failure: CommandFailure };

export function useInvitation(link: string | undefined): { state: InvitationState; retry: () => void } {
  const client = useClient();
  const [turn, setTurn] = useState(0);
  const [found, setFound] = useState<{ link: string; turn: number; state: InvitationState }>();
  useEffect(() => {
    if (link === undefined) return undefined;
    let isLeft = false;
    void client.command({ command: 'inspectInvitation', link }).then((answer) => {
      if (isLeft) return;
      const state: InvitationState = answer.ok
        ? { kind: 'found', preview: answer.value }
        : { kind: 'failed', failure: answer.error };
      setFound({ link, turn, state });
    });
    return () => {
      isLeft = true;
    };
  }, [client, link, turn]);
  const retry = useCallback(() => setTurn((current) => current + 1), []);
  const isCurrent = found?.link === link && found?.turn === turn;
  return { state: isCurrent && found ? found.state : { kind: 'checking' }, retry };
}
