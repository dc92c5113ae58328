// A ChatClient in the same process as the storage: the page's worker, bots and tests stand on it. Watches are read again
// when a table they read changes, or what is true only now.
import type { ChatClient } from './client.ts';
import type { AnswerOf, Command } from './commands.ts';
import type { Ephemeral } from './ephemeral.ts';
import type { Queries } from './queries.ts';
import type { Query, ViewOf } from './views.ts';
import type { Storage, TableName } from '../storage/storage.ts';

export interface LocalClientDeps {
  readonly storage: Storage;
  readonly queries: Queries;
  readonly ephemeral: Ephemeral;
  readonly command: <C extends Command>(command: C) => Promise<AnswerOf<C>>;
}

/** What a view is made of: it is read again when one of these changes. */
const sources: Readonly<Record<Query['query'], { tables: readonly TableName[]; isEphemeral: boolean }>> = {
  self: { tables: ['settings'], isEphemeral: false },
  chats: { tables: ['chats', 'messages', 'settings'], isEphemeral: true },
  chat: { tables: ['chats'], isEphemeral: true },
  timeline: { tables: ['chats', 'messages'], isEphemeral: false },
  search: { tables: ['messages'], isEphemeral: false },
  link: { tables: [], isEphemeral: true },
  'room-left': { tables: [], isEphemeral: true },
  diagnostics: { tables: ['setAside', 'outbox', 'pending'], isEphemeral: true },
};

export function createLocalClient({ storage, queries, ephemeral, command }: LocalClientDeps): ChatClient {
  return {
    command,
    watch<Q extends Query>(query: Q, onChange: (view: ViewOf<Q>) => void) {
      const { tables, isEphemeral } = sources[query.query];
      let last: string | undefined;
      let isStopped = false;
      let isReading = false;
      let isStale = false;

      /** One reading at a time; changes meanwhile make one more. */
      const read = async () => {
        isStale = true;
        if (isReading) return;
        isReading = true;
        for (;;) {
          if (!isStale || isStopped) break;
          isStale = false;
          const view = await queries.read(query).catch(() => undefined);
          const text = JSON.stringify(view);
          if (
            isStopped ||
            (view === undefined && last !== undefined) ||
            (text === last && last !== undefined)
          )
            continue;
          last = text;
          onChange(view as ViewOf<Q>);
        }
        isReading = false;
      };
      const stopTables = storage.onChange(tables, () => void read());
      const stopEphemeral = isEphemeral ? ephemeral.subscribe(() => void read()) : () => {};
      void read();
      return () => {
        isStopped = true;
        stopTables();
        stopEphemeral();
      };
    },
  };
}
