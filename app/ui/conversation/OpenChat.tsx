// A chat that is on this device: header, messages and the field, and everything that passes between them.
import { lazy, Suspense, useCallback, useEffect, useMemo, useRef, useState } from 'react';
import type { ChatView, MessageIdText, MessageView } from '../../chat/views.ts';
import { LinkBanner } from '../kit/LinkBanner.tsx';
import { Notice } from '../kit/Notice.tsx';
import { useAnnounce } from '../kit/Announcer.tsx';
import { rowSelector } from '../kit/useRovingRows.ts';
import { useShortcut } from '../kit/useShortcut.ts';
import { useIsTouch } from '../kit/useMediaQuery.ts';
import { useWords } from '../kit/Surroundings.tsx';
import { Composer, type ComposerHandle } from './Composer.tsx';
import { type ComposerMode, editOf, textOf } from './composerMode.ts';
import { ConversationHeader } from './ConversationHeader.tsx';
import { ConversationSearch } from './ConversationSearch.tsx';
import { useNow } from '../kit/useNow.ts';
import { FailureNotice } from './FailureNotice.tsx';
import { LoadingTimeline } from './LoadingTimeline.tsx';
import type { MessageAction } from './messageActions.ts';
import { NoMessages } from './NoMessages.tsx';
import type { OverlayState } from './Overlay.tsx';
import { type RowActions, RowActionsProvider } from './rowActions.ts';
import { Timeline, type TimelineHandle } from './Timeline.tsx';
import { messageKey, timelineToRows } from './timelineRows.ts';
import { useDraft } from './useDraft.ts';
import { useMessageCommands } from './useMessageCommands.ts';
import { useTimeline } from './useTimeline.ts';
import { useVisibleChat } from './useVisibleChat.ts';

const loadOverlay = () => import('./Overlay.tsx');
const Overlay = lazy(() => loadOverlay().then((room) => ({ default: room.Overlay })));
const TimerDialog = lazy(() => import('./TimerDialog.tsx').then((room) => ({ default: room.TimerDialog })));
const flashMs = 1700;

export function OpenChat({ chat, targetId }: { chat: ChatView; targetId: MessageIdText | undefined }) {
  const { chatId } = chat;
  const { words } = useWords();
  const announce = useAnnounce();
  const timeline = useTimeline(chatId, targetId);
  const list = useRef<TimelineHandle>(null);
  const composer = useRef<ComposerHandle>(null);
  const field = useRef<HTMLTextAreaElement>(null);
  const [mode, setMode] = useState<ComposerMode>(() =>
    chat.edit ? { kind: 'edit', ...chat.edit } : { kind: 'new' },
  );
  const [overlay, setOverlay] = useState<OverlayState>();
  const [isTiming, setIsTiming] = useState(false);
  const [isSearching, setIsSearching] = useState(false);
  const [flashingId, setFlashingId] = useState<MessageIdText | undefined>(targetId);
  const [unreadAtOpening] = useState(chat.unreadCount);
  const isWriting = useCallback(() => document.activeElement === field.current, []);
  const draft = useDraft(chatId, chat.draft, isWriting);
  const { change: changeDraft } = draft;
  const giveBack = useCallback(
    (text: string) => changeDraft(field.current?.value ? `${text}\n${field.current.value}` : text),
    [changeDraft],
  );
  const commands = useMessageCommands(chatId, giveBack);
  useVisibleChat(chatId);
  useShortcut('search-here', () => setIsSearching(true));

  const { view, firstUnreadId, openAt } = timeline;
  const nowMs = useNow();
  const rows = useMemo(
    () => (view ? timelineToRows(view, firstUnreadId, nowMs) : []),
    [view, firstUnreadId, nowMs],
  );

  const goTo = useCallback(
    (messageId: MessageIdText) => {
      setFlashingId(messageId);
      if (!list.current?.show(messageId)) openAt(messageId);
    },
    [openAt],
  );
  // The address may come to name another message while the chat stays open.
  const lastTarget = useRef(targetId);
  useEffect(() => {
    if (targetId !== undefined && targetId !== lastTarget.current) goTo(targetId);
    lastTarget.current = targetId;
  }, [targetId, goTo]);
  useEffect(() => {
    if (flashingId === undefined || !view) return undefined;
    const timer = setTimeout(() => setFlashingId(undefined), flashMs);
    return () => clearTimeout(timer);
  }, [flashingId, view]);
  useEffect(() => {
    // What the next press needs is fetched while nothing else happens.
    const timer = setTimeout(() => void loadOverlay().catch(console.error), 1500);
    return () => clearTimeout(timer);
  }, []);

  const isTouch = useIsTouch();
  useEffect(() => {
    // Whoever opens a chat is about to write; on touch the keyboard would hide what they came to read.
    if (!isTouch) composer.current?.focus();
  }, [isTouch]);
  const startMode = useCallback((next: ComposerMode) => {
    setMode(next);
    requestAnimationFrame(() => composer.current?.focus());
  }, []);
  const { react } = commands;
  const [openedIds] = useState(() => new Set<MessageIdText>());
  const rowActions = useMemo<RowActions>(
    () => ({
      openMenu: (message, anchor) => setOverlay({ kind: 'menu', message, anchor }),
      openReactions: (message, anchor) => setOverlay({ kind: 'reactions', message, anchor, isSmall: true }),
      reply: (message) => startMode({ kind: 'reply', message }),
      react: (message, emoji) => void react(message, emoji),
      goTo,
      openedIds,
    }),
    [goTo, startMode, react, openedIds],
  );

  function onAction(message: MessageView, action: MessageAction): void {
    switch (action) {
      case 'reply':
        return startMode({ kind: 'reply', message });
      case 'edit':
        return startMode(editOf(message));
      case 'copy':
        return void navigator.clipboard
          .writeText(textOf(message))
          .then(() => announce(words.copied), console.error);
      case 'info':
        return setOverlay({ kind: 'info', message });
      case 'deleteForMe':
        return setOverlay({ kind: 'delete', message, scope: 'me' });
      case 'deleteForEveryone':
        return setOverlay({ kind: 'delete', message, scope: 'everyone' });
      default:
        return action satisfies never;
    }
  }

  function editLast(): void {
    // The last one is not among these rows: the way there comes first.
    if (view?.hasNewer) return openAt(undefined);
    const last = view?.messages.findLast((message) => message.author.isSelf && message.body.kind === 'text');
    if (last) startMode(editOf(last));
  }

  return (
    <div className="flex h-full min-h-0 flex-col bg-wallpaper">
      <ConversationHeader
        chat={chat}
        onTimer={() => setIsTiming(true)}
        onSearch={() => setIsSearching(true)}
      />
      {isSearching && (
        <ConversationSearch
          chatId={chatId}
          onShow={goTo}
          onClose={() => {
            setIsSearching(false);
            composer.current?.focus();
          }}
        />
      )}
      <LinkBanner className="wide:hidden" />
      {chat.trouble !== undefined && (
        <Notice look="warning" icon="warning" className="rounded-none!">
          {chat.toldBy === undefined
            ? words.conversation.trouble[chat.trouble]
            : words.conversation.toldMore(chat.toldBy)}
        </Notice>
      )}
      {chat.isCatchingUp && chat.trouble === undefined && (
        <Notice icon="clock" className="rounded-none!">
          {words.conversation.catchingUp}
        </Notice>
      )}
      <RowActionsProvider value={rowActions}>
        {view === undefined ? (
          <LoadingTimeline />
        ) : view.messages.length === 0 ? (
          <NoMessages chat={chat} events={view.events} />
        ) : (
          <Timeline
            key={timeline.openingKey}
            ref={list}
            rows={rows}
            chatKind={chat.kind}
            targetId={timeline.targetId}
            flashingId={flashingId}
            hasOlder={view.hasOlder}
            hasNewer={view.hasNewer}
            unreadCount={view.unreadCount}
            unreadAtOpening={unreadAtOpening}
            isLong={timeline.isLong}
            onGrow={timeline.grow}
            onTrim={timeline.trim}
            onLatest={() => openAt(undefined)}
            onSeen={commands.markRead}
          />
        )}
      </RowActionsProvider>
      {commands.failure !== undefined && (
        <FailureNotice failure={commands.failure} onDismiss={commands.dismissFailure} />
      )}
      <Composer
        ref={composer}
        field={field}
        chatId={chatId}
        draft={draft}
        mode={mode}
        keptEdit={chat.edit}
        onCancelMode={() => setMode({ kind: 'new' })}
        onEditLast={editLast}
        onSend={(text, replyTo) => {
          setMode({ kind: 'new' });
          if (view?.hasNewer) openAt(undefined);
          else list.current?.showEnd();
          void commands.send(text, replyTo);
        }}
        onEdit={(messageId, text) =>
          void commands.edit(messageId, text).then((isDone) => isDone && setMode({ kind: 'new' }))
        }
      />
      {isTiming && (
        <Suspense fallback={null}>
          <TimerDialog
            seconds={chat.timerSeconds}
            onChoose={commands.setTimer}
            onClose={() => setIsTiming(false)}
          />
        </Suspense>
      )}
      {overlay && (
        <Suspense fallback={null}>
          <Overlay
            key={overlay.kind}
            state={overlay}
            open={setOverlay}
            close={() => setOverlay((current) => (current === overlay ? undefined : current))}
            focusRow={() => list.current?.focus(overlay.message.messageId)}
            rowElement={() =>
              document.querySelector<HTMLElement>(rowSelector(messageKey(overlay.message.messageId)))
            }
            onAction={onAction}
            onReact={rowActions.react}
            onDelete={(message, scope) => void commands.remove(message.messageId, scope)}
          />
        </Suspense>
      )}
    </div>
  );
}
