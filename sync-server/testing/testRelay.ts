// A relay in a folder of its own, with a clock that the test turns, and sockets in memory. Ends with the test.
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { Clock } from '../relay/clock.ts';
import { createRelay, type Relay, type RelayOptions } from '../relay/createRelay.ts';
import type { LogSink } from '../relay/logSink.ts';
import type { Caller } from '../routes/callers.ts';
import { createTestSocket, type TestSocket } from './testSocket.ts';
import type { Ask } from './testUser.ts';

export interface TestClock extends Clock {
  advance(ms: number): void;
}

export function createTestClock(): TestClock {
  let now = Date.UTC(2026, 0, 1);
  let timers: { at: number; call: () => void }[] = [];
  return {
    now: () => now,
    after(delayMs, call) {
      const timer = { at: now + delayMs, call };
      timers.push(timer);
      return () => {
        timers = timers.filter((other) => other !== timer);
      };
    },
    soon: (call) => void setImmediate(call),
    advance(ms) {
      now += ms;
      const due = timers.filter(({ at }) => at <= now);
      timers = timers.filter(({ at }) => at > now);
      for (const { call } of due) call();
    },
  };
}

export type TestRelay = ReturnType<typeof openTestRelay>;

export function openTestRelay(options: Partial<RelayOptions> = {}) {
  const dataDir = mkdtempSync(join(tmpdir(), 'convo-relay-'));
  const clock = createTestClock();
  const events: Parameters<LogSink>[0][] = [];
  const open = (): Relay =>
    createRelay({
      dataDir,
      registration: 'open',
      publicOrigin: 'http://relay.test',
      clock,
      rateFactor: 1000,
      logSink: (event) => void events.push(event),
      ...options,
    });
  let relay = open();
  const by: Ask = (path, init) => relay.app.request(path, init);
  onTestFinished(async () => {
    await relay.close();
    rmSync(dataDir, { recursive: true, force: true });
  });
  return {
    dataDir,
    clock,
    events,
    by,
    get relay() {
      return relay;
    },
    connect: (caller?: Caller): TestSocket => createTestSocket((port) => relay.connect(port, caller)),
    async restart() {
      await relay.close();
      relay = open();
    },
    /** Stopped, its database and write-ahead log deleted or put back from a copy, and started again. */
    async restartWithout(files: readonly string[], copy?: string) {
      await relay.close();
      for (const name of files) rmSync(join(dataDir, name), { force: true });
      if (copy !== undefined) cpSync(copy, join(dataDir, 'relay.db'));
      relay = open();
    },
  };
}

/** Lets the relay finish what it does at the end of a turn: a commit, and a catch-up of some paces. */
export async function settled(turns = 6): Promise<void> {
  for (let i = 0; i < turns; i++) await new Promise((resolve) => setImmediate(resolve));
}
