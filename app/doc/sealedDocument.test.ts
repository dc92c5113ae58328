import 'fake-indexeddb/auto';
import { beforeAll, expect, onTestFinished, test } from 'vitest';
import type { Bytes } from '../../shared/codec/bytes.ts';
import { extendLogHash, hashEntry, parseEntry } from '../../shared/protocol/entry.ts';
import { startCursor, type Cursor } from '../../shared/protocol/frames/cursor.ts';
import { idToText, type RecordId } from '../../shared/protocol/ids.ts';
import { fail } from '../../shared/protocol/result.ts';
import { sha256 } from '../crypto/hash.ts';
import { openStorage } from '../storage/storage.ts';
import type { ChannelEvents } from '../sync/channels.ts';
import { platformClock } from '../sync/clock.ts';
import type { Link } from '../sync/link.ts';
import { createTestChat } from '../testing/testChat.ts';
import { documentLimits } from './documentLimits.ts';
import { sealRecord } from './record.ts';
import { createSegment } from './segment.ts';

let chat: Awaited<ReturnType<typeof createTestChat>>;
beforeAll(async () => {
  process.setMaxListeners(0);
  chat = await createTestChat(2);
});

/** A device's segment on a channel that the test plays. */
async function openSegment(name: string, who: number) {
  const storage = await openStorage(name);
  const sent: Bytes[] = [];
  const line = { hasRoom: true };
  const setAside: string[] = [];
  const stored: string[] = [];
  let items = 0;
  let events: ChannelEvents | undefined;
  const link: Link = {
    state: 'online',
    setProver() {},
    isProven: () => true,
    openChannel(_request, given) {
      events = given;
      return {
        append: (entry) => line.hasRoom && sent.push(entry) > 0,
        hasRoom: () => line.hasRoom,
        signal() {},
        resubscribe() {},
        publish() {},
        countersign() {},
        fetchSnapshot() {},
        close() {},
      };
    },
    postMail: () => Promise.resolve(fail('offline')),
    look: () => Promise.resolve(fail('offline')),
    wake() {},
    cutOff() {},
    close() {},
  };
  const context = chat.contextOf(who);
  const segment = await createSegment({
    context,
    id: chat.document,
    storage,
    link,
    clock: platformClock,
    random: chat.chance.bytes,
    onItems: (more) => void (items += more.length),
    onStored: async (ids) => void stored.push(...ids),
    onSetAside: (fault) => void setAside.push(fault),
    onRefused: (code) => void setAside.push(code),
    limits: documentLimits,
    onFailed: () => {},
    onDeletionMissing: () => {},
    isDeleted: async () => false,
    beforeReview: async () => {},
    onSignal() {},
  });
  let sequence = 0;
  const say = async (text: string) => {
    const id = chat.chance.bytes(16) as RecordId;
    const place = { sequence: ++sequence, previous: new Uint8Array(16), at: 1, seen: startCursor };
    const body = { kind: 'message', text } as const;
    const { sealed } = await sealRecord(context, { id, body, ...place }, chat.chance.bytes);
    await storage.batch().addOutbox(segment.outboxRow(id, sealed)).commit();
    segment.append([{ id: idToText(id), record: sealed }]);
    return idToText(id);
  };
  const close = async () => {
    await segment.close();
    storage.close();
  };
  onTestFinished(close);
  if (!events) throw new Error('expected a channel');
  return { segment, storage, sent, line, setAside, stored, say, close, channel: events, items: () => items };
}
type Opened = Awaited<ReturnType<typeof openSegment>>;

const after = (cursor: Cursor, entry: Bytes): Cursor => ({
  seq: cursor.seq + 1,
  hash: extendLogHash(sha256, cursor.hash, hashEntry(sha256, chat.document, entry)),
});
async function goLive({ channel, segment }: Opened, cursor = segment.cursor()) {
  channel.subscribed();
  channel.live(cursor);
  // The provider opens its socket, the record is sealed and kept: some turns of the event loop.
  await rest(segment);
}
async function rest(segment: Opened['segment']) {
  for (let i = 0; i < 10; i++) {
    await new Promise((resolve) => void setTimeout(resolve, 2));
    await segment.settled();
  }
}

test('[S1] an entry is on the disk before it is sent, and leaves it with its acknowledgement', async () => {
  const ada = await openSegment('s1', 0);
  await goLive(ada);
  const id = await ada.say('hello');
  await rest(ada.segment);
  const [entry] = ada.sent;
  const header = entry && parseEntry(entry)?.header;
  if (!entry || !header) throw new Error('expected an entry');
  const kept = await ada.storage.pending(idToText(chat.document));
  expect(kept.map((row) => row.entry)).toEqual([entry]);
  expect(await ada.storage.outbox(idToText(chat.document))).toEqual([]);
  ada.channel.acked(header.session, header.sequence, after(startCursor, entry));
  await rest(ada.segment);
  expect(await ada.storage.pending(idToText(chat.document))).toEqual([]);
  expect(ada.stored).toEqual([id]);
});

test('[S1] a later run sends what was not acknowledged again, byte for byte, and takes it as its own', async () => {
  const first = await openSegment('s1 again', 0);
  await goLive(first);
  await first.say('hello');
  await rest(first.segment);
  await first.close();
  const second = await openSegment('s1 again', 0);
  await goLive(second);
  expect(second.sent).toEqual(first.sent);
  const [entry] = second.sent;
  if (!entry) throw new Error('expected an entry');
  second.channel.entries(1, [entry]);
  await rest(second.segment);
  expect(await second.storage.pending(idToText(chat.document))).toEqual([]);
  expect(second.items()).toBe(1);
});

test('[S1] what was said without a channel is sealed once there is one, by this run or the next', async () => {
  const first = await openSegment('s1 outbox', 0);
  await first.say('one');
  await first.close();
  const second = await openSegment('s1 outbox', 0);
  await second.say('two');
  expect(second.sent).toEqual([]);
  await goLive(second);
  expect(second.sent).toHaveLength(1);
  expect(await second.storage.outbox(idToText(chat.document))).toEqual([]);
});

test('[S13] what a full line does not take stays on the disk, and goes in order when there is room', async () => {
  const author = await openSegment('s13', 0);
  await goLive(author);
  author.line.hasRoom = false;
  for (const text of ['one', 'two', 'three']) {
    await author.say(text);
    await rest(author.segment);
  }
  expect(author.sent).toEqual([]);
  expect(await author.storage.pending(idToText(chat.document))).toHaveLength(3);
  author.line.hasRoom = true;
  author.channel.room?.();
  expect(author.sent.map((entry) => parseEntry(entry)?.header.sequence)).toEqual([1, 2, 3]);
});

test('[S3] a live word of a subscription that broke does not open the next', async () => {
  const [ada, ben] = [await openSegment('s3 ada', 0), await openSegment('s3 ben', 1)];
  await goLive(ben);
  await ben.say('from ben');
  await rest(ben.segment);
  const [entry] = ben.sent;
  if (!entry) throw new Error('expected an entry');
  ada.channel.subscribed();
  ada.channel.entries(1, [entry]);
  ada.channel.live(after(startCursor, entry));
  // While the entry is being opened, the socket breaks.
  await Promise.resolve();
  ada.channel.suspended();
  await ada.say('from ada');
  await rest(ada.segment);
  ada.channel.subscribed();
  await rest(ada.segment);
  expect(ada.sent).toEqual([]);
  await goLive(ada);
  expect(ada.sent).toHaveLength(1);
});

test('[S4] an entry that does not open is set aside, and the log goes on; [S2] with the cursor behind it', async () => {
  const [ada, ben] = [await openSegment('s4 ada', 0), await openSegment('s4 ben', 1)];
  await goLive(ben);
  for (const text of ['one', 'two']) {
    await ben.say(text);
    await rest(ben.segment);
  }
  const [first, second] = ben.sent;
  if (!first || !second) throw new Error('expected two entries');
  const spoiled = new Uint8Array(first);
  spoiled[spoiled.length - 1] = (spoiled.at(-1) ?? 0) ^ 1;
  ada.channel.subscribed();
  ada.channel.entries(1, [spoiled, first, second, first]);
  await rest(ada.segment);
  expect(ada.setAside).toEqual(['undecryptable', 'out-of-session']);
  expect(ada.items()).toBe(2);
  expect(ada.segment.cursor().seq).toBe(4);
  await ada.close();
  const again = await openSegment('s4 ada', 0);
  expect(again.segment.cursor()).toEqual(ada.segment.cursor());
  expect(again.items()).toBe(2);
});
