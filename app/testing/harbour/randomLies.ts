// A relay that lies: what it sends is changed on its way to the client. It says things twice, under another document's
// channel, with a bit turned, with another end of a log, or refuses what it has taken.
import { encodeDown, parseDown, type DownFrame } from '../../../shared/protocol/frames/down.ts';
import { upNumberByType } from '../../../shared/protocol/frames/up.ts';
import type { RefusalCode } from '../../../shared/protocol/refusals.ts';
import type { Chance } from './chance.ts';
import type { Sky } from './sky.ts';

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

/** One direction of one socket: `tell` gives what is sent in the place of a frame. */
export function createRandomLies(chance: Chance, sky: Sky) {
  const earlier: Uint8Array[] = [];
  const channels: number[] = [];

  const flipped = (bytes: Uint8Array) => {
    const copy = bytes.slice();
    const at = chance.whole(0, copy.length - 1);
    copy[at] = (copy[at] ?? 0) ^ (1 << chance.whole(0, 7));
    return copy;
  };

  function lieOf(frame: DownFrame): readonly DownFrame[] | undefined {
    if (frame.type === 'entries' && channels.length > 1 && sky.strikes('lieSwap')) {
      sky.happened('lieSwap');
      return [{ ...frame, channel: chance.pick(channels) }];
    }
    if (frame.type === 'entries' && sky.strikes('lieForge')) {
      sky.happened('lieForge');
      const at = chance.whole(0, frame.entries.length - 1);
      return [{ ...frame, entries: frame.entries.map((entry, n) => (n === at ? flipped(entry) : entry)) }];
    }
    if (frame.type === 'snapshot' && sky.strikes('lieForge')) {
      sky.happened('lieForge');
      return [{ ...frame, part: flipped(frame.part) }];
    }
    if ((frame.type === 'live' || frame.type === 'ack') && sky.strikes('lieEnd')) {
      sky.happened('lieEnd');
      const { seq, hash } = frame.cursor;
      const cursor = chance.happens(0.5)
        ? { seq, hash: flipped(hash) as typeof hash }
        : { seq: Math.max(0, seq + chance.whole(-3, 3)), hash };
      return [{ ...frame, cursor }];
    }
    if ((frame.type === 'ack' || frame.type === 'live') && sky.strikes('lieRefuse')) {
      sky.happened('lieRefuse');
      const to = frame.type === 'ack' ? upNumberByType.append : upNumberByType.subscribe;
      const code = chance.pick(refusals);
      return [
        { type: 'refused', to, subject: frame.channel, code, retryAfterMs: 0, detail: new Uint8Array(0) },
      ];
    }
    return undefined;
  }

  return {
    tell(bytes: Uint8Array): readonly Uint8Array[] {
      if (!sky.isLying()) return [bytes];
      const frame = parseDown(bytes);
      if (!frame) return [bytes];
      if ('channel' in frame && !channels.includes(frame.channel)) channels.push(frame.channel);
      const lie = lieOf(frame)?.map(encodeDown) ?? [bytes];
      const replayed = earlier.length > 0 && sky.strikes('lieReplay') ? [chance.pick(earlier)] : [];
      if (replayed.length > 0) sky.happened('lieReplay');
      earlier.push(bytes);
      return [...lie, ...replayed];
    },
  };
}
