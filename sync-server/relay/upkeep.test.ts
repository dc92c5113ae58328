// What happens though nobody asks.
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { entryKinds } from '../../shared/protocol/entry.ts';
import { countFound } from '../testing/findPieces.ts';
import { twoInAChat } from '../testing/testMember.ts';
import { openTestRelay, settled } from '../testing/testRelay.ts';
import { newSnapshot, publish } from '../testing/testSnapshot.ts';
import { upkeepAgainMs, upkeepEveryMs } from './bounds.ts';

test('[R34] [R42] within minutes nothing of what went is in any file, and its room is the disk’s again', async () => {
  const relay = openTestRelay();
  const { document, annSocket, bobSocket, session } = await twoInAChat(relay);
  const entries = Array.from({ length: 200 }, () => session.next(1, 40_000, entryKinds.meta));
  for (const entry of entries) {
    annSocket.send({ type: 'append', channel: 1, entry });
    await settled(1);
  }
  await settled();
  const snapshot = newSnapshot(document, annSocket.last('ack').cursor);
  publish(annSocket, snapshot);
  await settled();
  bobSocket.send({ type: 'countersign', channel: 1, snapshot: snapshot.id });
  await settled();
  expect(countFound(relay.dataDir, entries)).toBeGreaterThan(0);
  for (let i = 0; i < 60; i++) {
    relay.clock.advance(i % 20 === 0 ? upkeepEveryMs : upkeepAgainMs);
    await settled(1);
  }
  expect(countFound(relay.dataDir, entries)).toBe(0);
  const sizeOf = (name: string) => statSync(join(relay.dataDir, name)).size;
  // 8 MB went through it.
  expect(sizeOf('relay.db') + sizeOf('relay.db-wal')).toBeLessThan(3_000_000);
  expect(relay.events.filter(({ event }) => event === 'bug')).toEqual([]);
});
