// The keyboard shortcuts of the whole app: one table from keys to meaning, so that what the help lists is what happens.
// No single letter is among them, so nothing fires while somebody writes.
import { useEffect, useEffectEvent } from 'react';

export type Shortcut =
  | 'previous-chat'
  | 'next-chat'
  | 'next-unread'
  | 'search-everywhere'
  | 'search-here'
  | 'settings'
  | 'help'
  | 'next-region'
  | 'previous-region';

type Keys = Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'altKey' | 'shiftKey'>;

/** `isWriting`: the focus is in a field, where a plain `?` is text. */
export function shortcutOf(keys: Keys, isWriting: boolean): Shortcut | undefined {
  const { key, altKey, shiftKey } = keys;
  const isControl = keys.ctrlKey || keys.metaKey;
  if (key === 'F6') return shiftKey ? 'previous-region' : 'next-region';
  if (altKey && !isControl) {
    if (key === 'ArrowUp') return 'previous-chat';
    if (key === 'ArrowDown') return shiftKey ? 'next-unread' : 'next-chat';
    return undefined;
  }
  if (isControl && !altKey) {
    if (key.toLowerCase() === 'k' && !shiftKey) return 'search-everywhere';
    if (key.toLowerCase() === 'f' && shiftKey) return 'search-here';
    if (key === '/') return 'help';
    if (key === ',') return 'settings';
    return undefined;
  }
  return key === '?' && !isWriting && !isControl ? 'help' : undefined;
}

const isField = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement &&
  (target.isContentEditable || /^(input|textarea|select)$/i.test(target.tagName));

export function useShortcut(shortcut: Shortcut, act: () => void): void {
  const run = useEffectEvent(act);
  useEffect(() => {
    function onKeyDown(event: KeyboardEvent): void {
      if (event.defaultPrevented || event.isComposing) return;
      if (shortcutOf(event, isField(event.target)) !== shortcut) return;
      event.preventDefault();
      run();
    }
    document.addEventListener('keydown', onKeyDown);
    return () => document.removeEventListener('keydown', onKeyDown);
  }, [shortcut]);
}
