// The page's worker. It has the longest way to the first list, so this is a script of its own, which the browser runs
// before it has fetched and read the page's (`vite.config.ts`): nobody listens yet, and what the worker says waits for that.
export const startedWorker = new Worker(new URL('./engineWorker.ts', import.meta.url), { type: 'module' });
/** Resolves where it could not be started, or breaks; kept for whoever asks later. */
export const workerBroken = new Promise<void>((resolve) => {
  startedWorker.addEventListener('error', () => resolve(), { once: true });
});
