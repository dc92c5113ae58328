import 'fake-indexeddb/auto';
import { expect, onTestFinished, test, vi } from 'vitest';
import { fillDisk } from '../testing/harbour/rawDisk.ts';
import { messageRow, openTestStorage } from '../testing/testRows.ts';
import { read } from './reading.ts';
import { answerOf, inWriting } from './transaction.ts';

const row = (id: string) => ({ id, at: 1, sealed: new Uint8Array(1) });
const later = () => new Promise<void>((resolve) => void setTimeout(resolve, 20));

test('[X2] where one of the writes fails, or the work throws, nothing of it is written', async () => {
  const { database } = await openTestStorage();
  const { tasks } = database;
  const twice = inWriting(database, [tasks], async (transaction) => {
    transaction.objectStore('tasks').add(row('a'));
    transaction.objectStore('tasks').add(row('a'));
  });
  await expect(twice).rejects.toMatchObject({ name: 'ConstraintError' });
  const thrown = inWriting(database, [tasks], async (transaction) => {
    await answerOf(transaction.objectStore('tasks').put(row('b')));
    throw new Error('not so');
  });
  await expect(thrown).rejects.toThrow('not so');
  expect(await tasks.count()).toBe(0);
});

test('[X7] a disk that is full in the middle of it is what is said, and not what that did to the rest', async () => {
  const storage = await openTestStorage();
  const free = fillDisk('commit');
  const written = storage.batch().putMessage(messageRow('a')).putMessage(messageRow('b')).commit();
  await expect(written).rejects.toMatchObject({ name: 'QuotaExceededError' });
  free();
  expect(await storage.messages.get('a')).toBeUndefined();
});

test('[X2] work that comes too late for its transaction is an error, and no silence', async () => {
  const { database } = await openTestStorage();
  const late = inWriting(database, [database.tasks], async (transaction) => {
    const store = transaction.objectStore('tasks');
    await later();
    store.put(row('a'));
  });
  await expect(late).rejects.toBeInstanceOf(DOMException);
});

test('[X1] a database that the browser has closed is opened again, and one that was closed here is not', async () => {
  const storage = await openTestStorage();
  onTestFinished(vi.spyOn(console, 'warn').mockImplementation(() => {}).mockRestore);
  storage.database.backendDB().close();
  expect(await storage.messages.get('a')).toBeUndefined();
  storage.database.backendDB().close();
  await storage.batch().putMessage(messageRow('a')).commit();
  expect((await storage.messages.get('a'))?.id).toBe('a');
  storage.close();
  const { messages } = storage.database;
  await expect(read([messages], (reading) => reading.row(messages, 'a'))).rejects.toMatchObject({
    name: 'DatabaseClosedError',
  });
});

test('[X1] whoever listens hears of what was written, and of nothing that failed', async () => {
  const storage = await openTestStorage();
  const heard = vi.fn();
  onTestFinished(storage.onChange(['messages'], heard));
  await storage.batch().putTask('t', 1, {}).commit();
  expect(heard).not.toHaveBeenCalled();
  await storage.batch().putMessage(messageRow('a')).commit();
  expect(heard).toHaveBeenCalledTimes(1);
});
