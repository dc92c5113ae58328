// The page's ChatClient: everything goes to this tab's worker and comes back by message. The only door between the two.
import * as v from 'valibot';
import type { ChatClient } from '../chat/client.ts';
import type { AnswerOf, Command } from '../chat/commands.ts';
import type { Query, ViewOf } from '../chat/views.ts';
import { workerMessage, type PageMessage } from './messages.ts';

/** @param onFailure the device's storage can't be opened; nothing will work until it can. */
export function createPageClient(worker: Worker, onFailure: (reason: string) => void): ChatClient {
  const watches = new Map<number, (view: unknown) => void>();
  const answers = new Map<number, (answer: unknown) => void>();
  let nextId = 1;
  const say = (message: PageMessage) => worker.postMessage(message);

  worker.onerror = () => onFailure('worker');
  worker.onmessage = (event: MessageEvent<unknown>) => {
    const parsed = v.safeParse(workerMessage, event.data);
    if (!parsed.success) return;
    const message = parsed.output;
    switch (message.kind) {
      case 'view':
        watches.get(message.id)?.(message.view);
        return;
      case 'answer':
        answers.get(message.id)?.(message.answer);
        answers.delete(message.id);
        return;
      case 'ask-persistence':
        void navigator.storage?.persist?.().then((isPersistent) => say({ kind: 'persistent', isPersistent }));
        return;
      case 'failed':
        return onFailure(message.reason);
      default:
        return message satisfies never;
    }
  };
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'visible') say({ kind: 'wake' });
  });
  // Here and not in the worker: there, Chromium tells of neither when its network is cut for a trial.
  window.addEventListener('online', () => say({ kind: 'wake' }));
  window.addEventListener('offline', () => say({ kind: 'cut-off' }));

  let isPainted = false;
  /** Tells the worker, once the list (or the welcome) has been drawn; a hidden page draws nothing, and waits less. */
  const paint = (query: Query, view: unknown) => {
    if (isPainted || !(isScreen.has(query.query) || isNobody(view))) return;
    isPainted = true;
    const tellWorker = () => setTimeout(() => say({ kind: 'painted' }));
    if (document.visibilityState === 'visible')
      requestAnimationFrame(() => requestAnimationFrame(tellWorker));
    else tellWorker();
  };

  return {
    watch<Q extends Query>(query: Q, onChange: (view: ViewOf<Q>) => void) {
      const id = nextId++;
      // The worker answers each watch with the view of the query that it was given.
      watches.set(id, (view) => {
        onChange(view as ViewOf<Q>);
        paint(query, view);
      });
      say({ kind: 'watch', id, query });
      return () => {
        watches.delete(id);
        say({ kind: 'unwatch', id });
      };
    },
    command<C extends Command>(command: C): Promise<AnswerOf<C>> {
      const id = nextId++;
      return new Promise((resolve) => {
        answers.set(id, (answer) => resolve(answer as AnswerOf<C>));
        say({ kind: 'command', id, command });
      });
    },
  };
}

/** Views that a first screen is made of. */
const isScreen: ReadonlySet<Query['query']> = new Set(['chats', 'chat', 'timeline']);

/** Nobody has an account here yet: there is no list to wait for. */
const isNobody = (view: unknown): boolean =>
  typeof view === 'object' && view !== null && 'state' in view && view.state === 'none';
