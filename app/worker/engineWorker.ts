// The page's worker, and its composition root: opens the storage, answers the page's watches at once, and runs the
// engine, which is loaded after the first screen, where this tab is the one to run it.
import * as v from 'valibot';
import { createEphemeral } from '../chat/ephemeral.ts';
import { withKeptList } from '../chat/keptList.ts';
import { createLocalClient } from '../chat/localClient.ts';
import { createQueries } from '../chat/queries.ts';
import { openStorage, type Storage } from '../storage/storage.ts';
import { pageMessage, type PageMessage, type WorkerMessage } from './messages.ts';
import type { createTabs } from './tabs.ts';

const databaseName = 'convo';
/** A page that never says that it has painted gets its engine all the same. */
const unpaintedMs = 2_000;
const tell = (message: WorkerMessage) => postMessage(message);

async function start(storage: Storage) {
  const ephemeral = createEphemeral(Date.now());
  // The engine is loaded when the first screen has been painted, or somebody wants something done.
  const wanted = Promise.withResolvers<void>();
  setTimeout(wanted.resolve, unpaintedMs);
  const tabs = wanted.promise
    .then(() => import('./engineHere.ts'))
    .then(({ startTabs }) => startTabs(storage, ephemeral, () => tell({ kind: 'ask-persistence' })));
  let running: ReturnType<typeof createTabs> | undefined;
  void tabs.then((loaded) => {
    running = loaded;
  });
  const local = createLocalClient({
    storage,
    ephemeral,
    queries: createQueries({
      storage,
      ephemeral,
      isEngineHere: () => running?.isEngineHere() ?? false,
      nowMs: () => Date.now(),
    }),
    async command(command) {
      wanted.resolve();
      return (await tabs).command(command);
    },
  });
  const client = withKeptList(local, storage, wanted.promise);

  const stopById = new Map<number, () => void>();
  return (message: PageMessage) => {
    switch (message.kind) {
      case 'watch': {
        const { id, query } = message;
        stopById.set(
          id,
          client.watch(query, (view) => tell({ kind: 'view', id, view })),
        );
        return;
      }
      case 'unwatch':
        stopById.get(message.id)?.();
        stopById.delete(message.id);
        return;
      case 'command': {
        const { id, command } = message;
        void client.command(command).then((answer) => tell({ kind: 'answer', id, answer }));
        return;
      }
      case 'painted':
        return wanted.resolve();
      case 'wake':
        return running?.wake();
      case 'cut-off':
        return running?.cutOff();
      case 'persistent':
        void storage.batch().putSetting('persistent', message.isPersistent).commit();
        return;
      default:
        return message satisfies never;
    }
  };
}

const started = openStorage(databaseName).then(start);
/** In answer only: before the page has said something, nobody listens. */
const tellFailure = (error: unknown) =>
  tell({ kind: 'failed', reason: error instanceof Error ? error.name : 'unknown' });
addEventListener('message', (event: MessageEvent<unknown>) => {
  const parsed = v.safeParse(pageMessage, event.data);
  if (parsed.success) void started.then((handle) => handle(parsed.output), tellFailure);
});
