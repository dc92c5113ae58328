import 'fake-indexeddb/auto';
import { expect, onTestFinished, test } from 'vitest';
import { createQuotaWatch } from './quotaWatch.ts';
import { openStorage } from './storage.ts';

/** A device whose browser grants 1000, with a watch on it. */
async function device(used: number | undefined) {
  const disk = { used, asked: 0 };
  const storage = await openStorage(`quota test ${crypto.randomUUID()}`, async () => {
    disk.asked += 1;
    return disk.used === undefined ? undefined : { usage: disk.used, quota: 1000 };
  });
  let isNearlyFull = false;
  const watch = createQuotaWatch(storage, (next) => {
    isNearlyFull = next;
  });
  onTestFinished(() => {
    watch.close();
    storage.close();
  });
  let ids = 0;
  return {
    disk,
    watch,
    async write(count: number) {
      const batch = storage.batch();
      for (let i = 0; i < count; i++) {
        batch.putMessage({
          id: `${ids++}`,
          chat: 'chat',
          at: 1,
          isUnread: false,
          isHidden: false,
          device: 'd',
          sequence: 1,
          segment: 0,
          terms: [],
          author: 'u',
          kind: 'text',
          text: '',
          reactions: {},
          isStored: true,
          isVerified: true,
        });
      }
      await batch.commit();
    },
    /** After what was begun. Asks nothing of the browser itself. */
    async isNearlyFull() {
      await watch.settled();
      return isNearlyFull;
    },
  };
}

test.each([
  [900, false],
  [901, true],
  [undefined, false],
])('[X7] at the start, %s of 1000 used', async (used, expected) => {
  expect(await (await device(used)).isNearlyFull()).toBe(expected);
});

test('[X7] it is looked at again after 200 messages, and the word goes when there is room', async () => {
  const { disk, write, isNearlyFull } = await device(100);
  expect(await isNearlyFull()).toBe(false);
  disk.used = 950;
  await write(199);
  expect(await isNearlyFull()).toBe(false);
  expect(disk.asked).toBe(1);
  await write(1);
  expect(await isNearlyFull()).toBe(true);
  disk.used = 500;
  await write(1);
  expect(await isNearlyFull()).toBe(false);
  expect(disk.asked).toBe(3);
  await write(1);
  expect(await isNearlyFull()).toBe(false);
  expect(disk.asked).toBe(3);
});

test('[X7] a failed write says it whatever the browser claims, and a later one that succeeds takes it back', async () => {
  const { watch, write, isNearlyFull } = await device(100);
  expect(await isNearlyFull()).toBe(false);
  watch.failed();
  expect(await isNearlyFull()).toBe(true);
  await write(1);
  expect(await isNearlyFull()).toBe(false);
});
