// What a screen feels of much that arrives at once, by the real relay, in a browser that comes back to its network: in a
// chat that is open, and all over the list.
import { chromium, type Page } from 'playwright-core';
import { browserLaunch } from '../../../deploy/browser.mjs';
import { join } from '../browser/people.ts';
import { startRelay } from '../browser/relayProcess.ts';
import { appRow, sayProgress } from './accounts.ts';
import { createCuttableLine } from './cuttableLine.ts';
import { soloFigure, type Figure, type FigureGroup } from './figure.ts';
import { createFriend } from './friend.ts';

const tail = 500;
const tailRounds = 5;
const chatCount = 100;
const entriesEach = 100;
/** Browsers tell of tasks from this length on; where there was none, this is the most that any can have had. */
const shortestTaskMs = 50;

interface Heard {
  /** When the link was last said to be online, in ms since navigation. */
  onlineMs: number;
  /** Messages in the last timeline that came, and the newest one's text. */
  newest: string;
  unread: number;
  chats: number;
  longestTaskMs: number;
}
declare global {
  var heard: Heard;
}

/** Runs in the page before the app: listens to what the worker hands over. */
function listen() {
  globalThis.heard = { onlineMs: 0, newest: '', unread: 0, chats: 0, longestTaskMs: 0 };
  interface View {
    readonly state?: string;
    readonly messages?: readonly { readonly body: { readonly text?: string } }[];
  }
  const note = ({ data }: MessageEvent<{ view?: View | readonly { readonly unreadCount?: number }[] }>) => {
    const { heard } = globalThis;
    const { view } = data;
    if (Array.isArray(view)) {
      heard.chats = view.length;
      heard.unread = view.reduce(
        (sum: number, row: { unreadCount?: number }) => sum + (row.unreadCount ?? 0),
        0,
      );
    } else if (view && 'state' in view && view.state === 'online') heard.onlineMs = performance.now();
    else if (view && 'messages' in view) heard.newest = view.messages?.at(-1)?.body.text ?? '';
  };
  globalThis.Worker = class extends Worker {
    constructor(...args: ConstructorParameters<typeof Worker>) {
      super(...args);
      this.addEventListener('message', note);
    }
  };
  new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) {
      globalThis.heard.longestTaskMs = Math.max(globalThis.heard.longestTaskMs, duration);
    }
  }).observe({ type: 'longtask' });
}

/** From the moment at which the relay is there again until the newest message is drawn, in ms. */
function timeTail(text: string): Promise<number> {
  const { promise, resolve } = Promise.withResolvers<number>();
  const isDrawn = () =>
    [...document.querySelectorAll('[data-testid="timeline"] article')].at(-1)?.textContent?.includes(text);
  const look = () => {
    if (!isDrawn()) return void requestAnimationFrame(look);
    resolve(performance.now() - globalThis.heard.onlineMs);
  };
  look();
  return promise;
}

const longestTask = (page: Page) => page.evaluate(() => globalThis.heard.longestTaskMs);
const forgetTasks = (page: Page) => page.evaluate(() => void (globalThis.heard.longestTaskMs = 0));

export const catchUpFigures: FigureGroup = {
  metrics: ['app.tail_500', 'app.tail_500_longest_task', 'app.catch_up', 'app.catch_up_longest_task'],
  async measure(wanted, scale) {
    const relay = await startRelay({ LOG: 'off' });
    const browser = await chromium.launch(browserLaunch());
    const friend = await createFriend(relay);
    const line = await createCuttableLine(Number(new URL(relay.origin).port));
    const origin = `http://localhost:${line.port}`;
    try {
      const context = await browser.newContext({ locale: 'en-GB' });
      const page = await context.newPage();
      await page.addInitScript(listen);
      await join(page, (await friend.invite()).replace(relay.origin, origin), 'Ben');
      const isTail = wanted('app.tail_500') || wanted('app.tail_500_longest_task');
      const isCatchUp = wanted('app.catch_up') || wanted('app.catch_up_longest_task');
      const chats = await friend.startChats(isCatchUp ? chatCount - 1 : 0);
      const [first = ''] = chats;
      const figures: Figure[] = [];
      const away = async (write: () => Promise<void>) => {
        line.cut();
        await write();
        await forgetTasks(page);
        await page.evaluate(() => void (globalThis.heard.onlineMs = 0));
        line.mend();
        // As when somebody looks at the app again: it tries at once.
        await page.evaluate(() => document.dispatchEvent(new Event('visibilitychange')));
        await page.waitForFunction(() => globalThis.heard.onlineMs > 0);
      };

      if (isTail) {
        const times: number[] = [];
        const tasks: number[] = [];
        for (let round = 0; round < tailRounds; round++) {
          await away(() => friend.write([first], tail));
          times.push(await page.evaluate(timeTail, `${tail - 1}: `));
          tasks.push(await longestTask(page));
          sayProgress(`a tail of ${tail}: ${times.at(-1)} ms, longest task ${tasks.at(-1)} ms`);
          await friend.write([first], 1);
          await page.waitForFunction(() => globalThis.heard.newest.startsWith('0: '));
        }
        figures.push(
          soloFigure('app.tail_500', 'ms', times),
          soloFigure('app.tail_500_longest_task', 'ms', [Math.max(shortestTaskMs, ...tasks)]),
        );
      }
      if (isCatchUp) {
        const each = Math.max(1, Math.round(entriesEach * scale));
        await page.goto(origin);
        await page.locator(appRow).first().waitFor();
        await page.waitForFunction((count) => globalThis.heard.chats === count, chatCount);
        await page.waitForFunction(() => globalThis.heard.onlineMs > 0);
        sayProgress(`${chatCount} chats are there`);
        const before = await page.evaluate(() => globalThis.heard.unread);
        const due = before + each * chatCount;
        await away(async () => {
          await friend.write(chats, each);
          sayProgress(`${each * chatCount} entries wait at the relay`);
        });
        const tookMs = await page.evaluate(
          (count) =>
            new Promise<number>((resolve) => {
              const look = () => {
                if (globalThis.heard.unread < count) return void setTimeout(look, 20);
                resolve(performance.now() - globalThis.heard.onlineMs);
              };
              look();
            }),
          due,
        );
        figures.push(
          soloFigure('app.catch_up', 'ms', [tookMs]),
          soloFigure('app.catch_up_longest_task', 'ms', [Math.max(shortestTaskMs, await longestTask(page))]),
        );
      }
      return figures;
    } finally {
      await friend.close();
      await browser.close();
      await line.close();
      await relay.close();
    }
  },
};
