// A disk that takes its time, or fails, under a large commit of the real relay: until it has all of it, nobody may hear.
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { expect, onTestFinished, test } from 'vitest';
import { startCursor } from '../../shared/protocol/frames/cursor.ts';
import { follow, newMember, prove, signInSocket, twoInAChat } from '../testing/testMember.ts';
import { openTestRelay, settled } from '../testing/testRelay.ts';
import { signIn } from '../testing/testUser.ts';
import { maxLightItems } from './bounds.ts';

/**
 * From now on the disk takes what it is asked to sync beside the relay only when the test says so. When it fails, it tells
 * each open file of it once, as Linux does.
 */
function holdDisk() {
  const { fdatasync, fdatasyncSync } = fs;
  let hasFailed = false;
  const told = new Set<number>();
  const held: { sync: () => Promise<Error | null>; done: (error: Error | null) => void }[] = [];
  function failureFor(file: number): Error | null {
    if (!hasFailed || told.has(file)) return null;
    told.add(file);
    return new Error('EIO');
  }
  function holding(file: number, done: (error: Error | null) => void) {
    const sync = () =>
      new Promise<Error | null>((resolve) => fdatasync(file, (error) => resolve(error ?? failureFor(file))));
    held.push({ sync, done });
  }
  fs.fdatasync = Object.assign(holding, { __promisify__: fdatasync.__promisify__ });
  fs.fdatasyncSync = (file) => {
    fdatasyncSync(file);
    const failure = failureFor(file);
    if (failure) throw failure;
  };
  syncBuiltinESMExports();
  onTestFinished(() => {
    Object.assign(fs, { fdatasync, fdatasyncSync });
    syncBuiltinESMExports();
  });
  /** Ends all syncs that wait by now. The relay hears of it when the returned function is called. */
  async function ends() {
    const ended = await Promise.all(
      held.splice(0).map(async ({ sync, done }) => ({ done, error: await sync() })),
    );
    return async () => {
      for (const { done, error } of ended) done(error);
      await settled();
    };
  }
  return {
    waiting: () => held.length,
    fails: () => void (hasFailed = true),
    ends,
    /** Has all that wait by now. */
    hasAll: async () => (await ends())(),
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
  await disk.hasAll();
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
  await disk.hasAll();
  expect(annSocket.all('ack').map(({ sequence }) => sequence)).toEqual(numbersTo(many + 1));
  expect(bobSocket.all('entries').flatMap((frame) => frame.entries)).toEqual([...entries, next]);
});

test('[R43] a commit that is durable says nothing of the next one, which is not', async () => {
  const { annSocket, reader, disk, entries, session, follows } = await inTheMiddle();
  for (let i = 0; i < many; i++) annSocket.send({ type: 'append', channel: 1, entry: session.next() });
  await settled();
  await disk.hasAll();
  expect(disk.waiting()).toBe(1);
  follows();
  await settled();
  expect(annSocket.all('ack').map(({ cursor }) => cursor.seq)).toEqual(numbersTo(many));
  expect(reader.last('live').cursor.seq).toBe(many);
  expect(reader.all('entries').flatMap((frame) => frame.entries)).toEqual(entries);
  await disk.hasAll();
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
  await disk.hasAll();
  expect(annSocket.all('ack').map(({ cursor }) => cursor.seq)).toEqual(numbersTo(many));
  expect(annSocket.all('refused').map(({ code }) => code)).toEqual(next.map(() => 'disk-full'));
  relay.relay.setMaxPageCount(0);
  sendNext();
  await settled();
  await disk.hasAll();
  expect(annSocket.all('ack').map(({ cursor }) => cursor.seq)).toEqual(numbersTo(2 * many));
});

test('[R43] a repeat of what the disk does not have yet waits for it, and what waited before comes before', async () => {
  const { annSocket, disk, entries } = await inTheMiddle();
  const [first] = entries;
  if (!first) throw new Error('an entry');
  annSocket.send({ type: 'append', channel: 1, entry: first });
  expect(annSocket.all('ack').map(({ sequence }) => sequence)).toEqual([...numbersTo(many), 1]);
  await disk.hasAll();
  expect(annSocket.all('ack')).toHaveLength(many + 1);
});

test('[R43] whoever comes to a room that all have left meanwhile finds it whole', async () => {
  const { annSocket, bobSocket, disk, entries, reader, follows } = await inTheMiddle();
  annSocket.cut();
  bobSocket.cut();
  follows();
  await settled();
  expect(reader.last('live').cursor.seq).toBe(0);
  await disk.hasAll();
  expect(reader.all('entries').flatMap((frame) => frame.entries)).toEqual(entries);
});

test('[R43] mail waits with all else for the disk: whoever says hello meanwhile has none yet', async () => {
  const { relay, ann, annSocket, cat, disk } = await inTheMiddle();
  await disk.hasAll();
  const mails = Array.from({ length: many }, (_, i) => new Uint8Array(8).fill(i));
  for (const [request, mail] of mails.entries())
    annSocket.send({ type: 'postMail', request, to: cat.user.userId, mail });
  await settled();
  expect(disk.waiting()).toBe(1);
  const socket = signInSocket(relay, cat);
  await settled();
  expect(socket.all('mail')).toEqual([]);
  expect(annSocket.all('mailed')).toEqual([]);
  // What is written after it waits for the next sync.
  const late = new Uint8Array(8).fill(255);
  for (let i = 0; i < many; i++)
    annSocket.send({ type: 'postMail', request: many + i, to: ann.user.userId, mail: late });
  await disk.hasAll();
  expect(disk.waiting()).toBe(1);
  expect(socket.all('mail').map(({ mail }) => mail)).toEqual(mails);
  expect(annSocket.all('mailed')).toHaveLength(many);
  expect(annSocket.all('mail')).toEqual([]);
  await disk.hasAll();
  expect(annSocket.all('mail')).toHaveLength(many);
});

test('[R43] a disk that fails under a commit ends the relay: nothing of it is told, then or later', async () => {
  const { annSocket, bobSocket, disk, lost, session, relay } = await inTheMiddle();
  disk.fails();
  await disk.hasAll();
  expect(lost).toHaveLength(1);
  annSocket.send({ type: 'append', channel: 1, entry: session.next() });
  await settled();
  await relay.relay.close();
  expect(annSocket.all('ack')).toEqual([]);
  expect(bobSocket.all('entries')).toEqual([]);
});

test('[R43] a repeat of what the disk has failed under is not acknowledged, nor another one of it', async () => {
  const { annSocket, disk, entries, lost } = await inTheMiddle();
  disk.fails();
  for (const entry of entries.slice(0, 2)) annSocket.send({ type: 'append', channel: 1, entry });
  await settled();
  expect(lost).toHaveLength(1);
  expect(annSocket.all('ack')).toEqual([]);
});

test('[R43] a failure that the sync apart was told of is no secret to who could not wait for it', async () => {
  const { annSocket, bobSocket, disk, entries, lost } = await inTheMiddle();
  disk.fails();
  const relayHears = await disk.ends();
  for (const entry of entries.slice(0, 1)) annSocket.send({ type: 'append', channel: 1, entry });
  expect(lost).toHaveLength(1);
  await relayHears();
  expect(annSocket.all('ack')).toEqual([]);
  expect(bobSocket.all('entries')).toEqual([]);
});

test('[R43] no token is given out on what the disk has failed under: the relay ends before', async () => {
  const { relay, lost, cat, disk } = await inTheMiddle();
  disk.fails();
  await signIn(relay.by, cat.user);
  expect(lost).toHaveLength(1);
});

test('[R43] a relay that is stopped while the disk is at work has all of it on the disk, and says so', async () => {
  const { annSocket, relay, entries, disk, chat, document } = await inTheMiddle();
  await relay.relay.close();
  expect(annSocket.all('ack').map(({ cursor }) => cursor.seq)).toEqual(numbersTo(many));
  await disk.hasAll();
  await relay.restart();
  const socket = await follow(relay, await newMember(relay, 'dan'), chat, document);
  expect(socket.all('entries').flatMap((frame) => frame.entries)).toEqual(entries);
});
