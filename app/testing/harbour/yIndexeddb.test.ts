// The databases of open segments are y-indexeddb's: it reads what the app wrote, and the app what it wrote.
import 'fake-indexeddb/auto';
import { expect, test } from 'vitest';
import { IndexeddbPersistence } from 'y-indexeddb';
import * as Y from 'yjs';
import { openSegmentDisk } from '../../doc/segmentDisk.ts';
import { placesOfBytes } from './rawDisk.ts';

const textOf = (doc: Y.Doc) => doc.getArray<string>('list').toArray();

test('[X13] the rows of a segment are as y-indexeddb keeps them, read both ways', async () => {
  const first = new Y.Doc();
  const theirs = new IndexeddbPersistence('both', first);
  await theirs.whenSynced;
  first.getArray<string>('list').push(['by y-indexeddb']);
  await theirs.destroy();

  const second = new Y.Doc();
  const ours = openSegmentDisk('both', second);
  await ours.whenLoaded;
  expect(textOf(second)).toEqual(['by y-indexeddb']);
  expect(ours.isDamaged()).toBe(false);
  second.getArray<string>('list').push(['by the app']);
  await ours.saveCursor({ seq: 4, hash: '', sessions: {} }, []);
  await ours.close();

  const third = new Y.Doc();
  const again = new IndexeddbPersistence('both', third);
  await again.whenSynced;
  expect(textOf(third)).toEqual(['by y-indexeddb', 'by the app']);
  expect(await again.get('cursor')).toMatchObject({ seq: 4 });
  await again.destroy();
});

test('[D14] what was erased while y-indexeddb kept the rows is in none after the first write', async () => {
  const doc = new Y.Doc();
  const theirs = new IndexeddbPersistence('erased', doc);
  await theirs.whenSynced;
  doc.getArray<string>('list').push(['gone', 'kept']);
  doc.getArray<string>('list').delete(0, 1);
  await theirs.destroy();
  expect(await placesOfBytes('erased', Buffer.from('gone'))).toEqual(['erased updates']);

  const next = new Y.Doc();
  const ours = openSegmentDisk('erased', next);
  await ours.whenLoaded;
  await ours.saveCursor({ seq: 1, hash: '', sessions: {} }, []);
  await ours.close();
  expect(textOf(next)).toEqual(['kept']);
  expect(await placesOfBytes('erased', Buffer.from('gone'))).toEqual([]);
  expect(await placesOfBytes('erased', Buffer.from('kept'))).toEqual(['erased updates']);
});
