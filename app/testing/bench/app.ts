// What the app loads until its chat list can be used: every script, style and worker that a browser has begun to fetch
// from the real relay when the first row is drawn, each as gzip makes it. An account with a chat is there; nothing is cached.
import { gzipSync } from 'node:zlib';
import { chromium } from 'playwright-core';
import { browserLaunch } from '../../../deploy/browser.mjs';
import { composer, openChat, say, signUpAdministrator, words } from '../browser/people.ts';
import { startRelay } from '../browser/relayProcess.ts';
import { soloFigure, type FigureGroup } from './figure.ts';

/** Runs in the page: notes when the list's first row has been drawn, in milliseconds since 1970. */
function noteFirstRow() {
  const observer = new MutationObserver(() => {
    if (!document.querySelector('[data-testid="chat-list"] a')) return;
    observer.disconnect();
    requestAnimationFrame(() => {
      document.documentElement.dataset['drawnMs'] = String(Date.now());
    });
  });
  observer.observe(document, { childList: true, subtree: true });
}

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

      const files: { readonly startedMs: number; readonly bytes: Promise<number> }[] = [];
      context.on('response', (response) => {
        if (!isCode(response.headers()['content-type'] ?? '')) return;
        const bytes = response.body().then((body) => gzipSync(body, { level: 9 }).length);
        files.push({ startedMs: response.request().timing().startTime, bytes });
      });
      const fresh = await context.newPage();
      const session = await context.newCDPSession(fresh);
      await session.send('Network.setCacheDisabled', { cacheDisabled: true });
      await fresh.addInitScript(noteFirstRow);
      await fresh.goto(relay.origin);
      // The list answers: a click on a row leads to its chat.
      await openChat(fresh, words.notesTitle);
      const drawnMs = Number(await fresh.evaluate(() => document.documentElement.dataset['drawnMs']));
      const needed = files.filter(({ startedMs }) => startedMs <= drawnMs);
      const sizes = await Promise.all(needed.map(({ bytes }) => bytes));
      return [
        soloFigure('app.first_paint', 'bytes gzip', [sizes.reduce((sum, size) => sum + size, 0)]),
        soloFigure('app.first_paint_requests', 'files', [needed.length]),
      ];
    } finally {
      await browser.close();
      await relay.close();
    }
  },
};
