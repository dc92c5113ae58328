// An invitation that leads nowhere right now: used, expired, incomplete, one's own, or out of reach. Each says what to
// do, and offers it.
import { useLocation } from 'wouter';
import type { CommandFailure } from '../../chat/commands.ts';
import { Button } from '../kit/Button.tsx';
import { Icon, type IconName } from '../kit/Icon.tsx';
import { useWords } from '../kit/Surroundings.tsx';
import type { Words } from '../kit/words/words.ts';
import { PasteInvitation } from './PasteInvitation.tsx';
import type { FoundAdmission } from './readAdmission.ts';
import { WelcomeTitle } from './WelcomeFrame.tsx';

interface Told {
  readonly icon: IconName;
  readonly title: string;
  readonly sentence: string;
  readonly action: 'paste' | 'retry' | 'chats';
}

function tell(words: Words, failure: CommandFailure): Told {
  const { welcome } = words;
  switch (failure) {
    case 'invitation-used':
      return { icon: 'forbidden', title: welcome.usedTitle, sentence: welcome.usedSentence, action: 'paste' };
    case 'invitation-expired':
      return {
        icon: 'clock',
        title: welcome.expiredTitle,
        sentence: welcome.expiredSentence,
        action: 'paste',
      };
    case 'not-an-invitation':
    case 'not-found':
      return {
        icon: 'link',
        title: welcome.notAnInvitationTitle,
        sentence: welcome.notAnInvitationSentence,
        action: 'paste',
      };
    case 'offline':
      return {
        icon: 'offline',
        title: welcome.offlineTitle,
        sentence: welcome.offlineSentence,
        action: 'retry',
      };
    case 'own-invitation':
      return { icon: 'user', title: welcome.ownTitle, sentence: welcome.ownSentence, action: 'chats' };
    default:
      return {
        icon: 'warning',
        title: welcome.failedTitle,
        sentence: words.failures[failure],
        action: 'retry',
      };
  }
}

export function DeadInvitation(props: {
  failure: CommandFailure;
  hasAccount: boolean;
  onRetry: () => void;
  onFound: (found: FoundAdmission) => void;
}) {
  const { failure, hasAccount, onRetry, onFound } = props;
  const { words } = useWords();
  const [, navigate] = useLocation();
  const told = tell(words, failure);
  return (
    <div role="alert">
      <span className="mb-4 flex size-14 items-center justify-center rounded-full bg-accent-tint text-accent-ink">
        <Icon name={told.icon} size={7} />
      </span>
      <WelcomeTitle title={told.title} sentence={told.sentence} />
      <div className="flex flex-col gap-2">
        {told.action === 'paste' && <PasteInvitation onFound={onFound} />}
        {told.action === 'retry' && (
          <Button className="min-h-12!" onClick={onRetry}>
            {words.tryAgain}
          </Button>
        )}
        {hasAccount && (
          <Button
            look={told.action === 'chats' ? 'primary' : 'plain'}
            onClick={() => navigate('/', { replace: true })}
          >
            {words.welcome.toChats}
          </Button>
        )}
      </div>
    </div>
  );
}
