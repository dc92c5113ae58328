// The screens put together: who comes in sees the welcome, who is in sees their chats, and an address leads to each.
import { lazy, Suspense, useEffect } from 'react';
import { useLocation } from 'wouter';
import type { SelfView } from '../chat/views.ts';
import { Announcer } from './kit/Announcer.tsx';
import { ErrorBoundary } from './kit/ErrorBoundary.tsx';
import { applyTheme } from './kit/preferences.ts';
import { usePreferences } from './kit/Surroundings.tsx';
import { useView } from './kit/useView.ts';
import { Panes } from './Panes.tsx';
import { UpdateToast } from './UpdateToast.tsx';

const Join = lazy(() => import('./welcome/Join.tsx').then((room) => ({ default: room.Join })));

function Screens({ self }: { self: SelfView }) {
  const [path] = useLocation();
  // While an account is being made here, its screen stays until it leads on by itself.
  if (self.state === 'none' || path === '/join') return <Join self={self} />;
  return <Panes self={self} />;
}

export function App() {
  const { values } = usePreferences();
  const self = useView({ query: 'self' })?.view;
  useEffect(() => applyTheme(document.documentElement, values.theme), [values.theme]);
  return (
    <ErrorBoundary>
      <Announcer>
        {self && (
          <Suspense fallback={null}>
            <Screens self={self} />
          </Suspense>
        )}
        <UpdateToast />
      </Announcer>
    </ErrorBoundary>
  );
}
