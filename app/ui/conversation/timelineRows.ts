// From a timeline to the rows that are drawn: day separators, the unread divider, events, and messages that know
// whether they begin or end a sender's run. Pure. While older history is missing, the first row is one of its records,
// so that loading more only ever adds rows before it.
import type { EventView, MessageView, TimelineView } from '../../chat/views.ts';
import { dayKeyOf } from '../kit/words/formats.ts';
import { pageSize } from './timelineWindow.ts';

export type TimelineRow =
  | { readonly kind: 'day'; readonly key: string; readonly atMs: number }
  | { readonly kind: 'unread'; readonly key: string }
  | { readonly kind: 'event'; readonly key: string; readonly event: EventView }
  /** Somebody set how long messages stay. */
  | { readonly kind: 'timer'; readonly key: string; readonly atMs: number; readonly message: MessageView }
  | {
      readonly kind: 'message';
      readonly key: string;
      /** Of the day that it stands under. */
      readonly atMs: number;
      readonly message: MessageView;
      readonly isRunStart: boolean;
      readonly isRunEnd: boolean;
    };

/** Said by a clock further ahead than this, a message is of the future: it begins no day. */
const maxLeadMs = 5 * 60_000;
/** A pause as long as this ends a sender's run. */
const runPauseMs = 5 * 60_000;

export const unreadKey = 'unread';
export const messageKey = (messageId: string): string => `m-${messageId}`;

type Item = { readonly atMs: number; readonly day: string } & (
  { readonly message: MessageView } | { readonly event: EventView }
);

/** Messages keep their order; an event stands before the first message that is later. */
function merge(
  messages: readonly MessageView[],
  events: readonly EventView[],
  hasOlder: boolean,
  nowMs: number,
): readonly Item[] {
  const firstMs = messages[0]?.sentAtMs ?? 0;
  const waiting = events.filter((event) => !hasOlder || event.atMs >= firstMs);
  const items: Item[] = [];
  const addEvent = (event: EventView) => items.push({ atMs: event.atMs, day: dayKeyOf(event.atMs), event });
  let next = 0;
  for (const message of messages) {
    for (let event = waiting[next]; event && event.atMs < message.sentAtMs; event = waiting[next]) {
      addEvent(event);
      next += 1;
    }
    const isOfFuture = message.sentAtMs > nowMs + maxLeadMs;
    const atMs = isOfFuture ? (items.at(-1)?.atMs ?? nowMs) : message.sentAtMs;
    items.push({ atMs, day: dayKeyOf(atMs), message });
  }
  for (const event of waiting.slice(next)) addEvent(event);
  return items;
}

const isTimer = (message: MessageView): boolean => message.body.kind === 'timer';

const isSameRun = (a: Item | undefined, b: Item | undefined): boolean =>
  a !== undefined &&
  b !== undefined &&
  'message' in a &&
  'message' in b &&
  !isTimer(a.message) &&
  !isTimer(b.message) &&
  a.message.author.userId === b.message.author.userId &&
  Math.abs(b.atMs - a.atMs) < runPauseMs &&
  a.day === b.day;

export function timelineToRows(
  timeline: Pick<TimelineView, 'messages' | 'events' | 'hasOlder'>,
  firstUnreadId: string | undefined,
  nowMs: number,
): readonly TimelineRow[] {
  const { messages, events, hasOlder } = timeline;
  const items = merge(messages, events, hasOlder, nowMs);
  const rows: TimelineRow[] = [];
  const usedDays = new Set<string>();
  for (const [index, item] of items.entries()) {
    const before = items[index - 1];
    const after = items[index + 1];
    const { day } = item;
    const isNewDay = before === undefined ? !hasOlder : before.day !== day;
    // A clock that jumped back would begin a day twice, and two rows would have one key.
    if (isNewDay && !usedDays.has(day)) rows.push({ kind: 'day', key: `d-${day}`, atMs: item.atMs });
    usedDays.add(day);
    if ('event' in item) {
      rows.push({ kind: 'event', key: `e-${item.event.eventId}`, event: item.event });
      continue;
    }
    const { atMs, message } = item;
    const { messageId } = message;
    if (isTimer(message)) {
      rows.push({ kind: 'timer', key: messageKey(messageId), atMs, message });
      continue;
    }
    const isFirstUnread = messageId === firstUnreadId;
    if (isFirstUnread) rows.push({ kind: 'unread', key: unreadKey });
    rows.push({
      kind: 'message',
      key: messageKey(messageId),
      atMs,
      message,
      isRunStart: isFirstUnread || !isSameRun(before, item),
      isRunEnd:
        !isSameRun(item, after) ||
        (after !== undefined && 'message' in after && after.message.messageId === firstUnreadId),
    });
  }
  return rows;
}

/** Rows were added to or taken from the start, and nothing else happened there. */
export function didStartMove(before: readonly TimelineRow[], now: readonly TimelineRow[]): boolean {
  const [oldFirst, newFirst] = [before[0]?.key, now[0]?.key];
  if (oldFirst === undefined || newFirst === undefined || oldFirst === newFirst) return false;
  return now.some((row) => row.key === oldFirst) || before.some((row) => row.key === newFirst);
}

/** How many rows the oldest page of messages takes, with what stands between them. */
export function endOfPage(rows: readonly TimelineRow[]): number {
  let messages = 0;
  const end = rows.findIndex(
    (row) => (row.kind === 'message' || row.kind === 'timer') && messages++ === pageSize,
  );
  return end === -1 ? rows.length : end;
}

/** The time that stands at a row, for the floating day. */
export function rowTimeMs(row: TimelineRow): number | undefined {
  switch (row.kind) {
    case 'day':
    case 'timer':
    case 'message':
      return row.atMs;
    case 'event':
      return row.event.atMs;
    case 'unread':
      return undefined;
    default:
      return row satisfies never;
  }
}
