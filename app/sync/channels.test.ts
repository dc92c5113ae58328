import { beforeEach, expect, test } from 'vitest';
import { startCursor } from '../../shared/protocol/frames/cursor.ts';
import { upNumberByType, type UpFrame } from '../../shared/protocol/frames/up.ts';
import type { ChatId, DocumentId, SessionId } from '../../shared/protocol/ids.ts';
import { createVirtualClock } from '../testing/harbour/virtualClock.ts';
import { answerMs, createChannels, lookAgainMs } from './channels.ts';

const chat = new Uint8Array(32) as ChatId;
const document = new Uint8Array(16) as DocumentId;
const session = new Uint8Array(8) as SessionId;
const nothing = new Uint8Array();

let clock: ReturnType<typeof createVirtualClock>;
let sent: UpFrame[];
let heard: string[];
let buffered: number;
let channels: ReturnType<typeof createChannels>;
beforeEach(() => {
  clock = createVirtualClock(0);
  sent = [];
  heard = [];
  buffered = 0;
  const nothingElse = [() => {}, () => {}] as const;
  channels = createChannels(
    (frame) => void sent.push(frame),
    clock,
    ...nothingElse,
    () => buffered,
  );
});
const open = () =>
  channels.open(
    { chat, document, cursor: () => startCursor },
    {
      subscribed: () => void heard.push('subscribed'),
      entries: () => void heard.push('entries'),
      live: () => void heard.push('live'),
      acked: () => void heard.push('acked'),
      room: () => void heard.push('room'),
      signal: () => void heard.push('signal'),
      refused: (code) => void heard.push(code),
      snapshot: () => undefined,
      published: () => undefined,
      publishRefused: () => undefined,
      suspended: () => void heard.push('suspended'),
    },
  );
const subscriptions = () => sent.flatMap((frame) => (frame.type === 'subscribe' ? [frame.channel] : []));
const live = (channel: number) => channels.received({ type: 'live', channel, cursor: startCursor });

test('[S5] a channel subscribes once its chat is proven', () => {
  open();
  expect(subscriptions()).toEqual([]);
  channels.resume(chat);
  expect(subscriptions()).toEqual([1]);
});

test('[S5] without an answer it subscribes again, under another number', async () => {
  open();
  channels.resume(chat);
  await clock.pass(answerMs + 1);
  expect(subscriptions()).toEqual([1, 2]);
  expect(sent.filter((frame) => frame.type === 'unsubscribe')).toHaveLength(1);
  live(1);
  expect(heard).not.toContain('live');
  live(2);
  expect(heard).toContain('live');
});

test('[S5] a long catch-up is an answer', async () => {
  open();
  channels.resume(chat);
  for (let i = 0; i < 5; i++) {
    await clock.pass(answerMs - 1000);
    channels.received({ type: 'entries', channel: 1, firstSeq: 1, entries: [nothing] });
  }
  expect(subscriptions()).toEqual([1]);
});

test('[S5] an append without its acknowledgement begins again; with it, not', async () => {
  const channel = open();
  channels.resume(chat);
  live(1);
  channel.append(nothing);
  await clock.pass(answerMs - 1);
  channels.received({ type: 'ack', channel: 1, session, sequence: 1, cursor: startCursor });
  await clock.pass(answerMs + 1);
  expect(subscriptions()).toEqual([1]);
  channel.append(nothing);
  await clock.pass(answerMs + 1);
  expect(subscriptions()).toEqual([1, 2]);
});

test('[S5] a live channel looks again after a while: the last word may have been lost', async () => {
  open();
  channels.resume(chat);
  live(1);
  await clock.pass(lookAgainMs - 1);
  expect(subscriptions()).toEqual([1]);
  await clock.pass(2);
  expect(subscriptions()).toEqual([1, 2]);
});

test('[S5] behind, or refused because the relay is busy: again, later', async () => {
  open();
  channels.resume(chat);
  live(1);
  channels.received({ type: 'behind', channel: 1 });
  expect(subscriptions()).toEqual([1, 2]);
  const busy = { code: 'busy', subject: 2, detail: nothing, retryAfterMs: 5000 } as const;
  channels.refused({ type: 'refused', to: upNumberByType.append, ...busy });
  await clock.pass(5001);
  expect(subscriptions()).toEqual([1, 2, 3]);
});

test.each(['sealed', 'out-of-order', 'internal', 'diverged', 'forbidden'] as const)(
  '[S5] refused for another reason (%s), what its document does nothing about is asked for again',
  async (code) => {
    const refuse = (to: number, subject: number) =>
      channels.refused({ type: 'refused', to, subject, code, detail: nothing, retryAfterMs: 0 });
    const channel = open();
    channels.resume(chat);
    refuse(upNumberByType.subscribe, 1);
    expect(heard).toEqual(['subscribed', 'suspended', code]);
    const againMs = code === 'forbidden' ? answerMs : lookAgainMs;
    await clock.pass(againMs + 1);
    live(2);
    channel.append(nothing);
    refuse(upNumberByType.append, 2);
    await clock.pass(againMs + 1);
    expect(subscriptions()).toEqual([1, 2, 3]);
  },
);

test('[S5] a refused subscription waits for its chat to be proven', async () => {
  open();
  channels.resume(chat);
  const busy = { code: 'busy', subject: 1, detail: nothing, retryAfterMs: 5000 } as const;
  channels.refused({ type: 'refused', to: upNumberByType.subscribe, ...busy });
  channels.suspend();
  await clock.pass(5001);
  expect(subscriptions()).toEqual([1]);
  channels.resume(chat);
  expect(subscriptions()).toEqual([1, 2]);
});

test('[S5] a closed channel says and hears nothing', async () => {
  const channel = open();
  channels.resume(chat);
  channel.close();
  channel.append(nothing);
  live(1);
  await clock.pass(lookAgainMs * 2);
  expect(sent.map((frame) => frame.type)).toEqual(['subscribe', 'unsubscribe']);
  expect(heard).toEqual(['subscribed']);
});

test('[S13] a full line takes no entry and no signal, says when there is room, and is not asked why it is silent', async () => {
  const channel = open();
  channels.resume(chat);
  live(1);
  const appends = () => sent.filter(({ type }) => type === 'append' || type === 'signal').length;
  expect(channel.append(nothing)).toBe(true);
  buffered = 512 * 1024 + 1;
  expect([channel.hasRoom(), channel.append(nothing)]).toEqual([false, false]);
  channel.signal(nothing);
  expect(appends()).toBe(1);
  await clock.pass(3 * answerMs);
  expect(subscriptions()).toEqual([1]);
  expect(heard).not.toContain('room');
  buffered = 512 * 1024;
  await clock.pass(200);
  expect(heard.filter((what) => what === 'room')).toHaveLength(1);
  expect([channel.hasRoom(), channel.append(nothing)]).toEqual([true, true]);
  expect(appends()).toBe(2);
  buffered = 0;
  await clock.pass(answerMs + 1);
  expect(subscriptions()).toEqual([1, 2]);
});

test('[S13] who found the line full before a break hears of room no more', async () => {
  const channel = open();
  channels.resume(chat);
  live(1);
  buffered = 512 * 1024 + 1;
  channel.append(nothing);
  channels.suspend();
  buffered = 0;
  await clock.pass(1000);
  expect(heard).not.toContain('room');
});
