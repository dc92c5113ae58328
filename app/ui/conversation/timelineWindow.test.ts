import { describe, expect, it } from 'vitest';
import type { MessageView, TimelineView } from '../../chat/views.ts';
import {
  type End,
  growWindow,
  isLong,
  openWindow,
  pageSize,
  settleWindow,
  shownPart,
  type TimelineWindow,
  trimWindow,
  windowToQuery,
} from './timelineWindow.ts';

const message = (number: number): MessageView => ({
  messageId: `m${number}`,
  author: { userId: 'ada', name: 'Ada', isSelf: false },
  sentAtMs: number,
  body: { kind: 'text', text: '' },
  isEdited: false,
  reactions: [],
  isVerified: true,
});

/** A chat of messages 0 to `count` - 1, answered the way the chat floor does. */
function answer(window: TimelineWindow, count: number, gone: readonly number[] = []): TimelineView {
  const { anchor, before, after } = windowToQuery(window);
  const all = Array.from({ length: count }, (_, number) => message(number)).filter(
    (_, number) => !gone.includes(number),
  );
  const at =
    anchor.kind === 'latest' ? all.length : all.findIndex(({ messageId }) => messageId === anchor.messageId);
  const from = Math.max(0, at - before);
  const to = anchor.kind === 'latest' ? all.length : Math.min(all.length, at + after + 1);
  return {
    messages: all.slice(from, to),
    events: [],
    hasOlder: from > 0,
    hasNewer: to < all.length,
    unreadCount: 0,
  };
}

/** Asks again until what is asked for no longer changes. */
function settle(window: TimelineWindow, count: number, gone?: readonly number[]): TimelineWindow {
  let last = window;
  for (let turn = 0; turn < 20; turn += 1) {
    const next = settleWindow(last, answer(last, count, gone));
    if (next === last) return last;
    last = next;
  }
  throw new Error('the window never settles');
}

const shownIds = (window: TimelineWindow, count: number, gone?: readonly number[]) =>
  shownPart(window, answer(window, count, gone)).messages.map(({ messageId }) => messageId);

describe('the window of a timeline', () => {
  it('opens at the newest page', () => {
    const window = settle(openWindow('c', undefined, 0), 1000);
    expect(shownIds(window, 1000)).toHaveLength(pageSize);
    expect(shownIds(window, 1000).at(-1)).toBe('m999');
  });

  it('shows a short chat whole', () => {
    const window = settle(openWindow('c', undefined, 0), 3);
    expect(shownIds(window, 3)).toEqual(['m0', 'm1', 'm2']);
    expect(shownPart(window, answer(window, 3)).hasOlder).toBe(false);
  });

  it('keeps its oldest row while hundreds of messages arrive', () => {
    let window = settle(openWindow('c', undefined, 0), 1000);
    const [first] = shownIds(window, 1000);
    for (let count = 1001; count < 1400; count += 1) {
      expect(shownIds(window, count)[0]).toBe(first);
      window = settle(window, count);
    }
    expect(shownIds(window, 1399)).toHaveLength(pageSize + 399);
  });

  it('grows by a page, from what it has already', () => {
    const window = settle(openWindow('c', undefined, 0), 1000);
    const view = answer(window, 1000);
    const grown = growWindow(window, view, 'older');
    expect(shownPart(grown, view).messages.length).toBeGreaterThan(pageSize);
    const settled = settle(growWindow(settle(grown, 1000), answer(settle(grown, 1000), 1000), 'older'), 1000);
    expect(shownIds(settled, 1000).length).toBeGreaterThanOrEqual(2 * pageSize);
  });

  it('reaches the beginning', () => {
    let window = settle(openWindow('c', undefined, 0), 300);
    for (let turn = 0; turn < 10; turn += 1)
      window = settle(growWindow(window, answer(window, 300), 'older'), 300);
    expect(shownIds(window, 300)).toHaveLength(300);
    expect(shownPart(window, answer(window, 300)).hasOlder).toBe(false);
  });

  it('opens around a message', () => {
    const window = settle(openWindow('c', 'm500', 1), 1000);
    const ids = shownIds(window, 1000);
    expect(ids).toContain('m500');
    expect(ids.indexOf('m500')).toBe(pageSize);
    expect(ids.at(-1)).toBe('m550');
  });

  it('keeps as much when its oldest row is deleted', () => {
    const window = settle(openWindow('c', undefined, 0), 1000);
    expect(window.fromId).toBe('m950');
    const after = settle(window, 1000, [950]);
    expect(shownIds(after, 1000, [950])[0]).toBe('m949');
  });

  /** As the screen does it: a page more, and a page less at the far end where it has become long. */
  function walk(window: TimelineWindow, count: number, at: End): TimelineWindow {
    const grown = settle(growWindow(window, answer(window, count), at), count);
    return settle(trimWindow(grown, answer(grown, count), at === 'older' ? 'newer' : 'older'), count);
  }

  it('asks for no more and draws no more after thousands of messages, and misses none on either way', () => {
    let window = settle(openWindow('c', undefined, 0), 5000);
    const seen: string[] = [];
    for (let turn = 0; turn < 300 && seen[0] !== 'm0'; turn += 1) {
      window = walk(window, 5000, 'older');
      const ids = shownIds(window, 5000);
      expect(isLong(ids.length)).toBe(false);
      expect(answer(window, 5000).messages.length).toBeLessThan(500);
      const known = seen[0] === undefined ? ids.length : ids.indexOf(seen[0]);
      expect(known).toBeGreaterThan(-1);
      seen.unshift(...ids.slice(0, known));
    }
    expect(seen[0]).toBe('m0');
    expect(seen).toHaveLength(5000);
    expect(shownPart(window, answer(window, 5000)).hasNewer).toBe(true);

    for (let turn = 0; turn < 300 && window.toId !== undefined; turn += 1) {
      const last = shownIds(window, 5000).at(-1) ?? '';
      window = walk(window, 5000, 'newer');
      const ids = shownIds(window, 5000);
      expect(isLong(ids.length)).toBe(false);
      expect(ids).toContain(last);
      expect(answer(window, 5000).messages.length).toBeLessThan(500);
    }
    expect(shownIds(window, 5000).at(-1)).toBe('m4999');
    // Back at the end it follows what comes.
    expect(shownIds(window, 5001).at(-1)).toBe('m5000');
  });

  it('draws nothing that arrives while it is far from the end', () => {
    let window = settle(openWindow('c', undefined, 0), 1000);
    for (let turn = 0; turn < 8; turn += 1) window = walk(window, 1000, 'older');
    const ids = shownIds(window, 1000);
    for (let count = 1001; count < 1400; count += 1) {
      window = settle(window, count);
      expect(shownIds(window, count)).toEqual(ids);
    }
  });

  it('shows the first message of a chat that was empty', () => {
    const window = settle(openWindow('c', undefined, 0), 0);
    expect(shownIds(window, 1)).toEqual(['m0']);
    expect(shownIds(settle(window, 1), 2)).toEqual(['m0', 'm1']);
  });
});
