// relay.disk_after_compaction: what the relay's files take once many chats have gone through segments by the protocol,
// beside the ciphertext that is live then: of each document its snapshot, the one before it while the newest is not
// countersigned, and the entries after it. The relay runs here, under a clock that can be turned: its upkeep takes minutes.
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Bytes } from '../../../shared/codec/bytes.ts';
import { startCursor, type Cursor } from '../../../shared/protocol/frames/cursor.ts';
import { noSnapshot } from '../../../shared/protocol/ids.ts';
import { protocolVersion } from '../../../shared/protocol/version.ts';
import { upkeepAgainMs, upkeepEveryMs } from '../../../sync-server/relay/bounds.ts';
import { createRelay, type Relay } from '../../../sync-server/relay/createRelay.ts';
import { newChat, newDocumentId, newTestSession, proofOf } from '../../../sync-server/testing/testChat.ts';
import { newSnapshot, partsOf, type TestSnapshot } from '../../../sync-server/testing/testSnapshot.ts';
import { createTestSocket, type TestSocket } from '../../../sync-server/testing/testSocket.ts';
import { ask, signedUp, type Ask } from '../../../sync-server/testing/testUser.ts';
import { pairedFigure, type Figure } from './figure.ts';
import { createTurnedClock, type TurnedClock } from './turnedClock.ts';

const chats = 10;
/** Of each chat: three full segments, and one that is half full. */
const fullSegments = 3;
const recordsPerSegment = 1000;
/** As the clients do it. */
const recordsPerSnapshot = 300;
const messageBytes = 300;
/** Of a record in a snapshot: its two sealed items. */
const recordBytes = 420;

interface Person {
  readonly socket: TestSocket;
}
/** Sealed bytes that the relay has to keep. */
type Live = Map<string, number>;

const settled = async () => {
  for (let turn = 0; turn < 4; turn++) await new Promise((resolve) => setImmediate(resolve));
};

async function arrive(relay: Relay, by: Ask, handle: string) {
  const { tokens } = await signedUp(by, handle);
  const socket = createTestSocket((port) => relay.connect(port));
  socket.send({ type: 'hello', version: protocolVersion, accessToken: tokens.accessToken });
  return { socket, token: tokens.accessToken };
}

/** One document's life: entries, snapshots of all that is there, reviews, and at last a seal where it gets full. */
async function writeSegment(
  [ann, bob]: readonly [Person, Person],
  chat: ReturnType<typeof newChat>,
  records: number,
) {
  const document = newDocumentId();
  const channel = 1;
  for (const { socket } of [ann, bob])
    socket.send({ type: 'subscribe', channel, chat: chat.chatId, document, cursor: startCursor });
  await settled();
  const session = newTestSession(document);
  let cursor: Cursor = startCursor;
  let current: TestSnapshot | undefined;
  let before: TestSnapshot | undefined;
  let overlap = 0;
  const publish = async (written: number, isSeal: boolean, isReviewed: boolean) => {
    const next = newSnapshot(document, cursor, written * recordBytes);
    for (const part of partsOf(next, { channel, previous: current?.id ?? noSnapshot, isSeal }))
      ann.socket.send(part);
    await settled();
    before = current;
    current = next;
    if (!isReviewed) return;
    bob.socket.send({ type: 'countersign', channel, snapshot: next.id });
    await settled();
    before = undefined;
    overlap = 0;
  };
  for (let written = 1; written <= records; written++) {
    const entry: Bytes = session.next(1, messageBytes);
    ann.socket.send({ type: 'append', channel, entry });
    overlap += entry.length;
    const isFull = written === recordsPerSegment;
    if (written % 20 !== 0 && written !== records) continue;
    await settled();
    cursor = ann.socket.last('ack').cursor;
    for (const { socket } of [ann, bob]) socket.clear();
    // The newest of an open segment is not reviewed yet.
    const isDue = written % recordsPerSnapshot === 0;
    if (isDue || isFull) await publish(written, isFull, isFull || written + recordsPerSnapshot <= records);
  }
  for (const { socket } of [ann, bob]) {
    const refused = socket.all('refused')[0];
    if (refused) throw new Error(`refused: ${refused.code}`);
    socket.send({ type: 'unsubscribe', channel });
    socket.clear();
  }
  return (current?.bytes.length ?? 0) + (before?.bytes.length ?? 0) + overlap;
}

/** What would happen in an hour: more than upkeep needs. */
async function passTime(clock: TurnedClock) {
  for (let turn = 0; turn < 600; turn++) {
    clock.advance(turn % 10 === 0 ? upkeepEveryMs : upkeepAgainMs);
    await settled();
  }
}

export async function measureDisk(): Promise<readonly Figure[]> {
  const dataDir = mkdtempSync(join(tmpdir(), 'convo-bench-disk-'));
  const clock = createTurnedClock();
  const relay = createRelay({
    dataDir,
    registration: 'open',
    publicOrigin: 'http://relay.bench',
    clock,
    rateFactor: 1_000_000,
  });
  try {
    const by: Ask = (path, init) => relay.app.request(path, init);
    const live: Live = new Map();
    const people = [await arrive(relay, by, 'ann'), await arrive(relay, by, 'bob')] as const;
    for (let number = 0; number < chats; number++) {
      const chat = newChat();
      const { entry, boxes } = chat.genesis;
      await ask(by, 'POST', '/api/ledgers', { entry, boxes }, people[0].token);
      for (const { socket } of people) socket.send(proofOf(chat.chatId, chat.epoch, socket.challenge));
      for (let segment = 0; segment <= fullSegments; segment++) {
        const records = segment < fullSegments ? recordsPerSegment : recordsPerSegment / 2;
        live.set(`${number}/${segment}`, await writeSegment(people, chat, records));
      }
    }
    await passTime(clock);
    const ours = readdirSync(dataDir).reduce((sum, name) => sum + statSync(join(dataDir, name)).size, 0);
    const baseline = [...live.values()].reduce((sum, bytes) => sum + bytes, 0);
    return [pairedFigure('relay.disk_after_compaction', 'bytes', [{ ours, baseline }])];
  } finally {
    await relay.close();
    rmSync(dataDir, { recursive: true, force: true });
  }
}
