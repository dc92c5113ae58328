// The page's composition root: the one file that knows every floor. Makes what the screens stand in, then draws them.
import { createRoot } from 'react-dom/client';
import { App } from './ui/App.tsx';
import { createAppUpdate } from './ui/kit/appUpdate.ts';
import { createBreakdown } from './ui/kit/breakdown.ts';
import { createInstallPrompt } from './ui/kit/installPrompt.ts';
import { applyTheme, createPreferences } from './ui/kit/preferences.ts';
import { SurroundingsProvider } from './ui/kit/Surroundings.tsx';
import { en } from './ui/kit/words/en.ts';
import './ui/kit/styles.css';
import { createPageClient } from './worker/pageClient.ts';

/** Undefined where a browser refuses it, as some do in a frame or a private window. */
function localStorageHere(): Storage | undefined {
  try {
    return localStorage;
  } catch {
    return undefined;
  }
}

const preferences = createPreferences(localStorageHere());
applyTheme(document.documentElement, preferences.read().theme);
const install = createInstallPrompt(window);
const breakdown = createBreakdown();
const client = createPageClient(breakdown.report);
const update = createAppUpdate(navigator.serviceWorker, () => location.reload());

/** The browser's own English where it has one: its way to write dates and times. */
const locale = navigator.languages.find((language) => language.startsWith('en')) ?? 'en';

const root = document.querySelector('#root');
if (!root) throw new Error('index.html has no #root');
createRoot(root).render(
  <SurroundingsProvider
    client={client}
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
