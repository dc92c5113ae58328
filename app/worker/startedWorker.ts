// The page's worker. It has the longest way to the first list, so it is started before any other room of the page is run:
// the composition root imports this one first.
export const startedWorker = new Worker(new URL('./engineWorker.ts', import.meta.url), { type: 'module' });
