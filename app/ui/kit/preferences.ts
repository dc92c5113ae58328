// The few choices that belong to this browser and not to the account: theme, what was dismissed, what was seen. They
// live in localStorage; where that is refused they last as long as the page. No secret and no text goes here.

export type Theme = 'system' | 'light' | 'dark';
export const themes: readonly Theme[] = ['system', 'light', 'dark'];

export interface PreferenceValues {
  readonly theme: Theme;
  readonly isRecoveryNoteDismissed: boolean;
  readonly isInstallHintDismissed: boolean;
  /** A first message was sent from here: from then on the app may offer to be installed. */
  readonly hasSent: boolean;
  /** A day on which this browser had an account, the last one: it outlives the account's data. */
  readonly accountSeenAtMs?: number;
}

export interface Preferences {
  read(): PreferenceValues;
  change(part: Partial<PreferenceValues>): void;
  subscribe(onChange: () => void): () => void;
}

const storageKey = 'convo.preferences';
const initial: PreferenceValues = {
  theme: 'system',
  isRecoveryNoteDismissed: false,
  isInstallHintDismissed: false,
  hasSent: false,
};

export function parsePreferences(text: string | null): PreferenceValues {
  let stored: unknown;
  try {
    stored = JSON.parse(text ?? '{}');
  } catch {
    return initial; // somebody else's text under our key
  }
  const fields: Record<string, unknown> = typeof stored === 'object' && stored !== null ? { ...stored } : {};
  const seenAtMs = fields['accountSeenAtMs'];
  return {
    theme: themes.find((theme) => theme === fields['theme']) ?? 'system',
    isRecoveryNoteDismissed: fields['isRecoveryNoteDismissed'] === true,
    isInstallHintDismissed: fields['isInstallHintDismissed'] === true,
    hasSent: fields['hasSent'] === true,
    ...(typeof seenAtMs === 'number' && Number.isFinite(seenAtMs) ? { accountSeenAtMs: seenAtMs } : {}),
  };
}

export function createPreferences(storage: Pick<Storage, 'getItem' | 'setItem'> | undefined): Preferences {
  let values = parsePreferences(storage?.getItem(storageKey) ?? null);
  const listeners = new Set<() => void>();
  return {
    read: () => values,
    change(part) {
      values = { ...values, ...part };
      try {
        storage?.setItem(storageKey, JSON.stringify(values));
      } catch (error) {
        console.warn('Preferences last only until the page is closed.', error);
      }
      for (const listener of listeners) listener();
    },
    subscribe(onChange) {
      listeners.add(onChange);
      return () => void listeners.delete(onChange);
    },
  };
}

/** Sets the theme on the document; `system` leaves it to the browser. */
export function applyTheme(root: HTMLElement, theme: Theme): void {
  if (theme === 'system') delete root.dataset['theme'];
  else root.dataset['theme'] = theme;
}
