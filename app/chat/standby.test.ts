import { expect, test } from 'vitest';
import { startCursor, type Cursor } from '../../shared/protocol/frames/cursor.ts';
import {
  idToText,
  noSnapshot,
  type DocumentId,
  type LogHash,
  type SnapshotId,
} from '../../shared/protocol/ids.ts';
import { fail } from '../../shared/protocol/result.ts';
import type { ChannelEvents } from '../sync/channels.ts';
import type { Link } from '../sync/link.ts';
import { createTestChat } from '../testing/testChat.ts';
import { createStandby } from './standby.ts';

const chat = await createTestChat(2);
const { chance } = chat;
const place: Cursor = { seq: 7, hash: chance.bytes(16) as LogHash };
const snapshot = chance.bytes(16) as SnapshotId;
const resting = { seq: 7, hash: idToText(place.hash), snapshot: idToText(snapshot) };
const documentOf = (n: number) => new Uint8Array(16).fill(n + 1) as DocumentId;
const elsewhere: Cursor = { seq: 7, hash: chance.bytes(16) as LogHash };

/** A chat that stands by, at channels that the test plays: of the segment, of the next one, of meta. */
function openStandby() {
  const channels = new Map<string, { events: ChannelEvents; cursor: Cursor; isClosed: boolean }>();
  const link: Link = {
    state: 'online',
    setProver() {},
    isProven: () => true,
    openChannel({ document, cursor }, events) {
      const channel = { events, cursor: cursor(), isClosed: false };
      channels.set(idToText(document), channel);
      return {
        append: () => true,
        hasRoom: () => true,
        signal() {},
        resubscribe() {},
        publish() {},
        countersign() {},
        fetchSnapshot() {},
        close() {
          channel.isClosed = true;
        },
      };
    },
    postMail: () => Promise.resolve(fail('offline')),
    look: () => Promise.resolve(fail('offline')),
    wake() {},
    cutOff() {},
    close() {},
  };
  let news = 0;
  const standby = createStandby({
    link,
    chat: chat.contextOf(0).chat,
    documents: { segment: documentOf, meta: chat.meta },
    rest: { segments: { 4: resting }, meta: resting },
    onNews: () => void news++,
    onSignal() {},
  });
  const at = (document: DocumentId) => {
    const channel = channels.get(idToText(document));
    if (!channel) throw new Error('expected a channel');
    return channel;
  };
  return { standby, news: () => news, at, count: () => channels.size };
}

test('[S9] a chat that stands by listens where it was left, and to the segment that nobody has begun', () => {
  const { at, count, news } = openStandby();
  expect(count()).toBe(3);
  expect(at(documentOf(4)).cursor).toEqual(place);
  expect(at(chat.meta).cursor).toEqual(place);
  expect(at(documentOf(5)).cursor).toEqual(startCursor);
  for (const document of [documentOf(4), chat.meta]) {
    at(document).events.published(snapshot, place, false);
    at(document).events.live(place);
  }
  at(documentOf(5)).events.live(startCursor);
  for (const code of ['busy', 'disk-full', 'too-many'] as const)
    at(chat.meta).events.refused(code, new Uint8Array(0));
  expect(news()).toBe(0);
});

test.each<[string, (events: ChannelEvents) => void]>([
  ['an entry', (events) => events.entries(8, [new Uint8Array(1)])],
  ['a longer log', (events) => events.live({ ...place, seq: 8 })],
  ['a shorter log', (events) => events.live(startCursor)],
  ['another log of that length', (events) => events.live(elsewhere)],
  ['another snapshot', (events) => events.published(chance.bytes(16) as SnapshotId, place, false)],
  ['a seal', (events) => events.published(snapshot, place, true)],
  [
    'a snapshot instead of the log',
    (events) => events.snapshot({ id: snapshot, cursor: place, isSeal: false, bytes: new Uint8Array(1) }),
  ],
  ['a place that is not in the log', (events) => events.refused('diverged', new Uint8Array(0))],
])('[S9] news, told once, is %s', (_, say) => {
  for (const document of [documentOf(4), chat.meta]) {
    const { at, news } = openStandby();
    say(at(document).events);
    say(at(document).events);
    expect(news()).toBe(1);
    expect(at(document).isClosed).toBe(true);
  }
});

test('[S9] somebody who began the next segment is news', () => {
  const { at, news } = openStandby();
  at(documentOf(5)).events.live({ ...place, seq: 1 });
  expect(news()).toBe(1);
  const another = openStandby();
  another.at(documentOf(5)).events.published(noSnapshot, startCursor, true);
  expect(another.news()).toBe(1);
});

test('[S9] after it was closed nothing is news', () => {
  const { standby, at, news } = openStandby();
  standby.close();
  at(documentOf(4)).events.entries(8, [new Uint8Array(1)]);
  expect(news()).toBe(0);
  expect(at(chat.meta).isClosed).toBe(true);
});
