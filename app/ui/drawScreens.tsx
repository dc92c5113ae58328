// Makes what the screens stand in besides what the composition root gives them, then draws them.
import { createRoot } from 'react-dom/client';
import { App } from './App.tsx';
import { createAppUpdate } from './kit/appUpdate.ts';
import { createInstallPrompt } from './kit/installPrompt.ts';
import { applyTheme, createPreferences } from './kit/preferences.ts';
import { SurroundingsProvider, type SurroundingsProps } from './kit/Surroundings.tsx';
import { en } from './kit/words/en.ts';
import './kit/styles.css';

/** Undefined where a browser refuses it, as some do in a frame or a private window. */
function localStorageHere(): Storage | undefined {
  try {
    return localStorage;
  } catch {
    return undefined;
  }
}

export function drawScreens(
  root: Element,
  { client, views, breakdown }: Pick<SurroundingsProps, 'client' | 'views' | 'breakdown'>,
): void {
  const preferences = createPreferences(localStorageHere());
  applyTheme(document.documentElement, preferences.read().theme);
  const install = createInstallPrompt(window);
  const update = createAppUpdate(navigator.serviceWorker, () => location.reload());
  /** The browser's own English where it has one: its way to write dates and times. */
  const locale = navigator.languages.find((language) => language.startsWith('en')) ?? 'en';
  createRoot(root).render(
    <SurroundingsProvider
      client={client}
      views={views}
      preferences={preferences}
      install={install}
      update={update}
      breakdown={breakdown}
      words={en}
      locale={locale}
    >
      <App />
    </SurroundingsProvider>,
  );
}
