// Somebody who is in already opens an invitation: one press, and the chat is there.
import { useState } from 'react';
import { useLocation } from 'wouter';
import type { CommandFailure, InvitationPreview } from '../../chat/commands.ts';
import { Avatar } from '../kit/Avatar.tsx';
import { Button } from '../kit/Button.tsx';
import { chatPath, honestName, personName } from '../kit/chatTitle.ts';
import { Notice } from '../kit/Notice.tsx';
import { useClient, useWords } from '../kit/Surroundings.tsx';
import { WelcomeTitle } from './WelcomeFrame.tsx';

export function AcceptInvitation({ link, preview }: { link: string; preview: InvitationPreview }) {
  const { words } = useWords();
  const { welcome } = words;
  const client = useClient();
  const [, navigate] = useLocation();
  const [isWorking, setIsWorking] = useState(false);
  const [failure, setFailure] = useState<CommandFailure>();
  const { chatId } = preview;
  const inviterName = honestName(preview.inviterName);

  async function accept(): Promise<void> {
    setIsWorking(true);
    const answer = await client.command({ command: 'acceptInvitation', link });
    setIsWorking(false);
    if (answer.ok) navigate(chatPath(answer.value.chatId), { replace: true });
    else setFailure(answer.error);
  }

  return (
    <>
      <div className="mb-5 @max-3xs:hidden">
        <Avatar seed={preview.inviterId} name={inviterName} size="xl" />
      </div>
      <WelcomeTitle
        title={
          chatId !== undefined
            ? welcome.knownTitle(personName(words, inviterName))
            : inviterName === ''
              ? welcome.acceptTitlePlain
              : welcome.acceptTitle(inviterName)
        }
        sentence={chatId === undefined ? welcome.acceptSentence : welcome.knownSentence[preview.state]}
      />
      {failure !== undefined && (
        <Notice look="danger" icon="warning" role="alert" className="mb-4">
          {words.failures[failure]}
        </Notice>
      )}
      <div className="flex flex-col gap-2">
        {chatId === undefined ? (
          <Button disabled={isWorking} className="min-h-12!" onClick={() => void accept()}>
            {isWorking ? welcome.accepting : welcome.accept}
          </Button>
        ) : (
          <Button className="min-h-12!" onClick={() => navigate(chatPath(chatId), { replace: true })}>
            {welcome.openChat}
          </Button>
        )}
        <Button look="plain" onClick={() => navigate('/', { replace: true })}>
          {welcome.notNow}
        </Button>
      </div>
    </>
  );
}
