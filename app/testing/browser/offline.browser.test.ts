// Without a network: cold starts from the service worker, writing on both sides, and coming together again.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join as joinPath } from 'node:path';
import { chromium, expect, test, type BrowserContext, type Page } from '@playwright/test';
import { browserLaunch } from '../../../deploy/browser.mjs';
import {
  composer,
  expectDelivery,
  find,
  invite,
  join,
  message,
  openChat,
  react,
  say,
  signUpAdministrator,
  spoken,
  words,
  act,
} from './people.ts';
import { startRelay, type RelayProcess } from './relayProcess.ts';

let relay: RelayProcess;
const folders: string[] = [];
const contexts: BrowserContext[] = [];
test.beforeEach(async () => {
  relay = await startRelay();
});
test.afterEach(async () => {
  for (const context of contexts.splice(0)) await context.close();
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
  await relay.close();
});

/** A browser profile that survives being closed. */
function newProfile() {
  const folder = mkdtempSync(joinPath(tmpdir(), 'convo-profile-'));
  folders.push(folder);
  return async (
    offline = false,
  ): Promise<{ page: Page; context: BrowserContext; close: () => Promise<void> }> => {
    const context = await chromium.launchPersistentContext(folder, {
      ...browserLaunch(),
      locale: 'en-GB',
      offline,
    });
    contexts.push(context);
    const page = context.pages()[0] ?? (await context.newPage());
    return { page, context, close: () => context.close() };
  };
}

/** The page itself can come from the service worker from now on. */
const installed = (page: Page) => page.evaluate(async () => void (await navigator.serviceWorker.ready));

test('[U8] both sides offline, closed and opened again: they write, react, and come to the same', async () => {
  const openAda = newProfile();
  const openBen = newProfile();
  let ada = await openAda();
  await signUpAdministrator(ada.page, relay, 'Ada');
  const link = await invite(ada.page);
  let ben = await openBen();
  await join(ben.page, link, 'Ben');
  await say(ben.page, 'Before the tunnel');
  await ada.page.goto(relay.origin);
  await openChat(ada.page, 'Ben');
  await expect(message(ada.page, 'Before the tunnel')).toBeVisible();
  await expectDelivery(ben.page, 'Before the tunnel', 'read');
  await Promise.all([installed(ada.page), installed(ben.page)]);

  await ada.close();
  await ben.close();
  [ada, ben] = [await openAda(true), await openBen(true)];
  for (const { page } of [ada, ben]) await page.goto(relay.origin);
  await openChat(ada.page, 'Ben');
  await openChat(ben.page, 'Ada');
  for (let i = 0; i < 3; i++) {
    await say(ada.page, `Ada in the dark ${i}`);
    await say(ben.page, `Ben in the dark ${i}`);
  }
  await expectDelivery(ada.page, 'Ada in the dark 2', 'waiting');
  await react(ada.page, 'Before the tunnel', '❤️');
  await act(ben.page, 'Ben in the dark 1', words.actions.edit);
  await composer(ben.page).fill('Ben in the dusk');
  await composer(ben.page).press('Enter');

  // Closed once more without a network: what was written waits on the disk.
  await ada.close();
  ada = await openAda(true);
  await ada.page.goto(relay.origin);
  await openChat(ada.page, 'Ben');
  await expect(message(ada.page, 'Ada in the dark 2')).toBeVisible();

  await ada.context.setOffline(false);
  await ben.context.setOffline(false);
  await expect(message(ada.page, 'Ben in the dark 2')).toHaveCount(1);
  await expect(message(ben.page, 'Ada in the dark 2')).toHaveCount(1);
  await expect(message(ada.page, 'Ben in the dusk')).toHaveCount(1);
  await expect(message(ben.page, 'Before the tunnel')).toContainText('❤️');
  await expectDelivery(ada.page, 'Ada in the dark 2', 'read');
  await expectDelivery(ben.page, 'Ben in the dark 2', 'read');
  const both = await Promise.all([spoken(ada.page), spoken(ben.page)]);
  expect(both[0]).toHaveLength(7);
  expect(both[0]).toEqual(both[1]);
});

test('[U20] a network that goes is noticed at once: nobody is online any more, the banner follows, and both are over with it', async () => {
  const openAda = newProfile();
  const openBen = newProfile();
  const ada = await openAda();
  await signUpAdministrator(ada.page, relay, 'Ada');
  const link = await invite(ada.page);
  const ben = await openBen();
  await join(ben.page, link, 'Ben');
  await ada.page.goto(relay.origin);
  await openChat(ada.page, 'Ben');
  const presence = ada.page.getByTestId('presence');
  const banner = ada.page.getByText(words.link.offline).first();
  await expect(presence).toHaveText(words.conversation.online);

  await ada.context.setOffline(true);
  // Without the browser's word a silent socket is given up after half a minute.
  await expect(presence).toBeHidden({ timeout: 2000 });
  await expect(banner).toBeVisible({ timeout: 8000 });
  await say(ada.page, 'Said in a tunnel');

  await ada.context.setOffline(false);
  await expect(banner).toBeHidden({ timeout: 5000 });
  await expect(presence).toHaveText(words.conversation.online);
  await expect(message(ben.page, 'Said in a tunnel')).toBeVisible();
});

test('[U9] a cold start is whole with a relay that accepts connections and never answers', async () => {
  const open = newProfile();
  let ada = await open();
  await signUpAdministrator(ada.page, relay, 'Ada');
  await ada.page.getByRole('button', { name: words.inbox.writeNote }).click();
  await say(ada.page, 'Milk, bread, stars');
  await installed(ada.page);
  await ada.close();
  await relay.stop();
  const unmute = await relay.beMute();
  ada = await open();
  await ada.page.goto(relay.origin);
  await openChat(ada.page, words.notesTitle);
  await expect(message(ada.page, 'Milk, bread, stars')).toBeVisible();
  await say(ada.page, 'And candles');
  await find(ada.page, 'brea', 'Milk, bread');
  await unmute();
  await relay.start();
  // It comes back by itself, and what was written meanwhile leaves.
  await expect(ada.page.getByText(words.link.offline)).toHaveCount(0);
  await ada.page.goto(`${relay.origin}/diagnostics`);
  await expect(ada.page.getByText(words.diagnostics.waitingEntries(0))).toBeVisible();
});
