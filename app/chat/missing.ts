// What of a chat has not come to this device, as far as others tell: an author's later records, and members whose signed marks
// say that they have more. Who tells may lie; so each counts only up to what could have been said at all.
import { documentLimits } from '../doc/documentLimits.ts';
import type { StoredChat } from '../storage/models.ts';

/**
 * More than this no device can have said: each record takes its place in a segment, a full one takes no more, and one more
 * may have begun than this device knows.
 * @param segment where a record has come from, of which the chat's row may learn later.
 */
export const mostSaid = ({ segments }: Pick<StoredChat, 'segments'>, segment = 0): number =>
  (Math.max(segments?.open ?? 0, segment) + 2) * documentLimits.fullRecords;

export type ToldMore = NonNullable<StoredChat['toldMore']>;

/** A mark by which somebody has more of another's records than this device has. */
export function toldMoreOf(chat: StoredChat, selfDevice: string): ToldMore | undefined {
  const most = mostSaid(chat);
  for (const [by, { user, delivered, read }] of Object.entries(chat.marks)) {
    if (by === selfDevice) continue;
    for (const [of, sequence] of [...Object.entries(delivered), ...Object.entries(read)]) {
      const told = { user, of, sequence };
      if (of !== by && of !== selfDevice && sequence <= most && isAhead(chat, told)) return told;
    }
  }
  return undefined;
}

const isAhead = ({ chains }: StoredChat, { of, sequence }: ToldMore): boolean =>
  sequence > (chains[of]?.sequence ?? 0);

/** Who said so, where it has still not come. */
export const tellerOfMore = (chat: StoredChat): string | undefined =>
  chat.toldMore && !isComing(chat) && isAhead(chat, chat.toldMore) ? chat.toldMore.user : undefined;

/** An author has said something that stands on what has not arrived. */
export const hasGap = (chat: StoredChat): boolean =>
  !isComing(chat) && Object.values(chat.chains).some(({ ahead }) => ahead.length > 0);

/** Older messages are still being read from the relay: what is not here is no gap. */
export const isComing = ({ segments }: Pick<StoredChat, 'segments'>): boolean =>
  segments?.coming !== undefined;
