// What the app loads until its chat list can be used: every script, style and worker that a browser really fetches from
// the real relay by then, each as gzip makes it. An account with a chat is there; nothing is cached.
import { gzipSync } from 'node:zlib';
import { chromium } from 'playwright-core';
import { browserLaunch } from '../../../deploy/browser.mjs';
import { composer, openChat, say, signUpAdministrator, words } from '../browser/people.ts';
import { startRelay } from '../browser/relayProcess.ts';
import { soloFigure, type FigureGroup } from './figure.ts';

const isCode = (type: string) => /javascript|css/.test(type);

export const appFigures: FigureGroup = {
  metrics: ['app.first_paint', 'app.first_paint_requests'],
  async measure() {
    const relay = await startRelay({ LOG: 'off' });
    const browser = await chromium.launch(browserLaunch());
    try {
      // Without the service worker every file comes over the network, as at a first visit.
      const context = await browser.newContext({ serviceWorkers: 'block' });
      const page = await context.newPage();
      await signUpAdministrator(page, relay, 'Ada');
      await page.getByRole('button', { name: words.inbox.writeNote }).click();
      await composer(page).waitFor();
      await say(page, 'A note');
      await page.close();

      const sizes: Promise<number>[] = [];
      context.on('response', (response) => {
        if (!isCode(response.headers()['content-type'] ?? '')) return;
        sizes.push(response.body().then((body) => gzipSync(body, { level: 9 }).length));
      });
      const fresh = await context.newPage();
      const session = await context.newCDPSession(fresh);
      await session.send('Network.setCacheDisabled', { cacheDisabled: true });
      await fresh.goto(relay.origin);
      await fresh.getByTestId('chat-list').getByText(words.notesTitle).waitFor();
      // The list answers: a click on a row leads to its chat.
      const untilList = sizes.length;
      await openChat(fresh, words.notesTitle);
      const bytes = (await Promise.all(sizes.slice(0, untilList))).reduce((sum, size) => sum + size, 0);
      return [
        soloFigure('app.first_paint', 'bytes gzip', [bytes]),
        soloFigure('app.first_paint_requests', 'files', [untilList]),
      ];
    } finally {
      await browser.close();
      await relay.close();
    }
  },
};
