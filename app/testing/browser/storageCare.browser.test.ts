// A browser that threw its data away, one with data of a newer version, one that is nearly full, and the check of a device.
import { chromium, expect, type Page } from '@playwright/test';
import { browserLaunch } from '../../../deploy/browser.mjs';
import { composer, message, newPage, rows, say, signUpAdministrator, words } from './people.ts';
import type { RelayProcess } from './relayProcess.ts';
import { test } from './withRelay.ts';

/** A page of the same origin on which no app runs: what it does to the data, nothing has open. */
const besideTheApp = (page: Page, { origin }: RelayProcess) => page.goto(new URL('/healthz', origin).href);

test('[U18] where the browser threw an account away, the welcome says what happened and what to do', async ({
  browser,
  relay,
}) => {
  const page = await newPage(browser);
  await page.goto(relay.origin);
  await expect(page.getByRole('heading', { name: words.welcome.need.invite.title })).toBeVisible();
  await expect(page.getByText(words.welcome.lost.title)).toHaveCount(0);
  await signUpAdministrator(page, relay, 'Ada');
  await page.getByRole('button', { name: words.inbox.writeNote }).click();
  await say(page, 'to be lost');
  await besideTheApp(page, relay);
  const deleted = await page.evaluate(async () => {
    const databases = await indexedDB.databases();
    for (const { name = '' } of databases) {
      await new Promise<void>((resolve, reject) => {
        const request = indexedDB.deleteDatabase(name);
        request.onsuccess = () => resolve();
        request.onerror = () => reject(new Error('not deleted'));
      });
    }
    return databases.length;
  });
  expect(deleted).toBeGreaterThan(1);
  await page.goto(relay.origin);
  await expect(page.getByText(words.welcome.lost.title)).toBeVisible();
  await expect(page.getByText(words.welcome.lost.messages)).toBeVisible();
  await expect(page.getByText(words.welcome.lost.next)).toBeVisible();
  await expect(page.getByRole('textbox', { name: words.welcome.paste })).toBeVisible();
  // Who it was is remembered nowhere.
  const kept = await page.evaluate(() => JSON.stringify(localStorage));
  expect(kept).not.toMatch(/ada/i);
});

test('[X5] data of a newer version: a sentence says so, in the place of an endless wait', async ({
  browser,
  relay,
}) => {
  const page = await newPage(browser);
  await signUpAdministrator(page, relay, 'Ada');
  await besideTheApp(page, relay);
  await page.evaluate(
    () =>
      new Promise<void>((resolve, reject) => {
        const request = indexedDB.open('convo', 1000);
        request.onerror = () => reject(new Error('not opened'));
        request.onsuccess = () => {
          request.result.close();
          resolve();
        };
      }),
  );
  await page.goto(relay.origin);
  await expect(page.getByRole('heading', { name: words.breakdown.newerTitle })).toBeVisible();
  await expect(page.getByText(words.breakdown.newerSentence)).toBeVisible();
});

test('[X7] a browser that is nearly full: the list says so and what to do, until there is room', async ({
  relay,
}) => {
  // Newer Chromium claims 10 GB to spare wherever it is asked; without that, it says what it grants.
  const launch = browserLaunch();
  const chromiumThatTells = await chromium.launch({
    ...launch,
    args: [...launch.args, '--disable-features=StaticStorageQuota'],
  });
  const page = await newPage(chromiumThatTells);
  await signUpAdministrator(page, relay, 'Ada');
  await page.evaluate(async () => void (await navigator.serviceWorker.ready));
  await expect(page.getByText(words.inbox.nearlyFullTitle)).toHaveCount(0);
  const session = await page.context().newCDPSession(page);
  const { origin } = relay;
  const { usage } = await session.send('Storage.getUsageAndQuota', { origin });
  await session.send('Storage.overrideQuotaForOrigin', { origin, quotaSize: Math.ceil(usage * 1.05) });
  await page.reload();
  await expect(page.getByText(words.inbox.nearlyFullTitle)).toBeVisible();
  await expect(page.getByText(words.inbox.nearlyFullSentence)).toBeVisible();
  await session.send('Storage.overrideQuotaForOrigin', { origin });
  // As when the person comes back from making room.
  await page.evaluate(() => document.dispatchEvent(new Event('visibilitychange')));
  await expect(page.getByText(words.inbox.nearlyFullTitle)).toHaveCount(0);
  await chromiumThatTells.close();
});

test('[X7] a browser that is full: the message stays where it was written, and goes once there is room', async ({
  browser,
  relay,
}) => {
  // No browser's disk can be filled from here: the worker's is made to refuse when it is told to.
  const page = await newPage(browser, { serviceWorkers: 'block' });
  await page.route('**/assets/engineWorker*', async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, body: `(${refuseWhenTold.toString()})();${await response.text()}` });
  });
  await signUpAdministrator(page, relay, 'Ada');
  await page.getByRole('button', { name: words.inbox.writeNote }).click();
  await say(page, 'before');
  await tellDisk(page, true);
  await composer(page).fill('too much');
  await page.getByRole('button', { name: words.composer.send }).click();
  await expect(page.getByText(words.failures['storage-full'])).toBeVisible();
  await expect(composer(page)).toHaveValue('too much');
  await expect(rows(page)).toHaveCount(1);
  await expect(page.getByText(words.inbox.nearlyFullTitle)).toBeVisible();
  await tellDisk(page, false);
  await page.getByRole('button', { name: words.composer.send }).click();
  await expect(message(page, 'too much')).toBeVisible();
  await expect(rows(page)).toHaveCount(2);
  await expect(page.getByText(words.inbox.nearlyFullTitle)).toHaveCount(0);
});

/** Runs in the worker, before all else. */
function refuseWhenTold() {
  let isFull = false;
  const told = new BroadcastChannel('test/disk');
  told.onmessage = (event) => {
    isFull = event.data === true;
    told.postMessage('heard');
  };
  for (const name of ['put', 'add'] as const) {
    const write = IDBObjectStore.prototype[name];
    IDBObjectStore.prototype[name] = function (this: IDBObjectStore, ...row: Parameters<typeof write>) {
      if (isFull) throw new DOMException('no room', 'QuotaExceededError');
      return write.apply(this, row);
    };
  }
}
const tellDisk = (page: Page, isFull: boolean) =>
  page.evaluate(
    (next) =>
      new Promise<void>((resolve) => {
        const channel = new BroadcastChannel('test/disk');
        channel.onmessage = () => resolve();
        channel.postMessage(next);
      }),
    isFull,
  );

test('[X8] the check of the device shows what it holds', async ({ browser, relay }) => {
  const page = await newPage(browser);
  await signUpAdministrator(page, relay, 'Ada');
  await page.getByRole('button', { name: words.inbox.writeNote }).click();
  await say(page, 'one');
  await say(page, 'two');
  await page.goto(new URL('/diagnostics', relay.origin).href);
  const { check } = words.diagnostics;
  await page.getByRole('button', { name: check.start }).click();
  await expect(page.getByText(`${check.messages}2`)).toBeVisible();
  await expect(page.getByText(`${check.unreadable}0`)).toBeVisible();
});
