// A client that uploads faster than the disk, over real sockets: it is acknowledged in order, others are served meanwhile,
// and what the relay holds for it stays within its bounds.
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, onTestFinished, test } from 'vitest';
import { WebSocket } from 'ws';
import { entryKinds } from '../shared/protocol/entry.ts';
import { startCursor } from '../shared/protocol/frames/cursor.ts';
import { parseDown, type DownFrame } from '../shared/protocol/frames/down.ts';
import { encodeUp, type UpFrame } from '../shared/protocol/frames/up.ts';
import { maxInFlight } from '../shared/protocol/limits.ts';
import { protocolVersion } from '../shared/protocol/version.ts';
import { listen } from './listen.ts';

import { newDocumentId, newTestSession, proofOf, type TestChat } from './testing/testChat.ts';
import { createChat, newMember, type TestMember } from './testing/testMember.ts';
import { openTestRelay } from './testing/testRelay.ts';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;
/** Bytes in buffers that somebody still holds, and some that are just being given back. */
function heldBytes(): number {
  collectGarbage();
  return process.memoryUsage().arrayBuffers;
}

async function openRelay() {
  // As a process of its own is: it goes on while the disk is at work.
  const diskLost = (error: unknown) => {
    throw error;
  };
  const relay = openTestRelay({ diskLost });
  const listening = await listen(relay.relay, 0, '127.0.0.1');
  onTestFinished(() => listening.close());
  const ann = await newMember(relay, 'ann');
  const chat = await createChat(relay, ann);
  return { ann, chat, url: `ws://127.0.0.1:${listening.port}/sync` };
}

/** Live on a document of its own; each frame from then on goes to `hear`. */
async function openUploader(url: string, { token }: TestMember, chat: TestChat) {
  const document = newDocumentId();
  const socket = new WebSocket(url, { perMessageDeflate: false });
  const send = (frame: UpFrame) => socket.send(encodeUp(frame));
  const uploader = {
    session: newTestSession(document),
    append: (entry: Uint8Array<ArrayBuffer>) => send({ type: 'append', channel: 1, entry }),
    hear: (_frame: DownFrame): void => undefined,
  };
  await new Promise<void>((resolve) => {
    socket.on('message', (data: Buffer) => {
      const frame = parseDown(new Uint8Array(data));
      if (!frame) throw new Error('a frame that does not parse');
      if (frame.type === 'live') return resolve();
      if (frame.type !== 'challenge') return uploader.hear(frame);
      send({ type: 'hello', version: protocolVersion, accessToken: token });
      send(proofOf(chat.chatId, chat.epoch, frame.challenge));
      send({ type: 'subscribe', channel: 1, chat: chat.chatId, document, cursor: startCursor });
    });
  });
  return uploader;
}

test('[R41] who uploads as fast as it may is acknowledged in order, in bounded memory, and others are served', async () => {
  const { ann, chat, url } = await openRelay();
  const [uploader, other] = [await openUploader(url, ann, chat), await openUploader(url, ann, chat)];
  const entryBytes = 20_000;
  const total = 16 * maxInFlight;
  const before = heldBytes();
  const acked: number[] = [];
  const refusals: string[] = [];
  let [sent, mostHeld, othersServed] = [0, 0, 0];
  const fill = () => {
    for (; sent < total && sent - acked.length < maxInFlight; sent++)
      uploader.append(uploader.session.next(1, entryBytes, entryKinds.meta));
  };
  other.hear = (frame) => {
    if (frame.type !== 'ack' || acked.length === total) return;
    othersServed++;
    other.append(other.session.next());
  };
  await new Promise<void>((resolve) => {
    uploader.hear = (frame) => {
      if (frame.type === 'refused') refusals.push(frame.code);
      if (frame.type !== 'ack') return;
      acked.push(frame.sequence);
      if (acked.length % 512 === 0) mostHeld = Math.max(mostHeld, heldBytes() - before);
      if (acked.length === total || refusals.length > 0) return resolve();
      fill();
    };
    other.append(other.session.next());
    fill();
  });
  expect(refusals).toEqual([]);
  expect(acked).toEqual(Array.from({ length: total }, (_, i) => i + 1));
  expect(othersServed).toBeGreaterThan(5);
  // Both sides are in this process, and each window lies there several times over (as sent, as read, as parsed, as passed
  // on). All that passed through would be more than half as much again as this.
  expect(mostHeld).toBeLessThan(0.65 * total * entryBytes);
});

test('[R41] who sends more than it may is refused the rest, and what was taken is acknowledged in order', async () => {
  const { ann, chat, url } = await openRelay();
  const [flood, other] = [await openUploader(url, ann, chat), await openUploader(url, ann, chat)];
  const total = 8 * maxInFlight;
  const acked: number[] = [];
  const refused = new Set<string>();
  let answers = 0;
  const done = new Promise<void>((resolve) => {
    flood.hear = (frame) => {
      if (frame.type === 'ack') acked.push(frame.sequence);
      if (frame.type === 'refused') refused.add(frame.code);
      answers++;
      if (answers === total) resolve();
    };
  });
  const served = new Promise<DownFrame>((resolve) => (other.hear = resolve));
  for (let i = 0; i < total; i++) flood.append(flood.session.next(1, 1000));
  other.append(other.session.next());
  expect(await served).toMatchObject({ type: 'ack', sequence: 1 });
  await done;
  expect(acked).toEqual(acked.map((_, i) => i + 1));
  expect(acked.length).toBeGreaterThanOrEqual(1);
  for (const code of refused) expect(['too-many', 'out-of-order']).toContain(code);
});
