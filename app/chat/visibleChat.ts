// The chat that is on a screen: its people see that somebody is here, as long as that stays so.
import type { Clock } from '../sync/clock.ts';
import type { SignalKind } from '../doc/signals.ts';
import { repeatHereMs } from './presence.ts';

export interface VisibleChatDeps {
  readonly clock: Clock;
  readonly signal: (chat: string, kind: SignalKind) => Promise<void>;
  /** This chat is on the screen, or none. */
  readonly show: (chat: string | null) => void;
}

export function createVisibleChat({ clock, signal, show }: VisibleChatDeps) {
  let visible: string | null = null;
  let cancelHere = () => {};

  /** Says to the visible chat that someone is here, and says it again while that stays so. */
  function announce(kind: 'ask' | 'here') {
    cancelHere();
    if (visible === null) return;
    void signal(visible, kind);
    cancelHere = clock.after(repeatHereMs, () => announce('here'));
  }

  return {
    isAny: () => visible !== null,
    /** Whoever said something before it was heard by nobody. */
    heard(chat: string) {
      if (chat === visible) announce('ask');
    },
    async set(chat: string | null) {
      const before = visible;
      if (chat === visible) return;
      visible = chat;
      cancelHere();
      if (before !== null) await signal(before, 'away');
      announce('ask');
      show(chat);
    },
    close: () => cancelHere(),
  };
}
