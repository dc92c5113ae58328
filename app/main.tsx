// The page's composition root: the one file that knows every floor. Starts the worker, asks it for what the first screen
// is made of, then has the screens drawn.
import { startedWorker, workerBroken } from './worker/startedWorker.ts';
import { drawScreens } from './ui/drawScreens.tsx';
import { createBreakdown } from './ui/kit/breakdown.ts';
import { createViewStore } from './ui/kit/viewStore.ts';
import { createPageClient } from './worker/pageClient.ts';

const breakdown = createBreakdown();
const client = createPageClient(startedWorker, breakdown.report);
// It may have broken before the client listened.
void workerBroken.then(() => breakdown.report('worker'));
const views = createViewStore(client);
// For as long as the page lives: some screen always stands on them. The list first, as it is to come first.
views.subscribe({ query: 'chats' }, () => {});
views.subscribe({ query: 'self' }, () => {});

const root = document.querySelector('#root');
if (!root) throw new Error('index.html has no #root');
drawScreens(root, { client, views, breakdown });
