// A component's look at one query, shared with every other component that asks the same.
import { useCallback, useSyncExternalStore } from 'react';
import type { Query, ViewOf } from '../../chat/views.ts';
import { useSurroundings } from './Surroundings.tsx';
import { type Arrived, queryToKey } from './viewStore.ts';

const watchNothing = () => () => undefined;

/** Undefined until the first view has arrived, or while there is no query. */
export function useView<Q extends Query>(query: Q | undefined): Arrived<ViewOf<Q>> | undefined {
  const { views } = useSurroundings();
  const key = query === undefined ? undefined : queryToKey(query);
  const subscribe = useCallback(
    (onChange: () => void) => {
      if (key === undefined) return watchNothing();
      // A query is plain data, so its key is the query itself; the object may be new in every render.
      return views.subscribe(JSON.parse(key) as Query, onChange);
    },
    [views, key],
  );
  return useSyncExternalStore(subscribe, () => (query === undefined ? undefined : views.read(query)));
}
