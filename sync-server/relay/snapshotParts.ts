// Puts a snapshot together from its parts: one at a time for each socket, and all sockets' together within bounds. Of each
// snapshot that is not taken its sender hears once: the parts that follow a refusal are passed over in silence.
import { concatBytes, equalBytes, type Bytes } from '../../shared/codec/bytes.ts';
import type { UpFrame } from '../../shared/protocol/frames/up.ts';
import type { SessionId, SnapshotId } from '../../shared/protocol/ids.ts';
import { maxChannels, maxSnapshotBytes, maxSnapshotPartBytes } from '../../shared/protocol/limits.ts';
import type { RefusalCode } from '../../shared/protocol/refusals.ts';
import { partWithinMs } from './bounds.ts';
import type { Clock } from './clock.ts';

type PublishFrame = Extract<UpFrame, { type: 'publish' }>;
/** A whole snapshot, as its publisher offers it. */
export interface Offer {
  readonly previous: SnapshotId;
  readonly isSeal: boolean;
  readonly purged: readonly SessionId[];
  readonly bytes: Bytes;
}
type Added =
  | { readonly is: 'not yet' }
  | { readonly is: 'refused'; readonly code: RefusalCode }
  | { readonly is: 'whole'; readonly offer: Offer };

interface Held {
  readonly first: PublishFrame;
  readonly parts: Bytes[];
  bytes: number;
  lastAt: number;
  /** Its room was needed. */
  isDropped: boolean;
}
export type PartsPool = ReturnType<typeof createPartsPool>;

/** The room that all sockets' parts share. */
export function createPartsPool(clock: Clock, maxBytes: number) {
  const all = new Set<Held>();
  let total = 0;

  function release(held: Held) {
    if (!all.delete(held)) return;
    total -= held.bytes;
    held.parts.length = 0;
  }
  return {
    hold(first: PublishFrame): Held {
      const held: Held = { first, parts: [], bytes: 0, lastAt: clock.now(), isDropped: false };
      all.add(held);
      return held;
    },
    /** False if there is no room. */
    add(held: Held, part: Bytes): boolean {
      for (const other of all) {
        if (total + part.length <= maxBytes) break;
        if (other === held || clock.now() - other.lastAt <= partWithinMs) continue;
        release(other);
        other.isDropped = true;
      }
      if (total + part.length > maxBytes) return false;
      total += part.length;
      held.bytes += part.length;
      held.lastAt = clock.now();
      held.parts.push(part);
      return true;
    },
    release,
  };
}

const maxParts = Math.ceil(maxSnapshotBytes / maxSnapshotPartBytes);
const notYet: Added = { is: 'not yet' };

export class SnapshotParts {
  readonly #pool: PartsPool;
  #held: Held | undefined;
  /** Channels whose last snapshot was refused: until the next begins, its parts are passed over. */
  readonly #passedOver = new Set<number>();

  constructor(pool: PartsPool) {
    this.#pool = pool;
  }

  add(frame: PublishFrame): Added {
    const { channel, index, count, part } = frame;
    if (index === 0) {
      if (this.#held && this.#held.first.channel !== channel) return this.refuse(channel, 'too-many');
      this.forget(channel);
      if (count === 0) return this.refuse(channel, 'malformed');
      if (count > maxParts) return this.refuse(channel, 'too-large');
      this.#held = this.#pool.hold(frame);
    }
    const held = this.#held;
    if (!held || held.first.channel !== channel || held.isDropped || index !== held.parts.length)
      return this.refuse(channel, 'out-of-order');
    if (!isSameOffer(frame, held.first)) return this.refuse(channel, 'malformed');
    if (!this.#pool.add(held, part)) return this.refuse(channel, 'too-many');
    if (held.parts.length < count) return notYet;
    const { previous, isSeal, purged } = held.first;
    const bytes = concatBytes(...held.parts);
    this.forget(channel);
    return { is: 'whole', offer: { previous, isSeal, purged, bytes } };
  }

  /** The snapshot that this is of was refused. */
  isPassedOver({ channel, index }: PublishFrame): boolean {
    return index > 0 && this.#passedOver.has(channel);
  }

  /** Nothing of the channel's snapshot is wanted: what was held goes, and what follows is passed over. */
  refuse(channel: number, code: RefusalCode): Added {
    this.forget(channel);
    // Only numbers of channels that are not there get so far; they are told again.
    if (this.#passedOver.size >= maxChannels) this.#passedOver.clear();
    this.#passedOver.add(channel);
    return { is: 'refused', code };
  }
  /** The channel begins anew, or is closed. */
  forget(channel: number): void {
    this.#passedOver.delete(channel);
    if (this.#held?.first.channel !== channel) return;
    this.#pool.release(this.#held);
    this.#held = undefined;
  }
  close(): void {
    if (this.#held) this.#pool.release(this.#held);
    this.#held = undefined;
  }
}

const isSameOffer = (a: PublishFrame, b: PublishFrame): boolean =>
  a.count === b.count &&
  a.isSeal === b.isSeal &&
  equalBytes(a.previous, b.previous) &&
  a.purged.length === b.purged.length &&
  a.purged.every((session, i) => equalBytes(session, b.purged[i] ?? session.slice(1)));
