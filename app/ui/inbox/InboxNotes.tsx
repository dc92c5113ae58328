// What the list says about the whole app: that the account lives here only, and that the app can be installed. One at
// a time, and each goes away for good when asked to.
import { useSyncExternalStore } from 'react';
import { Link } from 'wouter';
import type { SelfView } from '../../chat/views.ts';
import { IconButton } from '../kit/Button.tsx';
import { Icon, type IconName } from '../kit/Icon.tsx';
import { usePreferences, useSurroundings } from '../kit/Surroundings.tsx';

function Note(props: {
  icon: IconName;
  title: string;
  sentence: string;
  dismissLabel: string;
  onDismiss: () => void;
  children: React.ReactNode;
}) {
  const { icon, title, sentence, dismissLabel, onDismiss, children } = props;
  return (
    <div
      role="note"
      className="mx-4 mt-3 flex animate-appear items-start gap-3 rounded-md bg-accent-tint py-2.5 ps-3 pe-1 text-sm"
    >
      <Icon name={icon} className="mt-0.5 text-accent-ink" />
      <div className="min-w-0 flex-1">
        <p className="font-semibold">{title}</p>
        <p className="text-muted">{sentence}</p>
        {children}
      </div>
      <IconButton icon="close" size={4} label={dismissLabel} onClick={onDismiss} className="-my-1.5" />
    </div>
  );
}

const action = 'inline-flex min-h-8 items-center rounded-sm font-semibold text-accent-ink hover:underline';

export function InboxNotes({ self }: { self: Extract<SelfView, { state: 'ready' }> }) {
  const { words, install } = useSurroundings();
  const { values, change } = usePreferences();
  const canInstall = useSyncExternalStore(install.subscribe, install.isAvailable);
  if (!self.isRecoverable && !values.isRecoveryNoteDismissed) {
    return (
      <Note
        icon="shield"
        title={words.inbox.recoveryTitle}
        sentence={words.inbox.recoverySentence}
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
