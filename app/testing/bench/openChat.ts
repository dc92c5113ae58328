// How long a chat takes from the tap on its row to its newest messages on the screen, with very much said in it and with
// little, in a browser that was just started and has no network.
import type { Page } from 'playwright-core';
import { historyProfile } from '../history/profile.ts';
import { accounts, appPages, appRow, sayProgress, scaled } from './accounts.ts';
import { growthFigure, median, soloFigure, type FigureGroup } from './figure.ts';
import { installInto, startOffline, type Installed } from './installed.ts';

const rounds = 9;

/** Runs in the page: from the tap until rows are in their places and the main thread is free again, in ms. */
function timeTap(row: string): Promise<number> {
  const { promise, resolve } = Promise.withResolvers<number>();
  const isDrawn = () => {
    const timeline = document.querySelector('[data-testid="timeline"]');
    // Until its rows have their sizes the timeline is there, but not seen.
    return timeline?.querySelector('article') && !timeline.classList.contains('opacity-0');
  };
  const begun = performance.now();
  const observer = new MutationObserver(() => {
    if (!isDrawn()) return;
    observer.disconnect();
    requestAnimationFrame(() => setTimeout(() => resolve(performance.now() - begun)));
  });
  observer.observe(document, { childList: true, subtree: true, attributes: true });
  document.querySelector<HTMLElement>(row)?.click();
  return promise;
}

/** Opens the first chat of the list. */
export const tapFirstChat = (page: Page): Promise<number> => page.evaluate(timeTap, appRow);

async function timeOpening(installed: Installed): Promise<number> {
  const { context, page } = await startOffline(installed);
  const openedMs = await tapFirstChat(page);
  await context.close();
  return openedMs;
}

export const openChatFigures: FigureGroup = {
  metrics: ['app.open_chat', 'app.open_chat_growth'],
  async measure(_wanted, scale) {
    const long = {
      profile: await historyProfile(scaled(accounts.longChat, scale), sayProgress),
      row: appRow,
    };
    const short = {
      profile: await historyProfile(scaled(accounts.shortChat, scale), sayProgress),
      row: appRow,
    };
    await installInto(long, appPages);
    await installInto(short, appPages);
    const times: { readonly long: number; readonly short: number }[] = [];
    for (let round = 0; round < rounds; round++) {
      times.push({ long: await timeOpening(long), short: await timeOpening(short) });
    }
    return [
      soloFigure(
        'app.open_chat',
        'ms',
        times.map((time) => time.long),
      ),
      growthFigure('app.open_chat_growth', median(times.map((time) => time.long / time.short))),
    ];
  },
};
