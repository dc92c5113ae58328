import 'fake-indexeddb/auto';
import { expect, onTestFinished, test, vi } from 'vitest';
import { fillDisk } from '../testing/harbour/rawDisk.ts';
import { messageRow, openTestStorage } from '../testing/testRows.ts';
import { isQuotaError } from './quotaError.ts';
import { read } from './reading.ts';
import type { ConvoDatabase } from './schema.ts';
import { answerOf, inWriting } from './transaction.ts';

const row = (id: string) => ({ id, at: 1, sealed: new Uint8Array(1) });
const later = () => new Promise<void>((resolve) => void setTimeout(resolve, 20));
const addTwice = (database: ConvoDatabase) =>
  inWriting(database, [database.tasks], async (transaction) => {
    transaction.objectStore('tasks').add(row('a'));
    transaction.objectStore('tasks').add(row('a'));
  });

test('[X2] where one of the writes fails, or the work throws, nothing of it is written', async () => {
  const { database } = await openTestStorage();
  const { tasks } = database;
  await expect(addTwice(database)).rejects.toMatchObject({ name: 'ConstraintError' });
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

test('[X7] a transaction that ends for no reason has found no room, and one whose connection was closed has not', async () => {
  const { database } = await openTestStorage();
  const ended = inWriting(database, [database.tasks], async (transaction) => transaction.abort());
  await expect(ended).rejects.toSatisfy(isQuotaError);
  const closed = inWriting(database, [database.tasks], async (transaction) => {
    // fake-indexeddb's own way to end a transaction for a reason.
    Reflect.apply(Reflect.get(transaction, '_abort'), transaction, ['AbortError']);
  });
  await expect(closed).rejects.not.toSatisfy(isQuotaError);
});

test("[S1] one's own record outlasts the machine's end, and nothing else waits for that", async () => {
  const storage = await openTestStorage();
  const begun = vi.spyOn(storage.database.backendDB(), 'transaction');
  const asked = () => begun.mock.lastCall?.at(2);
  const record = { id: 'r', document: 'd', header: new Uint8Array(1), body: new Uint8Array(1) };
  await storage.batch().putMessage(messageRow('r')).addOutbox(record).commit();
  expect(asked()).toEqual({ durability: 'strict' });
  await storage.batch().putMessage(messageRow('r')).deleteOutbox(['r']).commit();
  expect(asked()).toEqual({ durability: 'default' });
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

test('[X14] a database that the browser has closed is opened again, and one that was closed here is not', async () => {
  const storage = await openTestStorage();
  storage.database.backendDB().close();
  const together = ['a', 'b', 'c'].map((id) => storage.messages.get(id));
  expect(await Promise.all(together)).toEqual([undefined, undefined, undefined]);
  storage.database.backendDB().close();
  await storage.batch().putMessage(messageRow('a')).commit();
  expect((await storage.messages.get('a'))?.id).toBe('a');
  storage.close();
  const { messages } = storage.database;
  await expect(read([messages], (reading) => reading.row(messages, 'a'))).rejects.toMatchObject({
    name: 'DatabaseClosedError',
  });
});

test('[X14] where a database can not be opened again just now, whoever asks next tries anew', async () => {
  const storage = await openTestStorage();
  const broken = vi.spyOn(indexedDB, 'open').mockImplementation(() => {
    throw new DOMException('no room', 'QuotaExceededError');
  });
  onTestFinished(broken.mockRestore);
  storage.database.backendDB().close();
  await expect(storage.messages.get('a')).rejects.toMatchObject({ name: 'QuotaExceededError' });
  await expect(storage.messages.get('a')).rejects.toMatchObject({ name: 'QuotaExceededError' });
  broken.mockRestore();
  expect(await storage.messages.get('a')).toBeUndefined();
});

test('[X2] what is not written once the database was opened again fails by its own reason', async () => {
  const { database } = await openTestStorage();
  database.backendDB().close();
  await expect(addTwice(database)).rejects.toMatchObject({ name: 'ConstraintError' });
  expect(await database.tasks.count()).toBe(0);
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

test('[X2] what was written is so, also where whoever listens fails', async () => {
  const storage = await openTestStorage();
  onTestFinished(
    storage.onChange(['messages'], () => {
      throw new Error('of a listener');
    }),
  );
  const logged = vi.spyOn(console, 'error').mockImplementation(() => {});
  onTestFinished(logged.mockRestore);
  await storage.batch().putMessage(messageRow('a')).commit();
  expect(logged).toHaveBeenCalledTimes(1);
});
