// What the relay must still be told, kept on the disk until it has answered: chats to create and to change, mails to
// post. In the order in which they were decided, one at a time; each may be sent twice and counts once.
import * as v from 'valibot';
import type { Bytes } from '../../shared/codec/bytes.ts';
import { ledgerEntryResponse } from '../../shared/protocol/http.ts';
import type { UserId } from '../../shared/protocol/ids.ts';
import type { Result } from '../../shared/protocol/result.ts';
import type { Storage } from '../storage/storage.ts';
import type { Clock } from '../sync/clock.ts';
import type { HttpFailure, RelayHttp } from '../sync/relayHttp.ts';
import { bytesOf } from './storedChats.ts';

export const storedTask = v.variant('kind', [
  v.object({
    kind: v.literal('ledger'),
    chat: v.string(),
    entry: v.string(),
    boxes: v.array(v.string()),
  }),
  v.object({ kind: v.literal('mail'), to: v.string(), mail: v.string() }),
  /** A change of a chat's members or epoch: signed when its turn comes, on the head that the ledger has then. */
  v.object({
    kind: v.literal('change'),
    chat: v.string(),
    change: v.picklist(['add', 'remove', 'turn']),
    users: v.array(v.string()),
    /** Of those who are added. */
    role: v.number(),
    /** The epoch in which it was decided: a turn is done once there is a later one. */
    since: v.number(),
    /** On a branch of the ledger that this device doesn't follow: whatever keeps it from that, as it is found then. */
    isOfFork: v.optional(v.literal(true)),
  }),
]);
export type StoredTask = v.InferOutput<typeof storedTask>;
export type ChangeTask = Extract<StoredTask, { kind: 'change' }>;

export interface TaskDeps {
  readonly storage: Storage;
  readonly http: RelayHttp;
  readonly clock: Clock;
  readonly accessToken: () => Promise<Result<string, HttpFailure>>;
  readonly change: (task: ChangeTask) => Promise<Result<null, HttpFailure>>;
  readonly postMail: (to: UserId, mail: Bytes) => Promise<Result<null, HttpFailure>>;
  /** The relay knows this chat now. */
  readonly onLedgerStored: (chat: string) => void;
  /** The relay will never do it; the reason is for diagnostics. */
  readonly onRefused: (task: StoredTask, failure: HttpFailure) => void;
}

/** How long after a failure that passes the same is tried again: most pass with the next connection, which asks at once. */
const againMs = 30_000;
/** Failures that pass. */
export const passingFailures: readonly HttpFailure[] = [
  'offline',
  'busy',
  'disk-full',
  'bad-token',
  'not-signed-in',
  'internal',
];

/** Whoever a mail is for is away, or takes none: that is theirs to mend, and holds up nobody else. */
export const isAway = (failure: HttpFailure): boolean =>
  failure === 'not-found' || failure === 'mailbox-full';

/**
 * A relay that was wiped knows a person again only once they are back: until then their mail waits, and nothing for it.
 * Longer than a device itself is away: its first look after months must not be the last.
 */
export const returnWithinMs = 180 * 24 * 3600_000;
const awayAgainMs = 10 * 60_000;

/** How long a task lets the others go first: `undefined`, where that was the last answer. */
function waitFor(task: StoredTask, failure: HttpFailure, ageMs: number): number | undefined {
  if (ageMs >= returnWithinMs) return undefined;
  // It waits for what others tell the relay, for somebody who is quicker each time, or for long: until a fork is mended.
  if (task.kind === 'change' && failure === 'busy') return ageMs < awayAgainMs ? againMs : awayAgainMs;
  // A relay that has forgotten the chat is told of it within seconds, a person may be away for months.
  if (task.kind === 'change' && failure === 'not-found') return againMs;
  return task.kind === 'mail' && isAway(failure) ? awayAgainMs : undefined;
}

export function createTasks(deps: TaskDeps) {
  let running: Promise<void> | undefined;
  let isAskedAgain = false;
  let isClosed = false;
  let cancelAgain = () => {};
  let againAt = Infinity;

  async function perform(task: StoredTask): Promise<Result<unknown, HttpFailure>> {
    if (task.kind === 'mail') {
      return deps.postMail(bytesOf<UserId>(task.to), bytesOf(task.mail));
    }
    if (task.kind === 'change') return deps.change(task);
    const token = await deps.accessToken();
    if (!token.ok) return token;
    const body = { entry: task.entry, boxes: task.boxes };
    const answer = await deps.http.post('/api/ledgers', body, ledgerEntryResponse, token.value);
    if (answer.ok) deps.onLedgerStored(task.chat);
    return answer;
  }

  /** Whatever waits least says when. */
  function runAfter(waitMs: number) {
    const at = deps.clock.elapsed() + waitMs;
    if (at >= againAt) return;
    cancelAgain();
    againAt = at;
    cancelAgain = deps.clock.after(waitMs, () => {
      againAt = Infinity;
      void run();
    });
  }

  async function runAll() {
    do {
      isAskedAgain = false;
      for (const { id, at, task } of await deps.storage.tasks(storedTask)) {
        const result = await perform(task);
        if (isClosed) return;
        const waitMs = result.ok ? undefined : waitFor(task, result.error, deps.clock.now() - at);
        if (waitMs !== undefined) {
          runAfter(waitMs);
          continue;
        }
        if (!result.ok && passingFailures.includes(result.error)) return runAfter(againMs);
        if (!result.ok) deps.onRefused(task, result.error);
        await deps.storage.batch().deleteTask(id).commit();
      }
    } while (isAskedAgain);
  }

  /** Works off what waits; call again whenever there is a connection or a new task. */
  function run(): Promise<void> {
    if (isClosed) return Promise.resolve();
    isAskedAgain = true;
    running ??= runAll()
      .catch((error: unknown) => {
        // A disk that was closed under it keeps the tasks for the next start.
        if (!isClosed) throw error;
      })
      .finally(() => {
        running = undefined;
      });
    return running;
  }

  return {
    run,
    /** What is under way is not waited for: its answer may never come, and it is done again. */
    close() {
      isClosed = true;
      cancelAgain();
    },
  };
}
