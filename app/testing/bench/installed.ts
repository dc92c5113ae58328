// A page installed in a browser's profile, and then started there without a network, again and again, each time by a
// browser that has just been started itself.
import type { BrowserContext, Page } from 'playwright-core';
import { browseOffline, openSite, siteOrigin } from '../history/site.ts';

export interface Installed {
  readonly profile: string;
  /** Its first row, which leads somewhere. */
  readonly row: string;
}

/** Visits the site while it is there, until all that it needs without a network is in the profile. */
export async function installInto({ profile, row }: Installed, pages: string): Promise<void> {
  const site = await openSite(pages);
  const context = await site.browse(profile);
  try {
    const page = await context.newPage();
    // A profile that was kept may have an older build of the app in it.
    const session = await context.newCDPSession(page);
    const storageTypes = 'service_workers,cache_storage';
    await session.send('Storage.clearDataForOrigin', { origin: siteOrigin, storageTypes });
    await page.goto(siteOrigin);
    await page.locator(row).first().waitFor();
    await page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));
    // The second visit comes from the service worker, and with it all that the first one loaded too early for it.
    await page.goto(siteOrigin);
    await page.locator(row).first().waitFor();
    await page.waitForFunction(() => navigator.serviceWorker.controller !== null);
  } finally {
    await context.close();
    await site.close();
  }
}

/**
 * Runs in the page: notes when the first row was drawn and the main thread was free again, in ms since navigation. With
 * `isTapped` it is then tapped, frame after frame until somebody takes that, and that is what counts: a list that is drawn and
 * dead would be no list.
 */
function noteInteractive({ row, isTapped }: { readonly row: string; readonly isTapped: boolean }) {
  const whenDrawn = (run: () => void) => void requestAnimationFrame(() => setTimeout(run));
  const note = () => {
    document.documentElement.dataset['interactiveMs'] = String(performance.now());
  };
  const tap = () => {
    let isTaken = false;
    // The last to hear of it. Where nobody has taken it the browser would leave the page.
    const hear = (event: Event) => {
      isTaken = event.defaultPrevented;
      event.preventDefault();
    };
    window.addEventListener('click', hear);
    document.querySelector<HTMLElement>(row)?.click();
    window.removeEventListener('click', hear);
    if (isTaken) note();
    else requestAnimationFrame(tap);
  };
  const observer = new MutationObserver(() => {
    if (!document.querySelector(row)) return;
    observer.disconnect();
    whenDrawn(isTapped ? tap : note);
  });
  observer.observe(document, { childList: true, subtree: true });
}

export interface Started {
  readonly context: BrowserContext;
  readonly page: Page;
  readonly interactiveMs: number;
}

/**
 * @param before runs in the page ahead of everything.
 * @param isTapped the clock goes on until a tap on the first row was taken.
 */
export async function startOffline(
  { profile, row }: Installed,
  before: () => void = () => {},
  isTapped = false,
): Promise<Started> {
  const context = await browseOffline(profile);
  const page = await context.newPage();
  await page.addInitScript(before);
  await page.addInitScript(noteInteractive, { row, isTapped });
  await page.goto(siteOrigin, { waitUntil: 'commit' });
  const noted = await page.waitForFunction(() => document.documentElement.dataset['interactiveMs']);
  return { context, page, interactiveMs: Number(await noted.jsonValue()) };
}
