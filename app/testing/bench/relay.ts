// The relay's figures: side by side with a bare `ws` server and two peers, on one machine, in turns and by the same load
// generator. Catching up comes first, while the logs hold what it wants and nothing else.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { measureCatchUp } from './relayCatchUp.ts';
import { measureDisk } from './relayDisk.ts';
import { fanOutMetrics, measureFanOut } from './relayFanOut.ts';
import { idleRooms, measureIdleMemory } from './relayIdleMemory.ts';
import { latencyMetrics, measureLatency } from './relayLatency.ts';
import { measureSlowReader } from './relaySlowReader.ts';
import type { Figure, FigureGroup } from './figure.ts';
import { startLoad, type Load } from './load.ts';
import { relayMetrics } from './relayMetrics.ts';
import { startRelayServer } from './serverProcess.ts';

const rooms = 200;

/** One measurement gives several figures; it runs if one of them is wanted. */
const measurements: readonly {
  readonly metrics: readonly string[];
  readonly measure: (load: Load, dataDir: string) => Promise<readonly Figure[]>;
}[] = [
  { metrics: ['relay.catch_up', 'relay.catch_up_bytes'], measure: measureCatchUp },
  { metrics: ['relay.idle_memory'], measure: measureIdleMemory },
  { metrics: latencyMetrics, measure: measureLatency },
  { metrics: fanOutMetrics, measure: measureFanOut },
  { metrics: ['relay.disk_after_compaction'], measure: measureDisk },
  { metrics: ['relay.slow_reader', 'relay.slow_reader_pace'], measure: measureSlowReader },
];

export const relayFigures: FigureGroup = {
  metrics: relayMetrics,
  async *measure(wanted) {
    const dataDir = mkdtempSync(join(tmpdir(), 'convo-bench-data-'));
    const load = startLoad();
    try {
      const first = await startRelayServer(dataDir);
      await load.tell({
        kind: 'populate',
        port: first.port,
        rooms: wanted('relay.idle_memory') ? idleRooms : rooms,
      });
      await first.stop();
      for (const { metrics, measure } of measurements)
        if (metrics.some(wanted)) yield* await measure(load, dataDir);
    } finally {
      load.stop();
      rmSync(dataDir, { recursive: true, force: true });
    }
  },
};
