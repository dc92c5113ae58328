// What the relay must still be told, kept on the disk until it has answered: chats to create, mails to post. In the order
// in which they were decided, one at a time; each may be sent twice and counts once.
import * as v from 'valibot';
import { parseBase64url } from '../../shared/codec/base64url.ts';
import type { Bytes } from '../../shared/codec/bytes.ts';
import { ledgerEntryResponse } from '../../shared/protocol/http.ts';
import type { UserId } from '../../shared/protocol/ids.ts';
import type { Result } from '../../shared/protocol/result.ts';
import type { Storage } from '../storage/storage.ts';
import type { HttpFailure, RelayHttp } from '../sync/relayHttp.ts';

export const storedTask = v.variant('kind', [
  v.object({
    kind: v.literal('ledger'),
    chat: v.string(),
    entry: v.string(),
    boxes: v.array(v.string()),
  }),
  v.object({ kind: v.literal('mail'), to: v.string(), mail: v.string() }),
]);
export type StoredTask = v.InferOutput<typeof storedTask>;

export interface TaskDeps {
  readonly storage: Storage;
  readonly http: RelayHttp;
  readonly accessToken: () => Promise<Result<string, HttpFailure>>;
  readonly postMail: (to: UserId, mail: Bytes) => Promise<Result<null, HttpFailure>>;
  /** The relay knows this chat now. */
  readonly onLedgerStored: (chat: string) => void;
  /** The relay will never do it; the reason is for diagnostics. */
  readonly onRefused: (task: StoredTask, failure: HttpFailure) => void;
}

/** Failures that pass: the task is tried again at the next connection. */
const passing: readonly HttpFailure[] = [
  'offline',
  'busy',
  'disk-full',
  'bad-token',
  'not-signed-in',
  'internal',
  'mailbox-full',
];

export function createTasks(deps: TaskDeps) {
  let running: Promise<void> | undefined;
  let isAskedAgain = false;

  async function perform(task: StoredTask): Promise<Result<unknown, HttpFailure>> {
    if (task.kind === 'mail') {
      return deps.postMail(bytesOf<UserId>(task.to), bytesOf(task.mail));
    }
    const token = await deps.accessToken();
    if (!token.ok) return token;
    const body = { entry: task.entry, boxes: task.boxes };
    const answer = await deps.http.post('/api/ledgers', body, ledgerEntryResponse, token.value);
    if (answer.ok) deps.onLedgerStored(task.chat);
    return answer;
  }

  async function runAll() {
    do {
      isAskedAgain = false;
      for (const { id, task } of await deps.storage.tasks(storedTask)) {
        const result = await perform(task);
        if (!result.ok && passing.includes(result.error)) return;
        if (!result.ok) deps.onRefused(task, result.error);
        await deps.storage.batch().deleteTask(id).commit();
      }
    } while (isAskedAgain);
  }

  return {
    /** Works off what waits; call again whenever there is a connection or a new task. */
    run(): Promise<void> {
      isAskedAgain = true;
      running ??= runAll().finally(() => {
        running = undefined;
      });
      return running;
    },
  };
}

/** Tasks are written by this device; text that isn't base64url means a damaged row. */
function bytesOf<T extends Bytes>(text: string): T {
  const bytes = parseBase64url(text);
  if (!bytes) throw new Error('a stored task is damaged');
  return bytes as T;
}
