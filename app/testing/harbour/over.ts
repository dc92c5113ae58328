// Messages that were to be gone by now (SPEC D19), by what anybody's device knows of them.
import { endOf, graceMs, isFleeting } from '../../chat/fleeting.ts';
import type { SaidMessage } from './logbook.ts';
import type { Member } from './member.ts';

/** Clocks of devices differ by less. */
const slackMs = 5 * 60_000;
/** By then its author, or anybody, has deleted it: a while and a chance of as much. */
export const deletedWithinMs = 2 * graceMs + slackMs;
/** On some screens, or on none; by now deleted as well. */
export type Over = 'perhaps' | 'for sure' | 'deleted';
export interface Ends {
  readonly over: ReadonlyMap<string, Over>;
  /** By message, whose clock was ahead while the relay could not tell them the time: it is gone from their screens alone. */
  readonly early: ReadonlyMap<string, ReadonlySet<Member>>;
}

export async function endsOf(
  people: readonly Member[],
  said: readonly SaidMessage[],
  now: number,
): Promise<Ends> {
  const over = new Map<string, Over>();
  const early = new Map<string, Set<Member>>();
  const saidById = new Map(said.map((message) => [message.id, message]));
  for (const member of people) {
    const rows = await member.headless().storage.messages.many(said.map(({ id }) => id));
    for (const row of rows.values()) {
      if (!isFleeting(row)) continue;
      const { texts = [], deletions = [] } = saidById.get(row.id) ?? {};
      const endMs = row.seconds === 0 ? -Infinity : endOf(row);
      // Its author's device goes by its own clock, which may have been ahead. Deleted before, it leaves no mark either.
      const earliestMs = Math.min(endMs, (texts[0]?.at ?? 0) + (row.seconds ?? 0) * 1000);
      const wasDeleted = row.kind === 'deleted' && deletions.length > 0;
      if (endMs + deletedWithinMs <= now) over.set(row.id, 'deleted');
      else if (endMs + slackMs <= now && over.get(row.id) !== 'deleted') over.set(row.id, 'for sure');
      else if (!over.has(row.id) && (earliestMs - slackMs <= now || wasDeleted)) over.set(row.id, 'perhaps');
      const wasAhead = endMs - slackMs <= now + member.furthestAheadMs();
      if (row.isHidden && row.kind !== 'deleted' && wasAhead)
        early.set(row.id, (early.get(row.id) ?? new Set()).add(member));
    }
  }
  return { over, early };
}
