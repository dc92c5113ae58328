import { expect, test } from 'vitest';
import { entryKinds, hashSnapshot } from '../../shared/protocol/entry.ts';
import type { LogHash, SessionId, SnapshotId } from '../../shared/protocol/ids.ts';
import { sha256 } from '../crypto/hash.ts';
import { createTestChat } from '../testing/testChat.ts';
import { createUnreadable, readSnapshot } from './readSnapshot.ts';
import { sealSnapshot } from './snapshot.ts';

async function createWaiting(randomUnit = 0) {
  const { contextOf, chance, document } = await createTestChat(1);
  const cursor = { seq: 7, hash: chance.bytes(16) as LogHash };
  const state = { session: chance.bytes(8) as SessionId, cursor, sessions: [], update: new Uint8Array([1]) };
  const bytes = await sealSnapshot(contextOf(0), document, entryKinds.segmentSnapshot, state, chance.bytes);
  const given = { id: hashSnapshot(sha256, document, bytes), cursor, isSeal: false, bytes };
  let now = 0;
  const asked: number[] = [];
  const unreadable = createUnreadable(document, {
    clock: {
      now: () => now,
      elapsed: () => now,
      after(ms) {
        asked.push(now + ms);
        return () => {};
      },
    },
    randomUnit: () => randomUnit,
    askAgain: () => {},
  });
  const isOverAt = (ms: number, told = given, hasSomething = true) => {
    now = ms;
    return unreadable.isOver(told, hasSomething);
  };
  return { given, isOverAt, asked, otherId: chance.bytes(16) as SnapshotId };
}

test('[D15] one that nobody can read is left to others for a minute, by who has nothing for ten', async () => {
  const { isOverAt, asked } = await createWaiting();
  expect(isOverAt(0)).toBe(false);
  expect(asked).toEqual([60_000]);
  expect(isOverAt(59_999)).toBe(false);
  expect(isOverAt(60_000)).toBe(true);
  const newcomer = await createWaiting(0.5);
  expect(newcomer.isOverAt(0, newcomer.given, false)).toBe(false);
  expect(newcomer.isOverAt(15 * 60_000 - 1, newcomer.given, false)).toBe(false);
  expect(newcomer.isOverAt(15 * 60_000, newcomer.given, false)).toBe(true);
});

test('[D13] what the relay gives under another name or place is waited for, however long', async () => {
  const { given, isOverAt, otherId, asked } = await createWaiting();
  const elsewhere = { ...given, cursor: { ...given.cursor, seq: 8 } };
  for (const told of [{ ...given, id: otherId }, elsewhere]) {
    expect(isOverAt(0, told)).toBe(false);
    expect(isOverAt(24 * 60 * 60_000, told)).toBe(false);
  }
  expect(asked).toEqual([]);
});

test('[D15] one whose key is still missing is not judged: those who have it can read it', async () => {
  const { contextOf, chance, document } = await createTestChat(1);
  const cursor = { seq: 7, hash: chance.bytes(16) as LogHash };
  const state = { session: chance.bytes(8) as SessionId, cursor, sessions: [], update: new Uint8Array([1]) };
  const bytes = await sealSnapshot(contextOf(0), document, entryKinds.segmentSnapshot, state, chance.bytes);
  const given = { id: hashSnapshot(sha256, document, bytes), cursor, isSeal: false, bytes };
  const read = (hasKey: boolean) =>
    readSnapshot(
      {
        context: { ...contextOf(0), ...(hasKey ? {} : { keysOf: () => [] }) },
        id: document,
        rules: { snapshotKind: entryKinds.segmentSnapshot, checkState: () => undefined },
        learnFirst: async () => true,
        onSetAside: () => {},
      },
      given,
    );
  expect(await read(false)).toBe('unjudged');
  expect(await read(true)).toBeUndefined();
});
