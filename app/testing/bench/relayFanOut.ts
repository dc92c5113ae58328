// relay.fanout and its peers: 200 rooms of five at full load, the servers in turns. Ours stores durably what it passes on;
// the bare one and y-websocket's keep nothing on disk, and Hocuspocus stores after two quiet seconds, outside the clock.
import { pairedFigure, type Figure } from './figure.ts';
import type { Load } from './load.ts';
import { sides, type Side } from './loadCommands.ts';
import {
  startBareServer,
  startHocuspocusServer,
  startRelayServer,
  startYWebsocketServer,
  type ServerProcess,
} from './serverProcess.ts';

const rooms = 200;
const rounds = 7;
const messagesPerRoom = 200;
/**
 * Right before each round, uncounted: while the others had their turns, V8 has given the heap of a server that rested back
 * to the system, and takes it again in its first second, over several collections. Full load knows no such rest.
 */
const messagesToWarm = 200;

const metricBySide = {
  bare: 'relay.fanout',
  'y-websocket': 'relay.fanout_vs_y_websocket',
  hocuspocus: 'relay.fanout_vs_hocuspocus',
} as const;
export const fanOutMetrics: readonly string[] = Object.values(metricBySide);

export async function measureFanOut(load: Load, dataDir: string): Promise<readonly Figure[]> {
  const servers: Record<Side, ServerProcess> = {
    relay: await startRelayServer(dataDir),
    bare: await startBareServer(),
    'y-websocket': await startYWebsocketServer(),
    hocuspocus: await startHocuspocusServer(dataDir),
  };
  await load.tell({ kind: 'sign in', port: servers.relay.port, rooms });
  for (const to of sides) await load.tell({ kind: 'connect', to, port: servers[to].port, rooms });
  const rates: Record<Side, number>[] = [];
  // The first round only warms all of them up.
  for (let round = 0; round <= rounds; round++) {
    const rate: Record<Side, number> = { relay: 0, bare: 0, 'y-websocket': 0, hocuspocus: 0 };
    for (const on of sides) {
      await load.ask({ kind: 'round', on, messagesPerRoom: messagesToWarm }, 'perSecond');
      rate[on] = await load.ask({ kind: 'round', on, messagesPerRoom }, 'perSecond');
      await servers[on].quiet();
    }
    if (round > 0) rates.push(rate);
  }
  for (const from of sides) await load.tell({ kind: 'disconnect', from });
  for (const side of sides) await servers[side].stop();
  return Object.entries(metricBySide).map(([side, metric]) =>
    pairedFigure(
      metric,
      'deliveries/s',
      rates.map((rate) => ({ ours: rate.relay, baseline: rate[side as keyof typeof metricBySide] })),
    ),
  );
}
