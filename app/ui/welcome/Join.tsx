// The door: finds out what one comes with, and leads on, to a new account, to a chat, or to where an invitation can be
// had. The fragment stays in the address until it has done its work, so a reload loses nothing.
import { useEffect, useEffectEvent, useState } from 'react';
import { Redirect, useLocation } from 'wouter';
import type { Admission, CommandFailure } from '../../chat/commands.ts';
import type { SelfView } from '../../chat/views.ts';
import { Avatar } from '../kit/Avatar.tsx';
import { Button } from '../kit/Button.tsx';
import { chatPath, honestName } from '../kit/chatTitle.ts';
import { Shimmer } from '../kit/Shimmer.tsx';
import { useWords } from '../kit/Surroundings.tsx';
import { AcceptInvitation } from './AcceptInvitation.tsx';
import { DeadInvitation } from './DeadInvitation.tsx';
import { LostAccount } from './LostAccount.tsx';
import { PasteInvitation } from './PasteInvitation.tsx';
import { type FoundAdmission, readAdmission } from './readAdmission.ts';
import { SignUpForm } from './SignUpForm.tsx';
import { useInvitation } from './useInvitation.ts';
import { useRegistration } from './useRegistration.ts';
import { WelcomeFrame, WelcomeTitle } from './WelcomeFrame.tsx';

function Checking() {
  const { words } = useWords();
  return (
    <div className="flex flex-col gap-4">
      <Shimmer className="size-20" />
      <Shimmer className="h-8 w-4/5" />
      <output className="text-muted">{words.welcome.checking}</output>
    </div>
  );
}

/** Failures after which the same form can't succeed any more. */
const isFatal = (failure: CommandFailure) =>
  ['invitation-used', 'invitation-expired', 'not-an-invitation', 'own-invitation'].includes(failure);

export function Join({ self }: { self: SelfView }) {
  const { words } = useWords();
  const { welcome } = words;
  const [, navigate] = useLocation();
  const [admission, setAdmission] = useState<FoundAdmission>(() => readAdmission(location.href));
  const [isOpen, setIsOpen] = useState(false);
  const [isSigningUp, setIsSigningUp] = useState(false);
  const [fatal, setFatal] = useState<CommandFailure>();
  const link = admission.kind === 'invitation' ? admission.link : undefined;
  const invitation = useInvitation(link);
  const registration = useRegistration(admission.kind === 'none');
  const isIn = self.state === 'ready' && !isSigningUp;

  function take(found: FoundAdmission): void {
    setFatal(undefined);
    setAdmission(found);
    setIsOpen(false);
  }

  // Another link opened in this tab changes the fragment only: nothing is loaded anew, and what was typed stays.
  const onHash = useEffectEvent(() => take(readAdmission(location.href)));
  useEffect(() => {
    const read = () => onHash();
    window.addEventListener('hashchange', read);
    return () => window.removeEventListener('hashchange', read);
  }, []);

  const form = (given: Admission) => (
    <SignUpForm
      admission={given}
      onStart={() => setIsSigningUp(true)}
      // Replaces the address, and with it the fragment: its work is done.
      onDone={(chatId) => navigate(chatId === undefined ? '/' : chatPath(chatId), { replace: true })}
      onFail={(failure) => {
        setIsSigningUp(false);
        if (isFatal(failure)) setFatal(failure);
      }}
    />
  );

  function content() {
    if (fatal !== undefined) {
      return (
        <DeadInvitation
          failure={fatal}
          hasAccount={isIn}
          onRetry={() => setFatal(undefined)}
          onFound={take}
        />
      );
    }
    if (admission.kind === 'administrator') {
      return (
        <>
          <WelcomeTitle title={welcome.adminTitle} sentence={welcome.adminSentence} />
          {form({ kind: 'administrator', token: admission.token })}
        </>
      );
    }
    if (admission.kind === 'none') {
      return (
        <>
          <WelcomeTitle {...(isOpen ? welcome.open : welcome.need[registration ?? 'invite'])} />
          {isOpen ? form({ kind: 'open' }) : <PasteInvitation onFound={take} />}
          {registration === 'open' && (
            <Button look="plain" className="mt-3 w-full" onClick={() => setIsOpen(!isOpen)}>
              {isOpen ? welcome.withInvitation : welcome.withoutInvitation}
            </Button>
          )}
        </>
      );
    }
    const { state } = invitation;
    if (state.kind === 'checking') return <Checking />;
    if (state.kind === 'failed') {
      return (
        <DeadInvitation failure={state.failure} hasAccount={isIn} onRetry={invitation.retry} onFound={take} />
      );
    }
    const { preview } = state;
    if (isIn && (preview.state === 'open' || preview.chatId !== undefined)) {
      return <AcceptInvitation link={admission.link} preview={preview} />;
    }
    if (preview.state !== 'open') {
      const failure = preview.state === 'used' ? 'invitation-used' : 'invitation-expired';
      return <DeadInvitation failure={failure} hasAccount={isIn} onRetry={invitation.retry} onFound={take} />;
    }
    const name = honestName(preview.inviterName);
    return (
      <>
        <div className="mb-4 @max-3xs:hidden">
          <Avatar seed={preview.inviterId} name={name} size="xl" />
        </div>
        <WelcomeTitle
          title={name === '' ? welcome.invitedBySomebody : welcome.invitedBy(name)}
          sentence={name === '' ? welcome.invitedSentencePlain : welcome.invitedSentence(name)}
        />
        {form({ kind: 'invitation', link: admission.link })}
      </>
    );
  }

  // Who is in already and comes without an invitation has nothing to do here.
  if (isIn && admission.kind !== 'invitation') return <Redirect to="/" replace />;
  return (
    <WelcomeFrame>
      {self.state === 'none' && <LostAccount />}
      {content()}
    </WelcomeFrame>
  );
}
