import { expect, test } from 'vitest';
import type { StoredMessage } from '../storage/models.ts';
import { chatRow, messageRow } from '../testing/testRows.ts';
import { createMessageViews } from './messageViews.ts';

const chat = chatRow({ kind: 'direct', names: { ada: { name: 'Ada', at: 0 }, ben: { name: 'Ben', at: 0 } } });
const message = (id: string, author: string, more: Partial<StoredMessage> = {}) =>
  messageRow(id, { at: 0, author, ...more });
const quotedBy = (answer: StoredMessage, ...originals: readonly StoredMessage[]) =>
  createMessageViews(chat, 'ada').toView(answer, new Map(originals.map((each) => [each.id, each]))).replyTo;

test('a quote says whether it is of oneself', () => {
  const own = quotedBy(message('2', 'ben', { replyTo: '1' }), message('1', 'ada'));
  expect(own).toEqual({
    messageId: '1',
    authorName: 'Ada',
    isSelf: true,
    text: 'text of 1',
    state: 'present',
  });
  expect(quotedBy(message('2', 'ada', { replyTo: '1' }), message('1', 'ben'))).toMatchObject({
    authorName: 'Ben',
    isSelf: false,
  });
});

test('a quote of what is gone says nothing about it', () => {
  const gone = { messageId: '1', authorName: '', isSelf: false, text: '', state: 'missing' };
  expect(quotedBy(message('2', 'ben', { replyTo: '1' }))).toEqual(gone);
  expect(quotedBy(message('2', 'ben', { replyTo: '1' }), message('1', 'ada', { isHidden: true }))).toEqual(
    gone,
  );
});
