// What every screen stands in: the way down to the chats, the words, and what this browser offers. Made once by the
// composition root, so a screen never reaches for a global.
import { createContext, type ReactNode, useContext, useMemo, useSyncExternalStore } from 'react';
import type { ChatClient } from '../../chat/client.ts';
import type { AppUpdate } from './appUpdate.ts';
import type { Breakdown } from './breakdown.ts';
import type { InstallPrompt } from './installPrompt.ts';
import type { Preferences } from './preferences.ts';
import type { ViewStore } from './viewStore.ts';
import { createFormats, type Formats } from './words/formats.ts';
import type { Words } from './words/words.ts';

export interface SurroundingsProps {
  readonly client: ChatClient;
  readonly views: ViewStore;
  readonly preferences: Preferences;
  readonly install: InstallPrompt;
  readonly update: AppUpdate;
  readonly breakdown: Breakdown;
  readonly words: Words;
  /** A BCP 47 tag for dates, numbers and plurals. */
  readonly locale: string;
}

interface Surroundings extends SurroundingsProps {
  readonly formats: Formats;
}

const SurroundingsContext = createContext<Surroundings | undefined>(undefined);

export function SurroundingsProvider({ children, ...given }: SurroundingsProps & { children: ReactNode }) {
  const { client, views, preferences, install, update, breakdown, words, locale } = given;
  const value = useMemo(
    () => ({
      client,
      views,
      preferences,
      install,
      update,
      breakdown,
      words,
      locale,
      formats: createFormats(locale),
    }),
    [client, views, preferences, install, update, breakdown, words, locale],
  );
  return <SurroundingsContext value={value}>{children}</SurroundingsContext>;
}

export function useSurroundings(): Surroundings {
  const value = useContext(SurroundingsContext);
  if (!value) throw new Error('a screen was rendered without its surroundings');
  return value;
}

export const useClient = (): ChatClient => useSurroundings().client;

export function useWords(): { readonly words: Words; readonly formats: Formats } {
  const { words, formats } = useSurroundings();
  return { words, formats };
}

export function usePreferences() {
  const { preferences } = useSurroundings();
  const values = useSyncExternalStore(preferences.subscribe, preferences.read);
  return { values, change: preferences.change };
}
