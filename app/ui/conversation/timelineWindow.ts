// Which stretch of a chat is asked for and which part of it is drawn. It slides: what lies far from the reader is no
// longer drawn, and asked for again on the way back, so that no view grows with how far somebody has scrolled. More is
// asked for than is drawn, so that rows are there at once when the reader comes to them. Pure.
import type { MessageView, Query, TimelineView } from '../../chat/views.ts';

/** Rows that one step of scrolling adds, or drops at the far end. */
export const pageSize = 50;
/** More than this many are not drawn for long. A page dropped from the longer side leaves one there, which is more than
 * a screen: what was dropped is not wanted back at once. */
const mostDrawn = 200;
export const isLong = (drawn: number): boolean => drawn > mostDrawn;
/** What is asked for beyond each end of what is drawn: a page, and what may arrive meanwhile. */
const room = pageSize + 30;
/** Less than this left at an end that goes on, and more is asked for. */
const leastRoom = 12;

export type End = 'older' | 'newer';

export interface TimelineWindow {
  readonly chatId: string;
  /** The message around which it was opened; undefined for the newest ones. */
  readonly targetId: string | undefined;
  /** Tells two openings around the same message apart. */
  readonly turn: number;
  /** The message from which is counted what is asked for; undefined while the window follows the newest ones. */
  readonly anchorId: string | undefined;
  readonly before: number;
  readonly after: number;
  /** The oldest message drawn; undefined before the first view. */
  readonly fromId: string | undefined;
  /** The newest message drawn; undefined where the newest of all is, whichever that is. */
  readonly toId: string | undefined;
  /** How many are drawn: the way back if the oldest one is deleted. */
  readonly shownCount: number;
}

export function openWindow(chatId: string, targetId: string | undefined, turn: number): TimelineWindow {
  return {
    chatId,
    targetId,
    turn,
    anchorId: targetId,
    before: room,
    after: targetId === undefined ? 0 : pageSize,
    fromId: undefined,
    toId: undefined,
    shownCount: pageSize,
  };
}

export function windowToQuery(window: TimelineWindow): Extract<Query, { query: 'timeline' }> {
  const { chatId, anchorId, before, after } = window;
  return {
    query: 'timeline',
    chatId,
    anchor: anchorId === undefined ? { kind: 'latest' } : { kind: 'message', messageId: anchorId },
    before,
    after,
  };
}

const placeOf = (messages: readonly MessageView[], messageId: string | undefined): number =>
  messageId === undefined ? -1 : messages.findIndex((message) => message.messageId === messageId);

/** The part of a window that says what is drawn. */
type Drawn = Pick<TimelineWindow, 'targetId' | 'fromId' | 'toId' | 'shownCount'>;

/** What of `messages` is drawn: the first, and the one after the last. */
function drawnOf(window: Drawn, messages: readonly MessageView[]): { start: number; end: number } {
  const to = placeOf(messages, window.toId);
  const end = to === -1 ? messages.length : to + 1;
  const from = placeOf(messages, window.fromId);
  if (from !== -1 && from < end) return { start: from, end };
  const target = window.fromId === undefined ? placeOf(messages, window.targetId) : -1;
  return { start: Math.max(0, (target === -1 ? end : target) - window.shownCount), end };
}

/** The window that draws these, and asks for enough around them. */
function draw(window: TimelineWindow, view: TimelineView, start: number, end: number): TimelineWindow {
  const { messages, hasOlder, hasNewer } = view;
  const isNewest = end === messages.length && !hasNewer;
  const fromId = messages[start]?.messageId;
  const toId = isNewest ? undefined : messages[end - 1]?.messageId;
  // Where nothing is drawn yet there is room for a page: the first message comes into it.
  const shownCount = messages.length === 0 ? pageSize : end - start;
  const isShort = (hasOlder && start < leastRoom) || (hasNewer && messages.length - end < leastRoom);
  if (!isShort && !(isNewest && window.anchorId !== undefined)) {
    const isSame = fromId === window.fromId && toId === window.toId && shownCount === window.shownCount;
    return isSame ? window : { ...window, fromId, toId, shownCount };
  }
  const asked = isNewest
    ? { anchorId: undefined, before: shownCount + room, after: 0 }
    : { anchorId: fromId, before: room, after: shownCount + room };
  return { ...window, fromId, toId, shownCount, ...asked };
}

/** The window after a view has arrived: what is drawn stays, and enough is asked for. */
export function settleWindow(window: TimelineWindow, view: TimelineView): TimelineWindow {
  const { start, end } = drawnOf(window, view.messages);
  return draw(window, view, start, end);
}

/** One page more at an end, of what has arrived already. */
export function growWindow(window: TimelineWindow, view: TimelineView, at: End): TimelineWindow {
  const { start, end } = drawnOf(window, view.messages);
  return at === 'older'
    ? draw(window, view, Math.max(0, start - pageSize), end)
    : draw(window, view, start, Math.min(view.messages.length, end + pageSize));
}

/** One page less at an end, the one that is far from the reader, where more is drawn than has to be. */
export function trimWindow(window: TimelineWindow, view: TimelineView, at: End): TimelineWindow {
  const { start, end } = drawnOf(window, view.messages);
  if (!isLong(end - start)) return window;
  return at === 'older'
    ? draw(window, view, start + pageSize, end)
    : draw(window, view, start, end - pageSize);
}

/** What is drawn of a view. */
export function shownPart(window: Drawn, view: TimelineView): TimelineView {
  const { start, end } = drawnOf(window, view.messages);
  if (start === 0 && end === view.messages.length) return view;
  return {
    ...view,
    messages: view.messages.slice(start, end),
    hasOlder: start > 0 || view.hasOlder,
    hasNewer: end < view.messages.length || view.hasNewer,
  };
}
