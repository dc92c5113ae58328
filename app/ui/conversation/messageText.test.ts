import { describe, expect, it } from 'vitest';
import type { MessageView } from '../../chat/views.ts';
import { actionsFor, canReact } from './messageActions.ts';
import { cutAt, isEmojiOnly } from './MessageText.tsx';
import { emojiQuery, findEmoji } from './useEmojiCompletion.ts';

describe('a long text', () => {
  it('is cut at a space, or by its lines', () => {
    const words = 'word '.repeat(1000);
    const cut = cutAt(words) ?? 0;
    expect(words.charAt(cut)).toBe(' ');
    expect(cut).toBeLessThanOrEqual(1100);
    expect(cutAt('a\n'.repeat(200))).toBeLessThan(60);
    expect(cutAt('W'.repeat(3000))).toBe(1100);
  });

  it('stays whole when it is short, or hardly longer than the cut', () => {
    expect(cutAt('hello')).toBeUndefined();
    expect(cutAt('x'.repeat(1200))).toBeUndefined();
    expect(cutAt('a\nb\nc')).toBeUndefined();
  });
});

describe('emoji', () => {
  it('alone are drawn large, up to three', () => {
    expect(isEmojiOnly('🎉')).toBe(true);
    expect(isEmojiOnly('👩‍👩‍👧🇩🇪👍🏽')).toBe(true);
    expect(isEmojiOnly('🎉🎉🎉🎉')).toBe(false);
    expect(isEmojiOnly('ok 🎉')).toBe(false);
    expect(isEmojiOnly('1')).toBe(false);
    expect(isEmojiOnly('')).toBe(false);
  });

  it('are asked for by a colon and two letters, behind a space', () => {
    expect(emojiQuery('hello :ta')).toBe('ta');
    expect(emojiQuery(':Ta')).toBe('ta');
    expect(emojiQuery('http://x')).toBeUndefined();
    expect(emojiQuery('10:30')).toBeUndefined();
    expect(emojiQuery(':t')).toBeUndefined();
  });

  it('are found by the beginning of a name first', () => {
    const entries = [
      ['a', 'red heart'],
      ['b', 'heart eyes'],
      ['c', 'nothing'],
    ] as const;
    expect(findEmoji(entries, 'hea', 5).map(([emoji]) => emoji)).toEqual(['b', 'a']);
    expect(findEmoji(entries, 'heart_e', 5).map(([emoji]) => emoji)).toEqual(['b']);
  });
});

describe('what can be done with a message', () => {
  const message = (isSelf: boolean, kind: 'text' | 'deleted' | 'unsupported'): MessageView => ({
    messageId: 'm',
    author: { userId: 'u', name: 'U', isSelf },
    sentAtMs: 0,
    body: kind === 'text' ? { kind, text: 'x' } : { kind },
    isEdited: false,
    reactions: [],
    isVerified: true,
  });

  it('depends on whose it is, and on what is left of it', () => {
    expect(actionsFor(message(true, 'text'))).toEqual([
      'reply',
      'copy',
      'edit',
      'info',
      'deleteForMe',
      'deleteForEveryone',
    ]);
    expect(actionsFor(message(false, 'text'))).toEqual(['reply', 'copy', 'info', 'deleteForMe']);
    expect(actionsFor(message(true, 'deleted'))).toEqual(['info', 'deleteForMe']);
    expect(actionsFor(message(false, 'unsupported'))).toEqual(['info', 'deleteForMe']);
    expect(canReact(message(false, 'deleted'))).toBe(false);
  });
});
