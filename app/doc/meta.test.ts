import 'fake-indexeddb/auto';
import { expect, onTestFinished, test } from 'vitest';
import * as Y from 'yjs';
import { createSealedUpdates } from '../storage/sealedUpdates.ts';
import { openStorage } from '../storage/storage.ts';
import { fillDisk } from '../testing/harbour/rawDisk.ts';

async function openDocument(name: string) {
  const storage = await openStorage(name);
  onTestFinished(() => storage.close());
  const doc = new Y.Doc();
  const persistence = createSealedUpdates(storage, 'meta', {
    apply: (updates) => updates.forEach((update) => Y.applyUpdate(doc, update)),
    encode: () => Y.encodeStateAsUpdate(doc),
  });
  await persistence.whenLoaded;
  return { storage, doc, persistence };
}
const cursorAt = (seq: number) => ({ seq, hash: 'AAAAAAAAAAAAAAAAAAAAAA', sessions: {} });

/** The updates of one author, one after another. */
function updatesOf(values: readonly number[]): Uint8Array[] {
  const updates: Uint8Array[] = [];
  const doc = new Y.Doc();
  doc.on('update', (update: Uint8Array) => void updates.push(update));
  for (const value of values) doc.getMap('marks').set('device', value);
  return updates;
}

test('[S2] an update that came before what it stands on is still there after a restart', async () => {
  const [first, second] = updatesOf([1, 2]);
  if (!first || !second) throw new Error('expected two updates');
  const before = await openDocument('held back');
  Y.applyUpdate(before.doc, second);
  await before.persistence.saveCursor(cursorAt(1), [second]);
  before.storage.close();
  const after = await openDocument('held back');
  expect((await after.persistence.cursor())?.seq).toBe(1);
  expect(after.doc.getMap('marks').get('device')).toBeUndefined();
  Y.applyUpdate(after.doc, first);
  expect(after.doc.getMap('marks').get('device')).toBe(2);
});

test('[S2] what a full disk refused is written with the next cursor', async () => {
  const [first, second] = updatesOf([1, 2]);
  if (!first || !second) throw new Error('expected two updates');
  const before = await openDocument('full disk');
  const makeRoom = fillDisk('row');
  await expect(before.persistence.saveCursor(cursorAt(1), [first])).rejects.toThrow();
  makeRoom();
  await before.persistence.saveCursor(cursorAt(2), [second]);
  before.storage.close();
  const after = await openDocument('full disk');
  expect(after.doc.getMap('marks').get('device')).toBe(2);
});

test('[X1] many updates become one at the next start, and say the same', async () => {
  const values = Array.from({ length: 80 }, (_, n) => n);
  const before = await openDocument('compacted');
  for (const [n, update] of updatesOf(values).entries())
    await before.persistence.saveCursor(cursorAt(n + 1), [update]);
  before.storage.close();
  const middle = await openDocument('compacted');
  expect((await middle.storage.updates('meta')).updates).toHaveLength(1);
  middle.storage.close();
  expect((await openDocument('compacted')).doc.getMap('marks').get('device')).toBe(79);
});
