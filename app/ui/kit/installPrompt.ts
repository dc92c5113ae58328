// Keeps the browser's offer to install the app until a person wants it. Created before the first render, because the
// browser makes its offer once and early.

/** Not in the DOM's own types: only Chromium sends it. */
interface InstallEvent extends Event {
  prompt(): Promise<unknown>;
}

const isInstallEvent = (event: Event): event is InstallEvent =>
  'prompt' in event && typeof event.prompt === 'function';

export interface InstallPrompt {
  isAvailable(): boolean;
  /** Shows the browser's own question. */
  ask(): Promise<void>;
  subscribe(onChange: () => void): () => void;
}

export function createInstallPrompt(page: EventTarget): InstallPrompt {
  let offer: InstallEvent | undefined;
  const listeners = new Set<() => void>();
  function keep(next: InstallEvent | undefined): void {
    offer = next;
    for (const listener of listeners) listener();
  }
  page.addEventListener('beforeinstallprompt', (event) => {
    event.preventDefault();
    if (isInstallEvent(event)) keep(event);
  });
  page.addEventListener('appinstalled', () => keep(undefined));
  return {
    isAvailable: () => offer !== undefined,
    async ask() {
      const asked = offer;
      keep(undefined);
      await asked?.prompt();
    },
    subscribe(onChange) {
      listeners.add(onChange);
      return () => void listeners.delete(onChange);
    },
  };
}
