// The pacer alone: it asks nothing of the machine while it waits for a socket.
import { expect, test } from 'vitest';
import { createTestClock, settled } from '../testing/testRelay.ts';
import { maxStepsPerTurn, pacedAgainMs, pacedBufferBytes } from './bounds.ts';
import { Pacer, type Paced } from './pacer.ts';

function createBench() {
  const socket = { bufferedAmount: 0, send() {}, close() {} };
  const clock = createTestClock();
  let turns = 0;
  const counting = { ...clock, soon: (call: () => void) => clock.soon(() => (turns++, call())) };
  const pacer = new Pacer(counting, socket, { guard: (work) => work(), rested() {} });
  const steps: string[] = [];
  const backlog = (name: string, left: number): Paced => ({
    step() {
      steps.push(name);
      return --left > 0;
    },
  });
  return { pacer, socket, clock, steps, backlog, turns: () => turns };
}

test('[R4] backlogs take turns, and no socket takes more than its share of one', async () => {
  const { pacer, steps, backlog } = createBench();
  pacer.add(backlog('a', 100));
  pacer.add(backlog('b', 2));
  expect(steps).toEqual([]);
  await settled(1);
  expect(steps).toHaveLength(maxStepsPerTurn);
  expect(steps.slice(0, 5)).toEqual(['a', 'b', 'a', 'b', 'a']);
  await settled(5);
  expect(steps).toHaveLength(102);
});

test('[R4] while the socket is full it only looks from time to time, or when told that there is room', async () => {
  const { pacer, socket, clock, steps, backlog, turns } = createBench();
  socket.bufferedAmount = pacedBufferBytes + 1;
  pacer.add(backlog('a', 1));
  pacer.add(backlog('b', 1));
  await settled(20);
  clock.advance(pacedAgainMs);
  await settled(20);
  expect([turns(), steps]).toEqual([0, []]);
  socket.bufferedAmount = 0;
  pacer.drained();
  await settled();
  expect(steps).toEqual(['a', 'b']);
});

test('[R4] what was removed, or belongs to a closed socket, is not asked', async () => {
  const { pacer, steps, backlog } = createBench();
  const removed = backlog('a', 1);
  pacer.add(removed);
  pacer.remove(removed);
  await settled();
  pacer.add(backlog('b', 1));
  pacer.close();
  await settled();
  expect(steps).toEqual([]);
});
