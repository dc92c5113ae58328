// A relay that lies: what it sends is changed on its way to the client. It says things twice, under another document's
// channel, with a bit turned, with another end of a log, or refuses what it has taken.
import { encodeDown, parseDown, type DownFrame } from '../../../shared/protocol/frames/down.ts';
import { parseUp, upNumberByType } from '../../../shared/protocol/frames/up.ts';
import { idToText } from '../../../shared/protocol/ids.ts';
import type { RefusalCode } from '../../../shared/protocol/refusals.ts';
import type { Chance } from './chance.ts';
import type { Sky, WeatherKind } from './sky.ts';

const refusals: readonly RefusalCode[] = [
  'diverged',
  'conflict',
  'session-taken',
  'out-of-order',
  'stale-epoch',
  'sealed',
  'forbidden',
  'disk-full',
];

/** What is sent in the place of a frame; where it is a lie, of which kind and about which documents. */
export interface Told {
  readonly bytes: Uint8Array;
  readonly lie?: { readonly kind: WeatherKind; readonly documents: readonly string[] };
}

/** One socket: `tell` gives what is sent in the place of a frame of the relay's. */
export function createRandomLies(chance: Chance, sky: Sky) {
  const earlier: Uint8Array[] = [];
  const channels: number[] = [];
  /** Frames to the relay that nobody has looked at yet: only where something is a lie does it matter what they say. */
  let heard: Uint8Array[] = [];
  const documentsByChannel = new Map<number, Set<string>>();

  function documentsOf(...about: readonly number[]): readonly string[] {
    for (const bytes of heard) {
      const frame = parseUp(bytes);
      if (frame?.type !== 'subscribe') continue;
      const known = documentsByChannel.get(frame.channel) ?? new Set();
      documentsByChannel.set(frame.channel, known.add(idToText(frame.document)));
    }
    heard = [];
    return about.flatMap((channel) => [...(documentsByChannel.get(channel) ?? [])]);
  }

  const flipped = (bytes: Uint8Array) => {
    const copy = bytes.slice();
    const at = chance.whole(0, copy.length - 1);
    copy[at] = (copy[at] ?? 0) ^ (1 << chance.whole(0, 7));
    return copy;
  };

  function lieOf(frame: DownFrame): Told | undefined {
    const lie = (kind: WeatherKind, told: DownFrame, ...about: readonly number[]): Told => ({
      bytes: encodeDown(told),
      lie: { kind, documents: documentsOf(...about) },
    });
    if (frame.type === 'entries') {
      const { channel } = frame;
      const others = channels.filter((other) => other !== channel);
      if (others.length > 0 && sky.strikes('lieSwap')) {
        const other = chance.pick(others);
        return lie('lieSwap', { ...frame, channel: other }, channel, other);
      }
      if (sky.strikes('lieForge')) {
        const at = chance.whole(0, frame.entries.length - 1);
        const entries = frame.entries.map((entry, n) => (n === at ? flipped(entry) : entry));
        return lie('lieForge', { ...frame, entries }, channel);
      }
    }
    if (frame.type === 'snapshot' && sky.strikes('lieForge')) {
      return lie('lieForge', { ...frame, part: flipped(frame.part) }, frame.channel);
    }
    if ((frame.type === 'live' || frame.type === 'ack') && sky.strikes('lieEnd')) {
      const { seq, hash } = frame.cursor;
      const shift = chance.whole(1, 3);
      const isShorter = seq >= shift && chance.happens(0.5);
      const cursor = chance.happens(0.5)
        ? { seq, hash: flipped(hash) as typeof hash }
        : { seq: isShorter ? seq - shift : seq + shift, hash };
      return lie('lieEnd', { ...frame, cursor }, frame.channel);
    }
    if ((frame.type === 'ack' || frame.type === 'live') && sky.strikes('lieRefuse')) {
      const to = frame.type === 'ack' ? upNumberByType.append : upNumberByType.subscribe;
      const told = { to, subject: frame.channel, code: chance.pick(refusals), retryAfterMs: 0 };
      return lie('lieRefuse', { type: 'refused', ...told, detail: new Uint8Array(0) }, frame.channel);
    }
    return undefined;
  }
  function replayOf(bytes: Uint8Array): Told {
    const frame = parseDown(bytes);
    const documents = frame && 'channel' in frame ? documentsOf(frame.channel) : [];
    return { bytes, lie: { kind: 'lieReplay', documents } };
  }

  return {
    /** What the relay is told: by it the documents of the channels are known. */
    hear: (bytes: Uint8Array) => void heard.push(bytes),
    tell(bytes: Uint8Array): readonly Told[] {
      if (!sky.isLying()) return [{ bytes }];
      const frame = parseDown(bytes);
      if (!frame) return [{ bytes }];
      if ('channel' in frame && !channels.includes(frame.channel)) channels.push(frame.channel);
      const told = lieOf(frame) ?? { bytes };
      const replayed = earlier.length > 0 && sky.strikes('lieReplay') ? [replayOf(chance.pick(earlier))] : [];
      earlier.push(bytes);
      return [told, ...replayed];
    },
  };
}
