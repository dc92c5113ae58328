// Registers the service worker and says when a newer version of the app waits. It never takes over by itself: the
// person agrees first, so that no reload comes under a half-written message.

/** `waiting`: agree and it takes over. `elsewhere`: another tab agreed, this one still runs the old version. */
export type UpdateState = 'none' | 'waiting' | 'taking-over' | 'elsewhere';

export interface AppUpdate {
  state(): UpdateState;
  accept(): void;
  subscribe(onChange: () => void): () => void;
}

const checkEveryMs = 60 * 60 * 1000;

export function createAppUpdate(workers: ServiceWorkerContainer | undefined, reload: () => void): AppUpdate {
  let state: UpdateState = 'none';
  let waiting: ServiceWorker | undefined;
  const listeners = new Set<() => void>();
  function become(next: UpdateState): void {
    state = next;
    for (const listener of listeners) listener();
  }

  function watchRegistration(registration: ServiceWorkerRegistration): void {
    const see = () => {
      // The very first worker waits for nobody: there is no old version to leave.
      if (!registration.waiting || !registration.active) return;
      waiting = registration.waiting;
      become('waiting');
    };
    see();
    registration.addEventListener('updatefound', () => {
      registration.installing?.addEventListener('statechange', see);
    });
    const check = () => void registration.update().catch(() => undefined); // offline: the next hour will do
    setInterval(check, checkEveryMs);
  }

  if (workers) {
    const hadController = workers.controller !== null;
    workers.addEventListener('controllerchange', () => {
      if (state === 'taking-over') reload();
      else if (hadController) become('elsewhere');
    });
    workers.register('/serviceWorker.js').then(watchRegistration, (error: unknown) => {
      console.warn('Without a service worker the app needs the network to open.', error);
    });
  }

  return {
    state: () => state,
    accept() {
      if (state === 'elsewhere') return reload();
      become('taking-over');
      waiting?.postMessage('take-over');
    },
    subscribe(onChange) {
      listeners.add(onChange);
      return () => void listeners.delete(onChange);
    },
  };
}
