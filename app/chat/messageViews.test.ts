import { expect, test } from 'vitest';
import type { StoredChat, StoredMessage } from '../storage/models.ts';
import { createMessageViews } from './messageViews.ts';

const chat: StoredChat = {
  id: 'chat',
  at: 0,
  kind: 'direct',
  title: '',
  createdAt: 0,
  creator: 'ada',
  members: [],
  epoch: 0,
  epochSecret: '',
  rootSecret: '',
  ledgerHead: '',
  ledger: [],
  unread: 0,
  draft: '',
  marks: {},
  names: { ada: { name: 'Ada', at: 0 }, ben: { name: 'Ben', at: 0 } },
  chains: {},
  latestAt: 0,
};
const message = (id: string, author: string, more: Partial<StoredMessage> = {}): StoredMessage => ({
  id,
  chat: chat.id,
  at: 0,
  author,
  kind: 'text',
  text: `text of ${id}`,
  reactions: {},
  isStored: true,
  isVerified: true,
  isUnread: false,
  isHidden: false,
  device: 'device',
  sequence: 1,
  segment: 0,
  terms: [],
  ...more,
});
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
