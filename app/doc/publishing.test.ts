// When snapshots are published, on a clock that is told the time.
import { expect, test } from 'vitest';
import type { Bytes } from '../../shared/codec/bytes.ts';
import { encodeUp } from '../../shared/protocol/frames/up.ts';
import { startCursor } from '../../shared/protocol/frames/cursor.ts';
import { idToText, type SessionId, type SnapshotId } from '../../shared/protocol/ids.ts';
import { partsOf, type NewSnapshot } from '../sync/snapshotParts.ts';
import { documentLimits } from './documentLimits.ts';
import { createPublishing } from './publishing.ts';

const cursor = { ...startCursor, seq: 5 };

/** A document whose relay answers when it is told to; `turn` lets all timers that stand come due. */
function createWorld() {
  let timers: (() => void)[] = [];
  let built = 0;
  const sent: NewSnapshot[] = [];
  const idOf = (n: number) => new Uint8Array(16).fill(n) as SnapshotId;
  const world = { purged: 0, isTooLarge: false, tried: 0 };
  const publishing = createPublishing(
    {
      hasRoom: () => true,
      limits: documentLimits,
      clock: {
        now: () => 0,
        elapsed: () => 0,
        after(_ms, call) {
          timers.push(call);
          return () => {
            timers = timers.filter((other) => other !== call);
          };
        },
      },
      randomUnit: () => 0,
      cursor: () => cursor,
      isReady: () => true,
      async build() {
        world.tried++;
        return world.isTooLarge ? undefined : { bytes: new Uint8Array(500), id: idOf(++built) };
      },
      publish(snapshot) {
        for (const part of partsOf(snapshot)) encodeUp({ type: 'publish', channel: 1, ...part });
        sent.push(snapshot);
      },
      look() {},
      onPurged: () => void world.purged++,
    },
    undefined,
  );
  return {
    publishing,
    sent,
    world,
    takes: () => publishing.published(idOf(built), cursor, false),
    async turn() {
      const due = timers;
      timers = [];
      for (const call of due) call();
      await new Promise((resolve) => setImmediate(resolve));
    },
  };
}
const session = (n: number): SessionId => new Uint8Array([0, 0, 0, 0, 0, 0, n >> 8, n & 255]) as SessionId;

test('[R34] a purge of more sessions than a frame names goes in several, one after the other', async () => {
  const { publishing, sent, world, turn, takes } = createWorld();
  const sessions = Array.from({ length: 600 }, (_, n) => session(n));
  publishing.purge(sessions);
  for (const isDone of [false, false, true]) {
    await turn();
    takes();
    expect(world.purged).toBe(isDone ? 1 : 0);
  }
  expect(sent.map(({ purged }) => purged.length)).toEqual([256, 256, 88]);
  expect(new Set(sent.flatMap(({ purged }) => purged.map(idToText)))).toEqual(
    new Set(sessions.map(idToText)),
  );
  expect(publishing.isIdle()).toBe(true);
});

test('[D18] what may not be purged goes as a plain snapshot, or by one of somebody else that was looked at', async () => {
  const { publishing, sent, world, turn, takes } = createWorld();
  publishing.purge([session(1)]);
  await turn();
  publishing.refused('forbidden', new Uint8Array(0) as Bytes);
  expect(world.purged).toBe(0);
  await turn();
  expect(sent.map(({ purged }) => purged.length)).toEqual([1, 0]);
  takes();
  expect(world.purged).toBe(1);
  publishing.purge([]);
  publishing.goneBy(cursor.seq - 1);
  expect(publishing.isIdle()).toBe(false);
  publishing.goneBy(cursor.seq);
  expect(publishing.isIdle()).toBe(true);
  expect(world.purged).toBe(2);
});

test('[D13] what is too large for a snapshot is tried again, and what was to go with it goes then', async () => {
  const { publishing, sent, world, turn, takes } = createWorld();
  world.isTooLarge = true;
  publishing.purge([session(1)]);
  await turn();
  expect({ tried: world.tried, sent: sent.length }).toEqual({ tried: 1, sent: 0 });
  // Nothing can be done about it now.
  expect(publishing.isIdle()).toBe(true);
  publishing.grew(1);
  world.isTooLarge = false;
  await turn();
  takes();
  expect(sent.map(({ purged }) => purged)).toEqual([[session(1)]]);
  expect({ tried: world.tried, purged: world.purged }).toEqual({ tried: 2, purged: 1 });
});
