// Whom the relay lets in, asked where somebody comes without a link. Undefined until it has answered.
import { useEffect, useState } from 'react';
import type { AnswerByCommand } from '../../chat/commands.ts';
import { useClient } from '../kit/Surroundings.tsx';

type Registration = AnswerByCommand['inspectRelay']['registration'];

export function useRegistration(isAsked: boolean): Registration | undefined {
  const client = useClient();
  const [registration, setRegistration] = useState<Registration>();
  useEffect(() => {
    if (!isAsked) return undefined;
    let isLeft = false;
    void client.command({ command: 'inspectRelay' }).then((answer) => {
      if (!isLeft && answer.ok) setRegistration(answer.value.registration);
    });
    return () => {
      isLeft = true;
    };
  }, [client, isAsked]);
  return registration;
}
