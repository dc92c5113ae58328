import { describe, expect, it } from 'vitest';
import type { ChatRowView } from '../chat/views.ts';
import { newMessagesIn } from './newMessages.ts';

const row = (chatId: string, atMs: number, text: string, isOwn = false, unreadCount = 0): ChatRowView => ({
  chatId,
  kind: 'direct',
  title: chatId,
  avatarSeed: chatId,
  preview: { kind: 'text', text, isOwn, senderName: chatId },
  draft: '',
  atMs,
  unreadCount,
  typingNames: [],
  isCatchingUp: false,
});

describe('what is new in the list', () => {
  it('is a later message of somebody else', () => {
    expect(newMessagesIn([row('ada', 1, 'a')], [row('ada', 2, 'b')])).toEqual([
      { senderName: 'ada', text: 'b' },
    ]);
    expect(newMessagesIn([], [row('ada', 2, 'b')])).toHaveLength(1);
  });

  it('is the same text again, when it is unread', () => {
    expect(newMessagesIn([row('ada', 1, 'ok')], [row('ada', 2, 'ok', false, 1)])).toHaveLength(1);
  });

  it('is not an own message, a reaction, an edit, or nothing at all', () => {
    const old = row('ada', 1, 'a');
    expect(newMessagesIn([old], [row('ada', 2, 'mine', true)])).toEqual([]);
    expect(newMessagesIn([old], [row('ada', 2, 'a')])).toEqual([]);
    expect(newMessagesIn([old], [row('ada', 1, 'edited')])).toEqual([]);
    expect(newMessagesIn([old], [old])).toEqual([]);
  });
});
