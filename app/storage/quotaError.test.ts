import { Dexie } from 'dexie';
import { expect, test } from 'vitest';
import { isQuotaError } from './quotaError.ts';

const full = new DOMException('the disk is full', 'QuotaExceededError');
const doubled = new DOMException('there is one already', 'ConstraintError');

test.each([
  ['the browser itself', full],
  ['a transaction, with the reason inside', new Dexie.AbortError('ended', full)],
  ['a transaction that ended without a reason', new Dexie.AbortError('ended')],
  ['one of the rows that were written together', new Dexie.BulkError('1 of 2', [doubled, full])],
  [
    'a transaction of rows written together',
    new Dexie.AbortError('ended', new Dexie.BulkError('all', [full])),
  ],
])('[X7] a full disk is known when it is told by %s', (_, error) => {
  expect(isQuotaError(error)).toBe(true);
});

const closed = new DOMException('the connection is closed', 'AbortError');

test.each([
  ['a connection that the browser has closed', closed],
  ['a transaction that ended because of that', new Dexie.AbortError('ended', closed)],
  ['a key that is taken', doubled],
  ['rows of which one had a key that is taken', new Dexie.BulkError('1 of 2', [doubled])],
  ['no error', 'QuotaExceededError'],
])('[X7] %s is not a full disk', (_, error) => {
  expect(isQuotaError(error)).toBe(false);
});
