// Messages that are to be gone some time after they were said (SPEC D19).
import { recordKinds, type Body } from '../doc/bodies.ts';
import { hybridTimeToMs, isLater } from '../doc/hybridTime.ts';
import type { RecordHeader } from '../doc/record.ts';
import type { StoredChat, StoredMessage } from '../storage/models.ts';

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

/** How long a message stays, or those that follow a timer; 0 where nobody knows any more. Undefined for all others. */
export function secondsOf(
  { kind }: RecordHeader,
  isBare: boolean,
  body: Body | undefined,
): number | undefined {
  // Of one that says none at all it is a second: 0 is for those of which nobody knows.
  if (body?.kind === 'fleeting') return Math.min(Math.max(body.seconds, 1), maxSeconds);
  if (body?.kind === 'timer') return Math.min(body.seconds, maxSeconds);
  return isBare && kind === recordKinds.fleeting ? 0 : undefined;
}

/** The last to say it counts; who has not read that goes by the newest message that has a time. */
export function withTimer(
  chat: StoredChat,
  body: Body | undefined,
  said: { at: number; id: string },
): StoredChat {
  if (body?.kind !== 'timer' && body?.kind !== 'fleeting') return chat;
  const isWord = body.kind === 'timer';
  const timer = { at: said.at, id: isWord ? said.id : '', seconds: Math.min(body.seconds, maxSeconds) };
  const before = chat.timer;
  const wasWord = before !== undefined && before.id !== '';
  const isLast =
    before === undefined ||
    isLater(timer, before) ||
    (timer.at === before.at && timer.id === before.id && timer.seconds > before.seconds);
  return (isWord === wasWord ? isLast : isWord) || before === undefined ? { ...chat, timer } : chat;
}
