import { describe, expect, it } from 'vitest';
import { shortcutOf } from './useShortcut.ts';

const none = { ctrlKey: false, metaKey: false, altKey: false, shiftKey: false };

describe('shortcuts', () => {
  it.each([
    [{ ...none, key: 'k', ctrlKey: true }, 'search-everywhere'],
    [{ ...none, key: 'K', metaKey: true }, 'search-everywhere'],
    [{ ...none, key: 'F', ctrlKey: true, shiftKey: true }, 'search-here'],
    [{ ...none, key: 'ArrowDown', altKey: true }, 'next-chat'],
    [{ ...none, key: 'ArrowDown', altKey: true, shiftKey: true }, 'next-unread'],
    [{ ...none, key: 'ArrowUp', altKey: true }, 'previous-chat'],
    [{ ...none, key: '/', ctrlKey: true }, 'help'],
    [{ ...none, key: 'F6' }, 'next-region'],
    [{ ...none, key: 'F6', shiftKey: true }, 'previous-region'],
    [{ ...none, key: 'f', ctrlKey: true }, undefined],
  ])('%j → %s', (keys, expected) => {
    expect(shortcutOf(keys, false)).toBe(expected);
    expect(shortcutOf(keys, true)).toBe(expected);
  });

  it('no plain character fires while somebody writes', () => {
    expect(shortcutOf({ ...none, key: '?', shiftKey: true }, false)).toBe('help');
    for (let code = 32; code < 127; code += 1) {
      expect(shortcutOf({ ...none, key: String.fromCharCode(code) }, true)).toBeUndefined();
    }
  });
});
