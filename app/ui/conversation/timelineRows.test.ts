import { describe, expect, it } from 'vitest';
import type { EventView, MessageView } from '../../chat/views.ts';
import { didStartMove, rowTimeMs, timelineToRows } from './timelineRows.ts';

const noon = new Date(2026, 4, 10, 12).getTime();
const minuteMs = 60_000;
const dayMs = 24 * 60 * minuteMs;

const message = (messageId: string, author: string, sentAtMs: number): MessageView => ({
  messageId,
  author: { userId: author, name: author, isSelf: author === 'me' },
  sentAtMs,
  body: { kind: 'text', text: messageId },
  isEdited: false,
  reactions: [],
  isVerified: true,
});
const joined = (eventId: string, atMs: number): EventView => ({
  eventId,
  atMs,
  kind: 'member-joined',
  person: { userId: 'ada', name: 'Ada', isSelf: false },
});

const rowsOf = (
  messages: readonly MessageView[],
  options: { events?: readonly EventView[]; hasOlder?: boolean; unread?: string } = {},
) =>
  timelineToRows(
    { messages, events: options.events ?? [], hasOlder: options.hasOlder ?? false },
    options.unread,
    noon + 30 * dayMs,
  );
const noRow = { kind: 'unread', key: '' } as const;
const keysOf = (...given: Parameters<typeof rowsOf>) =>
  rowsOf(...given).map((row) => (row.kind === 'day' ? 'day' : row.key));
const runsOf = (...given: Parameters<typeof rowsOf>) =>
  rowsOf(...given).flatMap((row) =>
    row.kind === 'message'
      ? [`${row.isRunStart ? '<' : ''}${row.message.messageId}${row.isRunEnd ? '>' : ''}`]
      : [],
  );

describe('rows of a timeline', () => {
  it('separates days', () => {
    expect(keysOf([message('a', 'me', noon), message('b', 'me', noon + dayMs)])).toEqual([
      'day',
      'm-a',
      'day',
      'm-b',
    ]);
  });

  it('has a row of its own for who set how long messages stay, which ends a run', () => {
    const timer = { ...message('t', 'me', noon + 1), body: { kind: 'timer', seconds: 60 } } as const;
    const said = [message('a', 'me', noon), timer, message('b', 'me', noon + 2)];
    expect(keysOf(said)).toEqual(['day', 'm-a', 'm-t', 'm-b']);
    expect(runsOf(said)).toEqual(['<a>', '<b>']);
  });

  it('[D21] has no day for a message of the future: it stands under that of the one before', () => {
    const rows = rowsOf([message('a', 'me', noon), message('b', 'you', noon + 80_000 * dayMs)]);
    expect(rows.map((row) => (row.kind === 'day' ? 'day' : row.key))).toEqual(['day', 'm-a', 'm-b']);
    expect(rows.map(rowTimeMs)).toEqual([noon, noon, noon]);
    expect(rowTimeMs(rowsOf([message('b', 'you', noon + 80_000 * dayMs)])[0] ?? noRow)).toBe(
      noon + 30 * dayMs,
    );
  });

  it('begins with a message while there is older history', () => {
    expect(keysOf([message('a', 'me', noon)], { hasOlder: true })).toEqual(['m-a']);
  });

  it('gives one day one row, even when a clock went back', () => {
    const rows = rowsOf([
      message('a', 'me', noon),
      message('b', 'me', noon + dayMs),
      message('c', 'me', noon),
      message('d', 'me', noon + dayMs),
    ]);
    expect(new Set(rows.map((row) => row.key)).size).toBe(rows.length);
  });

  it('groups the run of one sender until a pause, another day or somebody else', () => {
    expect(
      runsOf([
        message('a', 'me', noon),
        message('b', 'me', noon + minuteMs),
        message('c', 'me', noon + 10 * minuteMs),
        message('d', 'ada', noon + 11 * minuteMs),
        message('e', 'ada', noon + dayMs),
      ]),
    ).toEqual(['<a', 'b>', '<c>', '<d>', '<e>']);
  });

  it('puts the unread divider before its message and ends the run there', () => {
    const messages = [message('a', 'ada', noon), message('b', 'ada', noon + minuteMs)];
    expect(keysOf(messages, { unread: 'b' })).toEqual(['day', 'm-a', 'unread', 'm-b']);
    expect(runsOf(messages, { unread: 'b' })).toEqual(['<a>', '<b>']);
  });

  it('puts events by their time, and leaves out those of history that is not loaded', () => {
    const messages = [message('a', 'me', noon), message('b', 'me', noon + 2 * minuteMs)];
    const events = [
      joined('x', noon - dayMs),
      joined('y', noon + minuteMs),
      joined('z', noon + 3 * minuteMs),
    ];
    expect(keysOf(messages, { events, hasOlder: true })).toEqual(['m-a', 'e-y', 'm-b', 'e-z']);
    expect(keysOf(messages, { events })).toEqual(['day', 'e-x', 'day', 'm-a', 'e-y', 'm-b', 'e-z']);
    expect(keysOf([], { events })).toEqual(['day', 'e-x', 'day', 'e-y', 'e-z']);
  });

  it('an event ends a run', () => {
    const messages = [message('a', 'me', noon), message('b', 'me', noon + 2 * minuteMs)];
    expect(runsOf(messages, { events: [joined('y', noon + minuteMs)] })).toEqual(['<a>', '<b>']);
  });
});

describe('where the start went', () => {
  const all = [
    message('a', 'me', noon - dayMs),
    message('b', 'me', noon),
    message('c', 'me', noon + minuteMs),
  ];
  const late = rowsOf(all.slice(1), { hasOlder: true });

  it('older history only ever adds rows before the first', () => {
    const more = rowsOf(all, { hasOlder: true });
    const complete = rowsOf(all);
    expect(didStartMove(late, more)).toBe(true);
    expect(more.slice(-late.length).map((row) => row.key)).toEqual(late.map((row) => row.key));
    expect(complete.slice(-late.length).map((row) => row.key)).toEqual(late.map((row) => row.key));
    expect(didStartMove(late, complete)).toBe(true);
  });

  it('a new message at the end moves nothing', () => {
    expect(
      didStartMove(late, rowsOf([...all.slice(1), message('d', 'me', noon + 2)], { hasOlder: true })),
    ).toBe(false);
    expect(didStartMove([], late)).toBe(false);
    expect(didStartMove(late, rowsOf([message('z', 'me', noon)], { hasOlder: true }))).toBe(false);
  });
});
