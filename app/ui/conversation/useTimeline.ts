// The stretch of a chat that is on screen: follows its window, keeps the last view while the next one is fetched, and
// remembers where the unread messages began until the chat is left. Mounted anew for each chat.
import { useCallback, useMemo, useState } from 'react';
import type { MessageIdText, TimelineView } from '../../chat/views.ts';
import { keepEqual } from '../kit/keepEqual.ts';
import { useView } from '../kit/useView.ts';
import {
  type End,
  growWindow,
  isLong,
  openWindow,
  settleWindow,
  shownPart,
  type TimelineWindow,
  trimWindow,
  windowToQuery,
} from './timelineWindow.ts';

export interface Timeline {
  /** Undefined until the first view has arrived. */
  readonly view: TimelineView | undefined;
  /** Changes when the list has to start over at another place. */
  readonly openingKey: string;
  readonly targetId: MessageIdText | undefined;
  readonly firstUnreadId: MessageIdText | undefined;
  /** More is drawn than has to be. */
  readonly isLong: boolean;
  /** Draws more at this end. */
  readonly grow: (at: End) => void;
  /** Draws less at this end, if it is long. */
  readonly trim: (at: End) => void;
  /** Opens the stretch around a message, or the newest one. */
  readonly openAt: (messageId: MessageIdText | undefined) => void;
}

interface Held {
  readonly openingKey: string;
  readonly arrived: TimelineView;
  readonly view: TimelineView;
}

const keyOf = (window: TimelineWindow) => `${window.turn}:${window.targetId ?? 'latest'}`;
const isIn = (view: TimelineView, messageId: string) =>
  view.messages.some((message) => message.messageId === messageId);

export function useTimeline(chatId: string, initialTargetId: MessageIdText | undefined): Timeline {
  const [window, setWindow] = useState(() => openWindow(chatId, initialTargetId, 0));
  const [held, setHeld] = useState<Held>();
  const [firstUnreadId, setFirstUnreadId] = useState<MessageIdText>();
  const arrived = useView(windowToQuery(window))?.view;
  const openingKey = keyOf(window);

  // State that follows from a new view is set while rendering, so no frame is drawn with the old window.
  if (arrived && (held?.arrived !== arrived || held.openingKey !== openingKey)) {
    setHeld({ openingKey, arrived, view: keepEqual(held?.view, arrived) });
    if (held === undefined) setFirstUnreadId(arrived.firstUnreadId);
    const unreadId = held === undefined && window.targetId === undefined ? arrived.firstUnreadId : undefined;
    if (unreadId !== undefined && arrived.hasOlder && !isIn(arrived, unreadId)) {
      setWindow(openWindow(chatId, unreadId, window.turn + 1));
    } else if (
      window.targetId !== undefined &&
      !isIn(arrived, window.targetId) &&
      window.fromId === undefined
    ) {
      setWindow(openWindow(chatId, undefined, window.turn + 1));
    } else {
      setWindow(settleWindow(window, arrived));
    }
  }

  const view = held?.openingKey === openingKey ? held.view : undefined;
  // While an answer is on its way nothing more is asked for, or a look at the same rows would ask without end.
  const answered = arrived === undefined ? undefined : view;
  const grow = useCallback(
    (at: End) => {
      if (answered) setWindow((current) => growWindow(current, answered, at));
    },
    [answered],
  );
  const trim = useCallback(
    (at: End) => {
      if (view) setWindow((current) => trimWindow(current, view, at));
    },
    [view],
  );
  const openAt = useCallback(
    (messageId: MessageIdText | undefined) =>
      setWindow((current) => openWindow(chatId, messageId, current.turn + 1)),
    [chatId],
  );

  const { targetId, fromId, toId, shownCount } = window;
  const shown = useMemo(
    () => view && shownPart({ targetId, fromId, toId, shownCount }, view),
    [view, targetId, fromId, toId, shownCount],
  );

  return {
    view: shown,
    openingKey,
    targetId,
    firstUnreadId,
    isLong: shown !== undefined && isLong(shown.messages.length),
    grow,
    trim,
    openAt,
  };
}
