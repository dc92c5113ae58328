// A disk that takes its time, or fails, under a large commit of the real relay: until it has all of it, nobody may hear.
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { expect, onTestFinished, test } from 'vitest';
import { startCursor } from '../../shared/protocol/frames/cursor.ts';
import { follow, newMember, prove, signInSocket, twoInAChat } from '../testing/testMember.ts';
import { openTestRelay, settled } from '../testing/testRelay.ts';
import { maxLightItems } from './bounds.ts';

/** From now on the disk takes what it is asked to sync beside the relay only when the test says so. */
function holdDisk() {
  const real = fs.fdatasync;
  const held: ((error: Error | null) => Promise<void>)[] = [];
  function holding(file: number, done: (error: Error | null) => void) {
    const sync = () => new Promise<Error | null>((resolve) => real(file, resolve));
    held.push(async (error) => done(error ?? (await sync())));
  }
  fs.fdatasync = Object.assign(holding, { __promisify__: real.__promisify__ });
  syncBuiltinESMExports();
  onTestFinished(() => {
    fs.fdatasync = real;
    syncBuiltinESMExports();
  });
  return {
    waiting: () => held.length,
    /** Of all that waits by now. */
    async says(error: Error | null) {
      for (const sync of held.splice(0)) await sync(error);
      await settled();
    },
  };
}

const many = maxLightItems + 8;

/** Ann has sent so many entries that the relay goes on while the disk is at work on them. */
async function inTheMiddle() {
  const lost: unknown[] = [];
  const relay = openTestRelay({ diskLost: (error) => void lost.push(error) });
  const two = await twoInAChat(relay);
  const cat = await newMember(relay, 'cat');
  const reader = signInSocket(relay, cat);
  prove(reader, two.chat);
  await settled();
  const disk = holdDisk();
  const entries = Array.from({ length: many }, () => two.session.next());
  const sendAll = () => entries.forEach((entry) => two.annSocket.send({ type: 'append', channel: 1, entry }));
  sendAll();
  await settled();
  expect(disk.waiting()).toBe(1);
  const follows = () =>
    reader.send({
      type: 'subscribe',
      channel: 1,
      chat: two.chat.chatId,
      document: two.document,
      cursor: startCursor,
    });
  return { ...two, relay, lost, cat, reader, disk, entries, follows };
}
const numbersTo = (count: number) => Array.from({ length: count }, (_, i) => i + 1);

test('[R43] until the disk has a large commit nobody hears of it: no author, no reader, no newcomer, nobody who looks', async () => {
  const { annSocket, bobSocket, reader, disk, entries, follows, chat, document } = await inTheMiddle();
  follows();
  reader.send({ type: 'look', request: 1, chat: chat.chatId, document });
  await settled();
  expect(annSocket.all('ack')).toEqual([]);
  expect(bobSocket.all('entries')).toEqual([]);
  expect(reader.last('live').cursor.seq).toBe(0);
  expect(reader.last('looked').end.seq).toBe(0);
  await disk.says(null);
  expect(annSocket.all('ack').map(({ cursor }) => cursor.seq)).toEqual(numbersTo(many));
  for (const socket of [bobSocket, reader])
    expect(socket.all('entries').flatMap((frame) => frame.entries)).toEqual(entries);
});

test('[R43] what arrives meanwhile builds on it, and is told after it', async () => {
  const { annSocket, bobSocket, disk, entries, session } = await inTheMiddle();
  const next = session.next();
  annSocket.send({ type: 'append', channel: 1, entry: next });
  await settled();
  expect(annSocket.frames.filter(({ type }) => type === 'ack' || type === 'refused')).toEqual([]);
  await disk.says(null);
  expect(annSocket.all('ack').map(({ sequence }) => sequence)).toEqual(numbersTo(many + 1));
  expect(bobSocket.all('entries').flatMap((frame) => frame.entries)).toEqual([...entries, next]);
});

test('[R43] a commit that is durable says nothing of the next one, which is not', async () => {
  const { annSocket, reader, disk, entries, session, follows } = await inTheMiddle();
  for (let i = 0; i < many; i++) annSocket.send({ type: 'append', channel: 1, entry: session.next() });
  await settled();
  await disk.says(null);
  expect(disk.waiting()).toBe(1);
  follows();
  await settled();
  expect(annSocket.all('ack').map(({ cursor }) => cursor.seq)).toEqual(numbersTo(many));
  expect(reader.last('live').cursor.seq).toBe(many);
  expect(reader.all('entries').flatMap((frame) => frame.entries)).toEqual(entries);
  await disk.says(null);
  expect(annSocket.all('ack').map(({ cursor }) => cursor.seq)).toEqual(numbersTo(2 * many));
});

test('[R15] [R43] where there is no room for the next commit, it alone is refused, and goes on where the log ends', async () => {
  const { annSocket, relay, disk, session } = await inTheMiddle();
  const next = Array.from({ length: many }, () => session.next(1, 4000));
  const sendNext = () => {
    for (const entry of next) annSocket.send({ type: 'append', channel: 1, entry });
  };
  relay.relay.setMaxPageCount(1);
  sendNext();
  await disk.says(null);
  expect(annSocket.all('ack').map(({ cursor }) => cursor.seq)).toEqual(numbersTo(many));
  expect(annSocket.all('refused').map(({ code }) => code)).toEqual(next.map(() => 'disk-full'));
  relay.relay.setMaxPageCount(0);
  sendNext();
  await settled();
  await disk.says(null);
  expect(annSocket.all('ack').map(({ cursor }) => cursor.seq)).toEqual(numbersTo(2 * many));
});

test('[R43] a repeat of what the disk does not have yet waits for it, and what waited before comes before', async () => {
  const { annSocket, disk, entries } = await inTheMiddle();
  const [first] = entries;
  if (!first) throw new Error('an entry');
  annSocket.send({ type: 'append', channel: 1, entry: first });
  expect(annSocket.all('ack').map(({ sequence }) => sequence)).toEqual([...numbersTo(many), 1]);
  await disk.says(null);
  expect(annSocket.all('ack')).toHaveLength(many + 1);
});

test('[R43] whoever comes to a room that all have left meanwhile finds it whole', async () => {
  const { annSocket, bobSocket, disk, entries, reader, follows } = await inTheMiddle();
  annSocket.cut();
  bobSocket.cut();
  follows();
  await settled();
  expect(reader.last('live').cursor.seq).toBe(0);
  await disk.says(null);
  expect(reader.all('entries').flatMap((frame) => frame.entries)).toEqual(entries);
});

test('[R43] a disk that fails under a commit ends the relay: nothing of it is told, then or later', async () => {
  const { annSocket, bobSocket, disk, lost, session, relay } = await inTheMiddle();
  await disk.says(new Error('EIO'));
  expect(lost).toHaveLength(1);
  annSocket.send({ type: 'append', channel: 1, entry: session.next() });
  await settled();
  await relay.relay.close();
  expect(annSocket.all('ack')).toEqual([]);
  expect(bobSocket.all('entries')).toEqual([]);
});

test('[R43] a relay that is stopped while the disk is at work has all of it on the disk, and says so', async () => {
  const { annSocket, relay, entries, disk, chat, document } = await inTheMiddle();
  await relay.relay.close();
  expect(annSocket.all('ack').map(({ cursor }) => cursor.seq)).toEqual(numbersTo(many));
  await disk.says(null);
  await relay.restart();
  const socket = await follow(relay, await newMember(relay, 'dan'), chat, document);
  expect(socket.all('entries').flatMap((frame) => frame.entries)).toEqual(entries);
});
