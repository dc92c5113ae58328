import 'fake-indexeddb/auto';
import { expect, test } from 'vitest';
import { messageRow, openTestStorage } from '../testing/testRows.ts';
import type { StoredMessage } from './models.ts';
import type { Storage } from './storage.ts';
import type { Word } from './words.ts';

const [hear, hearing, help, he] = [104, 107, 203, 100];
const said: Readonly<Record<number, readonly number[]>> = {
  [hear]: [he, 103],
  [hearing]: [he, 103, hear, 105, 106],
  [help]: [he, 202],
};
const wordOf = (term: number): Word => ({ term, beginnings: () => said[term] ?? [] });
const put = (storage: Storage, id: string, terms: readonly number[], fields: Partial<StoredMessage> = {}) =>
  storage
    .batch()
    .putMessage(messageRow(id, { terms, ...fields }))
    .putWords(terms.map(wordOf))
    .commit();
const gone = { kind: 'deleted', text: '' } as const;
const found = async (storage: Storage, ...terms: number[]) =>
  (await storage.messages.search(terms, undefined, 10)).map(({ id }) => id);
const kept = async (storage: Storage) => (await storage.database.words.toArray()).map(({ id }) => id);

test('[X4] a beginning finds all words that begin so, each message once, the newest first', async () => {
  const storage = await openTestStorage();
  await put(storage, 'a', [hear, help], { at: 1 });
  await put(storage, 'b', [hearing], { at: 2 });
  await put(storage, 'c', [help], { at: 3 });
  expect(await found(storage, he)).toEqual(['c', 'b', 'a']);
  expect(await found(storage, hear)).toEqual(['b', 'a']);
  expect(await found(storage, hear, 202)).toEqual(['a']);
  expect(await found(storage, 106, 202)).toEqual([]);
});

test('[X4] rows of older versions are found by the beginnings that they name themselves', async () => {
  const storage = await openTestStorage();
  await storage
    .batch()
    .putMessage(messageRow('old', { at: 1, terms: [he, 103, hear] }))
    .commit();
  await put(storage, 'new', [hearing], { at: 2 });
  expect(await found(storage, he)).toEqual(['new', 'old']);
  expect(await found(storage, hear)).toEqual(['new', 'old']);
});

test('[X3] a word goes with the last message that has it: deleted, hidden, or said otherwise', async () => {
  const storage = await openTestStorage();
  await put(storage, 'a', [hear, help]);
  await put(storage, 'b', [hearing, help]);
  await put(storage, 'c', [hear]);
  await put(storage, 'a', [], gone);
  expect(await kept(storage)).toEqual([hear, hearing, help]);
  await put(storage, 'c', [help], { edit: { at: 2, id: 'e' } });
  expect(await kept(storage)).toEqual([hearing, help]);
  await put(storage, 'b', [], { isHidden: true, text: '' });
  expect(await kept(storage)).toEqual([help]);
  await put(storage, 'c', [], gone);
  expect(await kept(storage)).toEqual([]);
});

test('[X3] nor does it stay where an older row had it as a beginning, or a row is made again without its edit', async () => {
  const storage = await openTestStorage();
  const old = messageRow('old', { terms: [he, 103, hear, 105, 106, hearing] });
  await storage.batch().putMessage(old).commit();
  await put(storage, 'b', [hear]);
  await put(storage, 'b', [], gone);
  const anew = (id: string, term: number) =>
    storage
      .batch()
      .putMessage(messageRow(id, { terms: [term] }), true)
      .putWords([wordOf(term)])
      .commit();
  await anew('old', hearing);
  expect(await kept(storage)).toEqual([hearing]);
  await put(storage, 'c', [help], { edit: { at: 1, id: 'e' } });
  await anew('c', hear);
  expect(await kept(storage)).toEqual([hear, hearing]);
});

test('[X4] what many words find is the newest of all of them', async () => {
  const storage = await openTestStorage();
  const terms = Array.from({ length: 30 }, (_, i) => 1000 + i);
  for (const term of terms) {
    await storage
      .batch()
      .putMessage(messageRow(`m${term}`, { at: term % 7, terms: [term, 7] }))
      .putWords([{ term, beginnings: () => [he] }])
      .commit();
  }
  const hits = await storage.messages.search([he, 7], undefined, 10);
  const newest = terms.map((term) => term % 7).toSorted((a, b) => b - a);
  expect(hits.map(({ at }) => at)).toEqual(newest.slice(0, 10));
});

test('[X3, X4] a word that goes while somebody says it again is there', async () => {
  const storage = await openTestStorage();
  await put(storage, 'a', [hear]);
  const going = put(storage, 'a', [], gone);
  await Promise.all([going, put(storage, 'b', [hear])]);
  expect(await found(storage, he)).toEqual(['b']);
  await Promise.all([put(storage, 'c', [hear]), put(storage, 'b', [], gone)]);
  expect(await found(storage, he)).toEqual(['c']);
  await Promise.all([put(storage, 'c', [hear, help]), put(storage, 'c', [], gone)]);
  await put(storage, 'd', [hear, help]);
  expect(await found(storage, 202)).toEqual(['d']);
  await put(storage, 'd', [], gone);
  await put(storage, 'e', [hear]);
  expect(await found(storage, he)).toEqual(['e']);
});

test('[X2] words of a batch that fails are written by the next that has them', async () => {
  const storage = await openTestStorage();
  const row = { document: 'd', session: 's', order: 1, entry: new Uint8Array(1), records: [] };
  const failing = storage
    .batch()
    .putMessage(messageRow('a', { terms: [hear] }))
    .putWords([wordOf(hear)])
    .putPending({ ...row, sequence: Number.NaN });
  await expect(failing.commit()).rejects.toThrow();
  await put(storage, 'a', [hear]);
  expect(await found(storage, he)).toEqual(['a']);
});

test('[X4] a word that is known is not written again', async () => {
  const storage = await openTestStorage();
  await put(storage, 'a', [hear]);
  await storage.database.words.clear();
  await put(storage, 'b', [hear]);
  expect(await kept(storage)).toEqual([]);
});
