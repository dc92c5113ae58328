// The screens put together: who comes in sees the welcome, who is in sees their chats, and an address leads to each.
import { lazy, Suspense, useEffect, useSyncExternalStore } from 'react';
import { useLocation } from 'wouter';
import type { SelfView } from '../chat/views.ts';
import { Announcer } from './kit/Announcer.tsx';
import { Button } from './kit/Button.tsx';
import { EmptyState } from './kit/EmptyState.tsx';
import { ErrorBoundary } from './kit/ErrorBoundary.tsx';
import { applyTheme } from './kit/preferences.ts';
import { usePreferences, useSurroundings } from './kit/Surroundings.tsx';
import { useView } from './kit/useView.ts';
import { Panes } from './Panes.tsx';
import { useRememberAccount } from './useRememberAccount.ts';
import { useViewportHeight } from './useViewportHeight.ts';
import { UpdateToast } from './UpdateToast.tsx';

const Join = lazy(() => import('./welcome/Join.tsx').then((room) => ({ default: room.Join })));

function Screens({ self }: { self: SelfView }) {
  const [path] = useLocation();
  // While an account is being made here, its screen stays until it leads on by itself.
  if (self.state === 'none' || path === '/join') return <Join self={self} />;
  return <Panes self={self} />;
}

function BrokenDown({ reason }: { reason: string }) {
  const { words } = useSurroundings();
  const { breakdown } = words;
  const isNewer = reason === 'NewerDatabase';
  return (
    <main className="flex h-visible flex-col">
      <EmptyState
        icon="warning"
        level={1}
        isAlert
        title={isNewer ? breakdown.newerTitle : breakdown.title}
        sentence={isNewer ? breakdown.newerSentence : breakdown.sentence}
      >
        <Button onClick={() => location.reload()}>{words.broken.reload}</Button>
        <p className="text-xs text-muted">{breakdown.detail(reason)}</p>
      </EmptyState>
    </main>
  );
}

export function App() {
  const { breakdown } = useSurroundings();
  const { values } = usePreferences();
  const reason = useSyncExternalStore(breakdown.subscribe, breakdown.read);
  const self = useView({ query: 'self' })?.view;
  useViewportHeight();
  useRememberAccount(self);
  useEffect(() => applyTheme(document.documentElement, values.theme), [values.theme]);
  return (
    <ErrorBoundary>
      <Announcer>
        {reason === undefined ? (
          self && (
            <Suspense fallback={null}>
              <Screens self={self} />
            </Suspense>
          )
        ) : (
          <BrokenDown reason={reason} />
        )}
        <UpdateToast />
      </Announcer>
    </ErrorBoundary>
  );
}
