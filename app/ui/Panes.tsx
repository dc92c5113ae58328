// Two panes side by side where there is room: chats, and what is open. On a narrow screen what is open covers the list,
// which stays beneath as it was, so that Back returns to where one left it.
import { lazy, Suspense, useEffect, useMemo, useRef, useState } from 'react';
import { Redirect, Route, Switch, useLocation, useRoute } from 'wouter';
import type { SelfView } from '../chat/views.ts';
import { newestFirst } from './inbox/chatOrder.ts';
import { Inbox } from './inbox/Inbox.tsx';
import { ErrorBoundary } from './kit/ErrorBoundary.tsx';
import { useWords } from './kit/Surroundings.tsx';
import { useIsWide } from './kit/useMediaQuery.ts';
import { useShortcut } from './kit/useShortcut.ts';
import { useView } from './kit/useView.ts';
import { NothingOpen } from './NothingOpen.tsx';
import { useChatShortcuts } from './useChatShortcuts.ts';
import { useNewMessageVoice } from './useNewMessageVoice.ts';
import { useUnreadTitle } from './useUnreadTitle.ts';
import { useRegions } from './useRegions.ts';

const loadConversation = () => import('./conversation/Conversation.tsx');
const Conversation = lazy(() => loadConversation().then((room) => ({ default: room.Conversation })));
const Invite = lazy(() => import('./invite/Invite.tsx').then((room) => ({ default: room.Invite })));
const Settings = lazy(() => import('./settings/Settings.tsx').then((room) => ({ default: room.Settings })));
const Diagnostics = lazy(() =>
  import('./settings/Diagnostics.tsx').then((room) => ({ default: room.Diagnostics })),
);
const ShortcutsDialog = lazy(() =>
  import('./settings/ShortcutsDialog.tsx').then((room) => ({ default: room.ShortcutsDialog })),
);

export function Panes({ self }: { self: Extract<SelfView, { state: 'ready' }> }) {
  const { words } = useWords();
  const [path, navigate] = useLocation();
  const [, open] = useRoute('/c/:chat/*?');
  const openId = open?.chat;
  const isWide = useIsWide();
  const isListOnly = path === '/' && !isWide;
  const isCovered = path !== '/' && !isWide;
  const chats = useView({ query: 'chats' })?.view;
  const rows = useMemo(() => chats && newestFirst(chats), [chats]);
  const searchField = useRef<HTMLInputElement>(null);
  const regions = useRef<HTMLDivElement>(null);
  const [isHelpOpen, setIsHelpOpen] = useState(false);

  useChatShortcuts(rows, openId);
  useUnreadTitle(chats);
  useNewMessageVoice(chats);
  useRegions(regions);
  useShortcut('help', () => setIsHelpOpen(true));
  useShortcut('settings', () => navigate('/settings'));
  useShortcut('search-everywhere', () => {
    if (isCovered) navigate('/');
    requestAnimationFrame(() => searchField.current?.focus());
  });
  useEffect(() => {
    // The list is there; the next thing anyone does is open a chat.
    const timer = setTimeout(() => void loadConversation().catch(console.error), 200);
    return () => clearTimeout(timer);
  }, []);

  return (
    <div
      ref={regions}
      className="relative grid h-visible grid-cols-1 overflow-hidden wide:grid-cols-[clamp(18rem,34%,26rem)_minmax(0,1fr)]"
    >
      <div
        role={isListOnly ? 'main' : 'navigation'}
        aria-label={words.inbox.region}
        data-region
        className={`col-start-1 row-start-1 min-h-0 min-w-0 border-line wide:border-e ${isCovered ? 'invisible' : ''}`}
      >
        <ErrorBoundary>
          <Inbox self={self} rows={rows} openId={openId} searchField={searchField} />
        </ErrorBoundary>
      </div>
      {!isListOnly && (
        <main
          aria-label={words.conversation.region}
          data-region
          className="z-10 col-start-1 row-start-1 min-h-0 min-w-0 wide:col-start-2"
        >
          <ErrorBoundary key={openId ?? path}>
            <Suspense fallback={<div className="h-full bg-wallpaper" />}>
              <Switch>
                <Route path="/c/:chat/m/:message">
                  {({ chat, message }) => <Conversation chatId={chat} messageId={message} />}
                </Route>
                <Route path="/c/:chat">
                  {({ chat }) => <Conversation chatId={chat} messageId={undefined} />}
                </Route>
                <Route path="/invite">
                  <Invite />
                </Route>
                <Route path="/settings">
                  <Settings self={self} onShortcuts={() => setIsHelpOpen(true)} />
                </Route>
                <Route path="/diagnostics">
                  <Diagnostics />
                </Route>
                <Route path="/">
                  <NothingOpen isEmpty={rows?.length === 0} onShortcuts={() => setIsHelpOpen(true)} />
                </Route>
                <Route>
                  <Redirect to="/" replace />
                </Route>
              </Switch>
            </Suspense>
          </ErrorBoundary>
        </main>
      )}
      {isHelpOpen && (
        <Suspense fallback={null}>
          <ShortcutsDialog onClose={() => setIsHelpOpen(false)} />
        </Suspense>
      )}
    </div>
  );
}
