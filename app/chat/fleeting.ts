// Messages that are to be gone some time after they were said (SPEC D19).
import { hybridTimeToMs } from '../doc/hybridTime.ts';
import type { StoredMessage } from '../storage/models.ts';

/** Nothing is kept for longer that is not kept for good. */
export const maxSeconds = 366 * 24 * 3600;
/** After this, anybody may delete what its author has not: their clock may be wrong, or they may not be there. */
export const graceMs = 3600_000;

type Timed = Pick<StoredMessage, 'at' | 'seconds'>;

/** A message with a time; a line that sets the chat's is none. */
export const isFleeting = ({ kind, seconds }: Pick<StoredMessage, 'kind' | 'seconds'>): boolean =>
  kind !== 'timer' && seconds !== undefined;

/** When it is to be gone: milliseconds since 1970. */
export const endOf = ({ at, seconds = 0 }: Timed): number => hybridTimeToMs(at) + seconds * 1000;

/** Of one whose body is gone nobody knows. */
const isOverBy = (message: Timed, ms: number) =>
  message.seconds !== undefined && message.seconds > 0 && endOf(message) <= ms;
export const isOver = (message: Timed, nowMs: number): boolean => isOverBy(message, nowMs);
export const isLongOver = (message: Timed, nowMs: number): boolean => isOverBy(message, nowMs - graceMs);
