// The chat that is on a screen: its people see that somebody is here, as long as that stays so.
import type { Clock } from '../sync/clock.ts';
import { repeatHereMs } from './presence.ts';
import type { Room } from './room.ts';

export interface VisibleChatDeps {
  readonly clock: Clock;
  readonly roomOf: (chat: string) => Room | undefined;
}

export function createVisibleChat({ clock, roomOf }: VisibleChatDeps) {
  let visible: string | null = null;
  let cancelHere = () => {};
  const room = () => (visible === null ? undefined : roomOf(visible));

  /** Says to the visible chat that someone is here, and says it again while that stays so. */
  function announce(kind: 'ask' | 'here') {
    cancelHere();
    const here = room();
    if (!here) return;
    void here.signal(kind);
    cancelHere = clock.after(repeatHereMs, () => announce('here'));
  }

  return {
    isAny: () => visible !== null,
    announce,
    async set(chat: string | null) {
      const before = room();
      if (chat === visible) return;
      visible = chat;
      cancelHere();
      if (before) await before.signal('away');
      announce('ask');
    },
    close: () => cancelHere(),
  };
}
