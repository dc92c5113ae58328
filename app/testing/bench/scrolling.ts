// The longest that the screen hangs while somebody scrolls ten segments back in a long chat, without a network.
import { documentLimits } from '../../doc/documentLimits.ts';
import { historyProfile } from '../history/profile.ts';
import { accounts, appPages, appRow, sayProgress, scaled } from './accounts.ts';
import { soloFigure, type FigureGroup } from './figure.ts';
import { installInto, startOffline } from './installed.ts';
import { tapFirstChat } from './openChat.ts';

const segmentsBack = 10;
/** A strong turn of the wheel. */
const stepPx = 1500;
/** Browsers tell of tasks from this length on; where there was none, this is the most that any can have had. */
const shortestTaskMs = 50;

declare global {
  /** Ids of the messages that the page has been given. */
  var givenMessages: Set<string>;
  var longestTaskMs: number;
}

/** Runs in the page before the app: listens to what the worker hands over. */
function noteMessages() {
  globalThis.givenMessages = new Set();
  const note = ({ data }: MessageEvent<{ view?: { messages?: readonly { messageId: string }[] } }>) => {
    // The oldest come first: from the first that is known on, all are.
    for (const { messageId } of data.view?.messages ?? []) {
      if (globalThis.givenMessages.has(messageId)) break;
      globalThis.givenMessages.add(messageId);
    }
  };
  globalThis.Worker = class extends Worker {
    constructor(...args: ConstructorParameters<typeof Worker>) {
      super(...args);
      this.addEventListener('message', note);
    }
  };
}

/** Runs in the page: from now on. */
function noteTasks() {
  globalThis.longestTaskMs = 0;
  new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) {
      globalThis.longestTaskMs = Math.max(globalThis.longestTaskMs, duration);
    }
  }).observe({ type: 'longtask' });
}

export const scrollingFigures: FigureGroup = {
  metrics: ['app.longest_task_scrolling'],
  async measure(_wanted, scale) {
    const parameters = scaled(accounts.longChat, scale);
    const installed = { profile: await historyProfile(parameters, sayProgress), row: appRow };
    await installInto(installed, appPages);
    const wanted = Math.min(segmentsBack * documentLimits.fullRecords, parameters.messages / 2);
    const { context, page } = await startOffline(installed, noteMessages);
    try {
      await tapFirstChat(page);
      await page.evaluate(noteTasks);
      await page.getByTestId('timeline').hover();
      let given = 0;
      let told = 0;
      while (given < wanted) {
        await page.mouse.wheel(0, -stepPx);
        given = await page.evaluate(
          () =>
            new Promise<number>((resolve) =>
              requestAnimationFrame(() => resolve(globalThis.givenMessages.size)),
            ),
        );
        if (given < told + documentLimits.fullRecords) continue;
        told = given;
        sayProgress(
          `scrolled ${given} messages back, longest task ${await page.evaluate(() => globalThis.longestTaskMs)} ms`,
        );
      }
      const longest = await page.evaluate(() => globalThis.longestTaskMs);
      return [soloFigure('app.longest_task_scrolling', 'ms', [Math.max(longest, shortestTaskMs)])];
    } finally {
      await context.close();
    }
  },
};
