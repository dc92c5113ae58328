// What is true only now and never stored: the link's state, who is online, who types, whether the disk is nearly full. Held by the tab that runs the
// engine and told to the others.
import type { ChatIdText, LinkView, UserIdText } from './views.ts';

export interface PresenceNow {
  readonly online: readonly UserIdText[];
  readonly typing: readonly UserIdText[];
}
export interface EphemeralState {
  readonly link: LinkView;
  readonly presence: Readonly<Record<ChatIdText, PresenceNow>>;
  /** The relay takes nothing new for want of room: what is said waits here. */
  readonly isRelayFull: boolean;
  readonly isStorageNearlyFull: boolean;
}
export interface Ephemeral {
  get(): EphemeralState;
  /** What isn't named stays. */
  set(next: Partial<EphemeralState>): void;
  subscribe(listener: () => void): () => void;
}

export const nobody: PresenceNow = { online: [], typing: [] };

export function createEphemeral(nowMs: number): Ephemeral {
  let state: EphemeralState = {
    link: { state: 'connecting', sinceMs: nowMs },
    presence: {},
    isRelayFull: false,
    isStorageNearlyFull: false,
  };
  const listeners = new Set<() => void>();
  return {
    get: () => state,
    set(next) {
      state = { ...state, ...next };
      for (const listener of listeners) listener();
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
