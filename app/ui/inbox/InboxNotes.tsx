// What the list says about the whole app: that the storage is nearly full (as long as it is), that the account lives
// here only, and that the app can be installed. One at a time; the last two go away for good when asked to.
import { type ReactNode, useSyncExternalStore } from 'react';
import { Link } from 'wouter';
import type { SelfView } from '../../chat/views.ts';
import { IconButton } from '../kit/Button.tsx';
import { Icon, type IconName } from '../kit/Icon.tsx';
import { Notice } from '../kit/Notice.tsx';
import { usePreferences, useSurroundings } from '../kit/Surroundings.tsx';
import { useView } from '../kit/useView.ts';

function Note(props: {
  icon: IconName;
  title: string;
  sentence?: string;
  dismissLabel: string;
  onDismiss: () => void;
  children: ReactNode;
}) {
  const { icon, title, sentence, dismissLabel, onDismiss, children } = props;
  return (
    <aside
      aria-label={title}
      className="mx-3 mt-2 mb-1 flex [@media(height<34rem)]:hidden animate-appear items-start gap-2.5 rounded-md border border-line py-1.5 ps-3 text-sm"
    >
      <Icon name={icon} className="mt-px text-accent-ink" />
      <div className="min-w-0 flex-1">
        <p className="text-muted">
          <span className="font-semibold text-ink">{title}.</span> {sentence} {children}
        </p>
      </div>
      <IconButton icon="close" size={4} label={dismissLabel} onClick={onDismiss} className="-my-1.5" />
    </aside>
  );
}

const action = 'rounded-xs font-semibold text-accent-ink underline-offset-2 hover:underline';

export function InboxNotes({ self }: { self: Extract<SelfView, { state: 'ready' }> }) {
  const { words, install } = useSurroundings();
  const { values, change } = usePreferences();
  const roomLeft = useView({ query: 'room-left' })?.view;
  const canInstall = useSyncExternalStore(install.subscribe, install.isAvailable);
  if (roomLeft?.isNearlyFull) {
    return (
      <Notice look="warning" icon="warning" className="mx-3 mt-2 mb-1">
        <p className="font-semibold">{words.inbox.nearlyFullTitle}</p>
        <p>{words.inbox.nearlyFullSentence}</p>
      </Notice>
    );
  }
  if (!self.isRecoverable && !values.isRecoveryNoteDismissed) {
    return (
      <Note
        icon="shield"
        title={words.inbox.recoveryTitle}
        dismissLabel={words.dismiss}
        onDismiss={() => change({ isRecoveryNoteDismissed: true })}
      >
        <Link href="/settings" className={action}>
          {words.inbox.recoveryMore}
        </Link>
      </Note>
    );
  }
  if (canInstall && values.hasSent && !values.isInstallHintDismissed) {
    return (
      <Note
        icon="download"
        title={words.install.title}
        sentence={words.install.sentence}
        dismissLabel={words.install.later}
        onDismiss={() => change({ isInstallHintDismissed: true })}
      >
        <button type="button" className={action} onClick={() => void install.ask()}>
          {words.install.accept}
        </button>
      </Note>
    );
  }
  return null;
}
