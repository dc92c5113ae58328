// How long the app takes to a chat list that answers a tap, without a network and in a browser that was just started, with a
// large account and a small one, beside a page that reads and paints as many rows, takes a tap, and does nothing else.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'vite';
import react from '@vitejs/plugin-react';
import { VitePWA } from 'vite-plugin-pwa';
import { historyProfile } from '../history/profile.ts';
import { growthFigure, median, pairedFigure, type FigureGroup } from './figure.ts';
import { accounts, appPages, appRow, sayProgress, scaled } from './accounts.ts';
import { installInto, startOffline, type Installed } from './installed.ts';

const rounds = 9;

async function buildBarePage(): Promise<string> {
  const outDir = await mkdtemp(join(tmpdir(), 'convo-bare-page-'));
  await build({
    configFile: false,
    root: join(import.meta.dirname, 'barePage'),
    logLevel: 'error',
    build: { outDir, emptyOutDir: true, target: 'esnext' },
    plugins: [
      react(),
      VitePWA({
        filename: 'serviceWorker.js',
        injectRegister: false,
        manifest: false,
        workbox: { clientsClaim: true, skipWaiting: true, inlineWorkboxRuntime: true },
      }),
    ],
  });
  return outDir;
}

interface Timed extends Installed {
  /** There once a row was tapped. */
  readonly opened: string;
}
const timeline = '[data-testid="timeline"]';

async function timeStart(installed: Timed): Promise<number> {
  const { context, page, interactiveMs } = await startOffline(installed, undefined, true);
  // What the tap asked for comes.
  await page.locator(installed.opened).waitFor();
  await context.close();
  return interactiveMs;
}

export const coldStartFigures: FigureGroup = {
  metrics: ['app.cold_start', 'app.cold_start_growth'],
  async measure(_wanted, scale) {
    const large = await historyProfile(scaled(accounts.large, scale), sayProgress);
    const small = await historyProfile(scaled(accounts.small, scale), sayProgress);
    const barePages = await buildBarePage();
    const bareProfile = await mkdtemp(join(tmpdir(), 'convo-bare-profile-'));
    const installed = {
      bare: { profile: bareProfile, row: 'li a', opened: 'li a[aria-current]' },
      large: { profile: large, row: appRow, opened: timeline },
      small: { profile: small, row: appRow, opened: timeline },
    };
    try {
      await installInto(installed.bare, barePages);
      await installInto(installed.large, appPages);
      await installInto(installed.small, appPages);
      const times: { readonly bare: number; readonly large: number; readonly small: number }[] = [];
      for (let round = 0; round < rounds; round++) {
        times.push({
          bare: await timeStart(installed.bare),
          large: await timeStart(installed.large),
          small: await timeStart(installed.small),
        });
      }
      const growth = median(times.map((time) => time.large / time.small));
      return [
        pairedFigure(
          'app.cold_start',
          'ms',
          times.map((time) => ({ ours: time.large, baseline: time.bare })),
        ),
        growthFigure('app.cold_start_growth', growth),
      ];
    } finally {
      await rm(barePages, { recursive: true, force: true });
      await rm(bareProfile, { recursive: true, force: true });
    }
  },
};
