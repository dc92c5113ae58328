// Who one is, how it looks, and the plain truth about where this account lives and what the relay can see.
import { useSyncExternalStore } from 'react';
import { Link } from 'wouter';
import type { SelfView } from '../../chat/views.ts';
import { Button } from '../kit/Button.tsx';
import { Icon } from '../kit/Icon.tsx';
import { fromInside } from '../kit/leaveTo.ts';
import { Card, Page } from '../kit/Page.tsx';
import { useSurroundings } from '../kit/Surroundings.tsx';
import { useView } from '../kit/useView.ts';
import { ProfileCard } from './ProfileCard.tsx';
import { RelayFacts } from './RelayFacts.tsx';
import { ThemeChoice } from './ThemeChoice.tsx';

type Ready = Extract<SelfView, { state: 'ready' }>;

function AccountCard({ self }: { self: Ready }) {
  const { words } = useSurroundings();
  const { settings } = words;
  const link = useView({ query: 'link' })?.view;
  const persistence =
    self.isStoragePersistent === undefined
      ? settings.persistenceUnknown
      : self.isStoragePersistent
        ? settings.persistent
        : settings.notPersistent;
  return (
    <Card title={settings.account}>
      {!self.isRecoverable && (
        <div className="mb-4 flex gap-3 rounded-md bg-warn-tint p-3.5 text-sm">
          <Icon name="warning" className="text-warn-ink" />
          <div>
            <p className="font-semibold text-warn-ink">{settings.onlyHereTitle}</p>
            <p className="mt-1">{settings.onlyHereSentence}</p>
          </div>
        </div>
      )}
      <dl className="flex flex-col gap-2 text-sm">
        <div className="flex flex-wrap justify-between gap-x-4">
          <dt className="text-muted">{settings.connection}</dt>
          <dd>{link ? words.link.states[link.state] : '…'}</dd>
        </div>
        {self.isAdministrator && (
          <div>
            <dt className="spoken">{settings.administrator}</dt>
            <dd className="flex items-center gap-2">
              <Icon name="shield" size={4.5} className="text-accent-ink" />
              {settings.administrator}
            </dd>
          </div>
        )}
      </dl>
      <p className="mt-2 text-sm text-muted">{persistence}</p>
    </Card>
  );
}

export function Settings({ self, onShortcuts }: { self: Ready; onShortcuts: () => void }) {
  const { words, install } = useSurroundings();
  const { settings } = words;
  const canInstall = useSyncExternalStore(install.subscribe, install.isAvailable);
  return (
    <Page title={settings.title}>
      <ProfileCard self={self} />
      <Card title={settings.look}>
        <ThemeChoice />
      </Card>
      {canInstall && (
        <Card title={words.install.title}>
          <p className="mb-3 text-sm text-muted">{words.install.sentence}</p>
          <Button look="quiet" icon="download" onClick={() => void install.ask()}>
            {words.install.accept}
          </Button>
        </Card>
      )}
      <AccountCard self={self} />
      <RelayFacts />
      <Card title={settings.help}>
        <div className="-mx-2 -my-1 flex flex-col">
          <button
            type="button"
            onClick={onShortcuts}
            className="flex min-h-12 items-center gap-3 rounded-md px-2 text-start hover:bg-hover"
          >
            <Icon name="keyboard" className="text-muted" />
            {settings.shortcuts}
          </button>
          <Link
            href="/diagnostics"
            state={fromInside}
            className="flex min-h-12 items-center gap-3 rounded-md px-2 hover:bg-hover"
          >
            <Icon name="activity" className="text-muted" />
            <span>
              {settings.diagnostics}
              <span className="block text-sm text-muted">{settings.diagnosticsSentence}</span>
            </span>
          </Link>
        </div>
      </Card>
    </Page>
  );
}
