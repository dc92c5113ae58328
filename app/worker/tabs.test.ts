import 'fake-indexeddb/auto';
import { expect, onTestFinished, test, vi } from 'vitest';
import { createEngine } from '../chat/engine.ts';
import { createEphemeral } from '../chat/ephemeral.ts';
import { platformRandom } from '../crypto/random.ts';
import { platformClock } from '../sync/clock.ts';
import type { Storage } from '../storage/storage.ts';
import { openTestStorage } from '../testing/testRows.ts';
import { createTabs } from './tabs.ts';

const startEngine = (storage: Storage) =>
  createEngine({
    storage,
    origin: 'https://relay.test',
    fetch: () => Promise.reject(new Error('no network')),
    openSocket: () => {
      throw new Error('no network');
    },
    clock: platformClock,
    random: platformRandom,
    ephemeral: createEphemeral(0),
    onFirstMessage() {},
    onArrived() {},
  });

test('[X14, U6] where one tab can not start the engine, another does', async () => {
  const storage = await openTestStorage();
  const logged = vi.spyOn(console, 'error').mockImplementation(() => {});
  onTestFinished(logged.mockRestore);
  const failing = Promise.withResolvers<void>();
  createTabs({
    name: storage.name,
    ephemeral: createEphemeral(0),
    // It is not tried again here, as long as the test goes.
    clock: { after: () => () => {} },
    startEngine: () => {
      failing.resolve();
      return Promise.reject(new Error('not here'));
    },
  });
  await failing.promise;
  const tabs = createTabs({
    name: storage.name,
    ephemeral: createEphemeral(0),
    clock: platformClock,
    startEngine: () => startEngine(storage),
  });
  const answer = await tabs.command({ command: 'setVisibleChat', chatId: null });
  expect(answer).toEqual({ ok: true, value: null });
});

test('[X14] where the engine can not start just now it starts a moment later, and does what was asked for', async () => {
  const storage = await openTestStorage();
  const ephemeral = createEphemeral(0);
  const logged = vi.spyOn(console, 'error').mockImplementation(() => {});
  onTestFinished(logged.mockRestore);
  vi.spyOn(storage, 'setting').mockRejectedValueOnce(new DOMException('not now', 'UnknownError'));
  const pauses: number[] = [];
  const tabs = createTabs({
    name: storage.name,
    ephemeral,
    clock: {
      after(ms, run) {
        pauses.push(ms);
        return platformClock.after(0, run);
      },
    },
    startEngine: () => startEngine(storage),
  });
  const answer = await tabs.command({ command: 'setVisibleChat', chatId: null });
  expect(answer).toEqual({ ok: true, value: null });
  expect(pauses).toHaveLength(1);
  expect(logged).toHaveBeenCalledTimes(1);
});
