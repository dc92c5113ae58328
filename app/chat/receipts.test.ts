import { expect, test } from 'vitest';
import type { StoredMark } from '../storage/models.ts';
import { chatRow, messageRow } from '../testing/testRows.ts';
import { deliveryOf, isAhead, joinVectors, markToStored, vectorToMark } from './receipts.ts';

const memberOf = (user: string) => ({ user, device: `${user}-d`, deviceKey: '', boxKey: '', ledgerHead: '' });
const chatOf = (marks: Record<string, StoredMark>) =>
  chatRow({ members: ['ada', 'ben', 'cleo'].map(memberOf), marks });
const markOf = (user: string, delivered: number, read: number): StoredMark => ({
  user,
  delivered: { 'ada-d': delivered },
  read: { 'ada-d': read },
  at: 0,
});
const message = messageRow('m', { device: 'ada-d', sequence: 5, author: 'ada' });

test('[D9] a message has come as far as with the last of the others', () => {
  const state = (ben: StoredMark, cleo: StoredMark, isStored = true) =>
    deliveryOf(chatOf({ b: ben, c: cleo }), { ...message, isStored }, 'ada');
  expect(state(markOf('ben', 5, 5), markOf('cleo', 9, 7))).toBe('read');
  expect(state(markOf('ben', 5, 4), markOf('cleo', 9, 7))).toBe('delivered');
  expect(state(markOf('ben', 4, 0), markOf('cleo', 9, 7))).toBe('sent');
  expect(state(markOf('ben', 9, 9), markOf('cleo', 9, 9), false)).toBe('waiting');
});

test('[D9] joining marks never goes back, on no device', () => {
  const joined = joinVectors({ a: 3, b: 7 }, { a: 5, b: 2, c: 1 });
  expect(joined).toEqual({ a: 5, b: 7, c: 1 });
  expect(isAhead(joined, { a: 5, b: 7, c: 1 })).toBe(false);
  expect(isAhead({ a: 6 }, joined)).toBe(true);
  expect(isAhead({ d: 1 }, joined)).toBe(true);
});

test('[D9] a vector travels whole', () => {
  const device = 'AAAAAAAAAAAAAAAAAAAAAA';
  const vector = { [device]: 12 };
  const mark = { version: 1, device: new Uint8Array(16), delivered: vectorToMark(vector), read: [], at: 3 };
  expect(markToStored(mark as unknown as Parameters<typeof markToStored>[0], 'ada').delivered).toEqual(
    vector,
  );
});
