// Which stretch of a chat is asked for and which part of it is drawn. A little more is asked for than is drawn, so
// that the newest messages, as they come, push nothing out that is on screen, and scrolling up finds rows at once.
// Pure.
import type { MessageView, Query, TimelineView } from '../../chat/views.ts';

/** Rows that one step of scrolling adds. */
export const pageSize = 50;
/** Older messages asked for beyond what is drawn. */
const slack = 30;
/** Fewer than this left, and more are asked for. */
const leastSlack = 12;

export interface TimelineWindow {
  readonly chatId: string;
  /** The message around which it was opened; undefined for the newest ones. */
  readonly targetId: string | undefined;
  /** Tells two openings around the same message apart. */
  readonly turn: number;
  readonly before: number;
  readonly after: number;
  /** The oldest message drawn; undefined before the first view. */
  readonly fromId: string | undefined;
  /** How many are drawn: the way back if the oldest one is deleted. */
  readonly shownCount: number;
}

export function openWindow(chatId: string, targetId: string | undefined, turn: number): TimelineWindow {
  return {
    chatId,
    targetId,
    turn,
    before: pageSize + slack,
    after: targetId === undefined ? 0 : pageSize,
    fromId: undefined,
    shownCount: pageSize,
  };
}

export function windowToQuery(window: TimelineWindow): Extract<Query, { query: 'timeline' }> {
  const { chatId, targetId, before, after } = window;
  return {
    query: 'timeline',
    chatId,
    anchor: targetId === undefined ? { kind: 'latest' } : { kind: 'message', messageId: targetId },
    before,
    after,
  };
}

const placeOf = (messages: readonly MessageView[], messageId: string | undefined): number =>
  messageId === undefined ? -1 : messages.findIndex((message) => message.messageId === messageId);

/** The part of a window that says what is drawn. */
type Drawn = Pick<TimelineWindow, 'targetId' | 'fromId' | 'shownCount'>;

/** Where drawing begins in `messages`. */
function startOf(window: Drawn, messages: readonly MessageView[]): number {
  const kept = placeOf(messages, window.fromId);
  if (kept !== -1) return kept;
  const target = placeOf(messages, window.targetId);
  const end = window.fromId === undefined && target !== -1 ? target : messages.length;
  return Math.max(0, end - window.shownCount);
}

/** The window after a view has arrived: what is drawn stays, and enough is asked for. */
export function settleWindow(window: TimelineWindow, view: TimelineView): TimelineWindow {
  const start = startOf(window, view.messages);
  const fromId = view.messages[start]?.messageId;
  // Where nothing is drawn yet there is room for a page: the first message comes into it.
  const shownCount = view.messages.length === 0 ? pageSize : view.messages.length - start;
  const isShort = view.hasOlder && start < leastSlack;
  const before = isShort ? window.before + pageSize : window.before;
  if (fromId === window.fromId && before === window.before && shownCount === window.shownCount) return window;
  return { ...window, fromId, shownCount, before };
}

/** One page more, upwards. */
export function growOlder(window: TimelineWindow, view: TimelineView): TimelineWindow {
  const start = Math.max(0, startOf(window, view.messages) - pageSize);
  return settleWindow(
    { ...window, fromId: view.messages[start]?.messageId, shownCount: view.messages.length - start },
    view,
  );
}

/** One page more, downwards, in a window around a message. */
export const growNewer = (window: TimelineWindow): TimelineWindow => ({
  ...window,
  after: window.after + pageSize,
});

/** What is drawn of a view. */
export function shownPart(window: Drawn, view: TimelineView): TimelineView {
  const start = startOf(window, view.messages);
  if (start === 0) return view;
  return { ...view, messages: view.messages.slice(start), hasOlder: true };
}
