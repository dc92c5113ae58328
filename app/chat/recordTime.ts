// The time that a new record says.
import { idToText } from '../../shared/protocol/ids.ts';
import type { Body } from '../doc/bodies.ts';
import { clampHybridTime, nextHybridTime, type HybridTime } from '../doc/hybridTime.ts';
import type { StoredChat } from '../storage/models.ts';
import type { Storage } from '../storage/storage.ts';
import type { RelayClock } from '../sync/relayTime.ts';

/**
 * After all that was seen, as far as that is not in the future by both clocks: one's own may have gone ahead on a clock
 * that was wrong. And after the edit or reaction that it takes the place of, however late that was.
 */
export async function timeOfRecord(
  storage: Storage,
  clock: RelayClock,
  { latestAt, timer }: StoredChat,
  user: string,
  body: Body,
): Promise<HybridTime> {
  const next = nextHybridTime(clampHybridTime(latestAt, clock.latest()), clock.now());
  // After the time that it takes the place of, however late that was: everyone has the same then, whenever they hear of it.
  if (body.kind === 'timer') return Math.max(next, Math.min((timer?.at ?? 0) + 1, Number.MAX_SAFE_INTEGER));
  if (!('target' in body)) return next;
  const target = await storage.messages.get(idToText(body.target));
  return Math.max(next, (target?.edit?.at ?? 0) + 1, (target?.reactions[user]?.at ?? 0) + 1);
}
