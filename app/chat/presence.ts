// Who is here in one chat, from signals that may be lost: each is believed for a while and then forgotten.
import { idToText } from '../../shared/protocol/ids.ts';
import type { Bytes } from '../../shared/codec/bytes.ts';
import type { Author } from '../doc/chatContext.ts';
import type { SignalKind, Signals } from '../doc/signals.ts';
import type { Clock } from '../sync/clock.ts';
import { nobody, type PresenceNow } from './ephemeral.ts';

/** `here` is repeated well within this. */
const onlineForMs = 60_000;
export const repeatHereMs = 25_000;
/** A writer repeats `typing` every few seconds; one who stops without a word is forgotten soon. */
const typingForMs = 6_000;

export type Presence = ReturnType<typeof createPresence>;

export interface PresenceDeps {
  readonly signals: Signals;
  readonly clock: Clock;
  readonly onChange: (now: PresenceNow) => void;
  /** Somebody opened the chat and wants to know who is here. */
  readonly onAsked: () => void;
  /** The chat hears and is heard, after a start or a break. */
  readonly onHeard: () => void;
}

export function createPresence({ signals, clock, onChange, onAsked, onHeard }: PresenceDeps) {
  const cancelByUser = { online: new Map<string, () => void>(), typing: new Map<string, () => void>() };
  type Field = keyof typeof cancelByUser;

  const tell = () => {
    const [online, typing] = [[...cancelByUser.online.keys()], [...cancelByUser.typing.keys()]];
    onChange(online.length + typing.length === 0 ? nobody : { online, typing });
  };
  const forget = (field: Field, user: string) => {
    const cancel = cancelByUser[field].get(user);
    if (!cancel) return;
    cancel();
    cancelByUser[field].delete(user);
    tell();
  };
  const believe = (field: Field, user: string, forMs: number) => {
    const isNews = !cancelByUser[field].has(user);
    cancelByUser[field].get(user)?.();
    cancelByUser[field].set(
      user,
      clock.after(forMs, () => forget(field, user)),
    );
    if (isNews) tell();
  };

  function received(author: Author, kind: SignalKind) {
    const user = idToText(author.user);
    switch (kind) {
      case 'ask':
        believe('online', user, onlineForMs);
        return onAsked();
      case 'here':
        return believe('online', user, onlineForMs);
      case 'away':
        forget('typing', user);
        return forget('online', user);
      case 'typing':
        believe('online', user, onlineForMs);
        return believe('typing', user, typingForMs);
      case 'stopped':
        return forget('typing', user);
      default:
        return kind satisfies never;
    }
  }

  /** A sealed signal came, on whichever channel. */
  async function heard(sealed: Bytes) {
    const opened = await signals.open(sealed);
    if (opened) received(opened.author, opened.kind);
  }

  return {
    /** What the document tells whose channel carries the signals. */
    events: { onSignal: (sealed: Bytes) => void heard(sealed), onHeard },
    /** A message came: its author has stopped typing. */
    wrote: (user: string) => forget('typing', user),
    /** Nothing is known of anyone while there is no link. */
    clear() {
      for (const field of ['online', 'typing'] as const) {
        for (const user of cancelByUser[field].keys()) forget(field, user);
      }
    },
  };
}
