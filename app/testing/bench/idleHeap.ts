// What the app holds in memory when it has nothing to do: the list on the screen, every chat's room as the engine keeps it,
// no network.
import { setTimeout as wait } from 'node:timers/promises';
import { historyProfile } from '../history/profile.ts';
import { accounts, appPages, appRow, sayProgress, scaled } from './accounts.ts';
import { soloFigure, type FigureGroup } from './figure.ts';
import { heapOf, type Heap } from './heapOf.ts';
import { installInto, startOffline } from './installed.ts';

/** It has come to rest when this many readings in a row, so far apart, lie within two parts in a hundred. */
const readings = 3;
const apartMs = 3_000;
const patienceMs = 180_000;

/** Bytes, once the engine has opened all that it opens by itself. */
async function restingBytes(heap: Heap): Promise<number> {
  const begun = performance.now();
  const last: number[] = [];
  while (performance.now() - begun < patienceMs) {
    last.push(await heap.read());
    const recent = last.slice(-readings);
    const most = Math.max(...recent);
    if (recent.length === readings && most - Math.min(...recent) < most / 50) return most;
    await wait(apartMs);
  }
  throw new Error(`the heap does not come to rest: ${last.join(', ')} bytes`);
}

export const idleHeapFigures: FigureGroup = {
  metrics: ['app.idle_heap'],
  async measure(_wanted, scale) {
    const profile = await historyProfile(scaled(accounts.large, scale), sayProgress);
    const installed = { profile, row: appRow };
    await installInto(installed, appPages);
    const { context, page } = await startOffline(installed);
    try {
      return [soloFigure('app.idle_heap', 'MB', [(await restingBytes(await heapOf(page))) / 1e6])];
    } finally {
      await context.close();
    }
  },
};
