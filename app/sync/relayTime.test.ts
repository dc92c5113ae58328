// A device's clock beside the relay's: wrong, set while the app runs, or standing still while the device sleeps.
import { beforeEach, expect, test } from 'vitest';
import { createRelayTime } from './relayTime.ts';

const dayMs = 24 * 3600_000;
const startMs = 1_767_225_600_000;
let trueMs: number;
let aheadMs: number;
let sleptMs: number;
let timers: { readonly at: number; readonly run: () => void }[];
let kept: number[];
let asked: number;
let answers: boolean;

const elapsed = () => trueMs - startMs - sleptMs;
const clock = {
  now: () => trueMs + aheadMs,
  elapsed,
  after(ms: number, run: () => void) {
    const timer = { at: elapsed() + ms, run };
    timers.push(timer);
    return () => {
      timers = timers.filter((other) => other !== timer);
    };
  },
};
function pass(ms: number) {
  trueMs += ms;
  for (const { at, run } of timers) if (at <= elapsed()) run();
}
const answered = () => new Promise((resolve) => setImmediate(resolve));
const newTime = (differenceMs = 0) => {
  const time = createRelayTime({
    clock,
    differenceMs,
    onDifference: (ms) => kept.push(ms),
    ask() {
      asked++;
      if (!answers) return new Promise(() => {});
      time.heard(trueMs, elapsed());
      return Promise.resolve();
    },
  });
  return time;
};
beforeEach(() => {
  trueMs = startMs;
  aheadMs = 0;
  sleptMs = 0;
  timers = [];
  kept = [];
  asked = 0;
  answers = true;
});

test('[S12] a clock that is wrong by days counts as the relay’s does, also in a later run without the relay', () => {
  for (const wrongMs of [5 * dayMs, -5 * dayMs]) {
    kept = [];
    aheadMs = wrongMs;
    const time = newTime();
    expect(time.clock.now()).toBe(trueMs + wrongMs);
    time.online();
    expect(time.clock.now()).toBe(trueMs);
    expect(kept).toEqual([-wrongMs]);
    expect(newTime(kept[0]).clock.now()).toBe(trueMs);
  }
});

test('[S12] a difference of seconds moves nothing, and one of more than a month is not believed', () => {
  const time = newTime();
  for (const toldMs of [29_000, -29_000, 32 * dayMs, -32 * dayMs, -trueMs]) {
    time.heard(trueMs + toldMs, elapsed());
    expect(time.clock.now()).toBe(trueMs);
  }
  time.heard(trueMs + 3600_000, elapsed() - 21_000);
  expect(time.clock.now()).toBe(trueMs);
});

test('[S12] a clock that is set back goes on as it was; whether one went ahead or slept, the relay says', async () => {
  const time = newTime();
  time.online();
  await answered();
  aheadMs = -5 * dayMs;
  await time.settle();
  expect([time.clock.now(), asked]).toEqual([trueMs, 1]);
  aheadMs = 5 * dayMs;
  await time.settle();
  expect([time.clock.now(), asked]).toEqual([trueMs, 2]);
  sleptMs += dayMs;
  pass(dayMs);
  expect(time.clock.now()).toBe(trueMs);
  await time.settle();
  expect([time.clock.now(), asked]).toEqual([trueMs, 3]);
});

test('[S12] nobody waits long for a relay that does not say what time it is; it is asked again when it is back', async () => {
  const time = newTime();
  time.online();
  await answered();
  answers = false;
  sleptMs += dayMs;
  pass(dayMs);
  const settled = time.settle();
  pass(3_000);
  await settled;
  expect(time.clock.now()).toBe(trueMs);
  await time.settle();
  expect(asked).toBe(2);
  answers = true;
  time.online();
  expect(asked).toBe(3);
});
