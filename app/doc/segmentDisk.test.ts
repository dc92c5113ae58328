import 'fake-indexeddb/auto';
import { expect, onTestFinished, test } from 'vitest';
import * as Y from 'yjs';
import type { SegmentPersistence } from '../storage/segmentPersistence.ts';
import { openSegmentDisk } from './segmentDisk.ts';

const cursor = (seq: number) => ({ seq, hash: '', sessions: {} });
let opened = 0;

/** A document with its disk, as one run of the app has it. */
async function open(name: string) {
  const doc = new Y.Doc();
  doc.clientID = 1000 + opened++;
  const disk = openSegmentDisk(name, doc);
  onTestFinished(disk.close);
  await disk.whenLoaded;
  const list = doc.getArray<Uint8Array>('list');
  return { doc, disk, list, add: (n: number) => list.push([new Uint8Array(40).fill(n)]) };
}
const firstBytes = (list: Y.Array<Uint8Array>) => list.toArray().map((bytes) => bytes[0]);

/** Every row of its database. */
async function rowsOf(name: string): Promise<readonly Uint8Array[]> {
  const database = await new Promise<IDBDatabase>((resolve) => {
    const request = indexedDB.open(name);
    request.onsuccess = () => resolve(request.result);
  });
  const rows = await new Promise<Uint8Array[]>((resolve) => {
    const request = database.transaction('updates').objectStore('updates').getAll();
    request.onsuccess = () => resolve(request.result);
  });
  database.close();
  return rows;
}
const fullWhile = async (work: () => Promise<unknown>) => {
  const { add } = IDBObjectStore.prototype;
  const refuse = () => {
    throw new DOMException('no room', 'QuotaExceededError');
  };
  Object.assign(IDBObjectStore.prototype, { add: refuse });
  await work().finally(() => Object.assign(IDBObjectStore.prototype, { add }));
};
const isWritten = (disk: SegmentPersistence, seq: number) =>
  disk.saveCursor(cursor(seq), []).then(
    () => true,
    () => false,
  );

test('[S2] a cursor is written with the rows before it, or not at all', async () => {
  const first = await open('one');
  first.add(1);
  expect(await isWritten(first.disk, 1)).toBe(true);
  await fullWhile(async () => {
    first.add(2);
    expect(await isWritten(first.disk, 2)).toBe(false);
  });
  expect(await rowsOf('one')).toHaveLength(1);
  expect(await first.disk.cursor()).toMatchObject({ seq: 1 });
  first.add(3);
  expect(await isWritten(first.disk, 3)).toBe(true);
  await first.disk.close();

  const again = await open('one');
  expect(firstBytes(again.list)).toEqual([1, 2, 3]);
  expect(again.disk.isDamaged()).toBe(false);
  expect(await again.disk.cursor()).toMatchObject({ seq: 3 });
});

test('[D14] what was erased is in no row after the next write; where that finds no room, nothing else is lost', async () => {
  const { disk, list, add } = await open('erased');
  for (const n of [7, 8, 9]) {
    add(n);
    await disk.saveCursor(cursor(n), []);
  }
  const isThere = async (n: number) => {
    const needle = Buffer.alloc(40, n);
    return (await rowsOf('erased')).some((row) => Buffer.from(row).includes(needle));
  };
  expect(await isThere(8)).toBe(true);
  list.delete(1, 1);
  disk.forget();
  await fullWhile(async () => expect(await isWritten(disk, 10)).toBe(false));
  expect(await isThere(7)).toBe(true);
  expect(await isWritten(disk, 10)).toBe(true);
  expect([await isThere(7), await isThere(8), await isThere(9)]).toEqual([true, false, true]);
});

test('[X13] many rows become one', async () => {
  const first = await open('many');
  for (let n = 0; n < 502; n++) {
    first.add(n % 200);
    await first.disk.saveCursor(cursor(n), []);
  }
  expect((await rowsOf('many')).length).toBeLessThan(3);
  await first.disk.close();
  const again = await open('many');
  expect(again.list).toHaveLength(502);
  expect(again.disk.isDamaged()).toBe(false);
});
