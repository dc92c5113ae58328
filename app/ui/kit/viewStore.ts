// What several components watch is asked for once, and a fresh view keeps the identity of every part that did not
// change, so that rows which are the same render nothing. It knows no screen.
import type { ChatClient } from '../../chat/client.ts';
import type { Query, ViewOf } from '../../chat/views.ts';
import { keepEqual } from './keepEqual.ts';

export interface Arrived<V> {
  readonly view: V;
}

export interface ViewStore {
  /** The last view of this query while somebody watches it; undefined until it arrives. */
  read<Q extends Query>(query: Q): Arrived<ViewOf<Q>> | undefined;
  subscribe(query: Query, onChange: () => void): () => void;
}

interface Watched {
  arrived: Arrived<unknown> | undefined;
  readonly listeners: Set<() => void>;
  readonly stop: () => void;
}

export const queryToKey = (query: Query): string => JSON.stringify(query);

export function createViewStore(client: ChatClient): ViewStore {
  const watchedByKey = new Map<string, Watched>();

  function open(query: Query, key: string): Watched {
    const watched: Watched = {
      arrived: undefined,
      listeners: new Set(),
      stop: client.watch(query, (view) => {
        watched.arrived = { view: keepEqual(watched.arrived?.view, view) };
        for (const listener of watched.listeners) listener();
      }),
    };
    watchedByKey.set(key, watched);
    return watched;
  }

  return {
    read<Q extends Query>(query: Q) {
      // The key holds the whole query, so what was stored under it is this query's view.
      return watchedByKey.get(queryToKey(query))?.arrived as Arrived<ViewOf<Q>> | undefined;
    },
    subscribe(query, onChange) {
      const key = queryToKey(query);
      const watched = watchedByKey.get(key) ?? open(query, key);
      watched.listeners.add(onChange);
      return () => {
        watched.listeners.delete(onChange);
        if (watched.listeners.size > 0 || watchedByKey.get(key) !== watched) return;
        watchedByKey.delete(key);
        watched.stop();
      };
    },
  };
}
