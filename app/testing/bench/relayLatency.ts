// relay.ack_p50 and relay.p99 at light load: 200 messages a second over 200 rooms of five, a five-hundredth of what the
// relay can pass on. Ours is on the disk before anyone hears of it; the bare server's p99 stands beside it.
import { pairedFigure, soloFigure, type Figure } from './figure.ts';
import type { Load } from './load.ts';
import { startBareServer, startRelayServer } from './serverProcess.ts';

const rooms = 200;
const rounds = 5;
const messages = 1000;
const perSecond = 200;

export const latencyMetrics = ['relay.ack_p50', 'relay.p99'];

export async function measureLatency(load: Load, dataDir: string): Promise<readonly Figure[]> {
  const [relay, bare] = [await startRelayServer(dataDir), await startBareServer()];
  await load.tell({ kind: 'sign in', port: relay.port, rooms });
  await load.tell({ kind: 'connect', to: 'relay', port: relay.port, rooms });
  await load.tell({ kind: 'connect', to: 'bare', port: bare.port, rooms });
  const acks: number[] = [];
  const deliveries: { ours: number; baseline: number }[] = [];
  for (let round = 0; round <= rounds; round++) {
    const ours = await load.tell({ kind: 'light load', on: 'relay', messages, perSecond });
    const baseline = await load.ask({ kind: 'light load', on: 'bare', messages, perSecond }, 'deliveryP99');
    // The first round only warms both up.
    if (round === 0) continue;
    acks.push(ours['ackP50'] ?? Number.NaN);
    deliveries.push({ ours: ours['deliveryP99'] ?? Number.NaN, baseline });
  }
  await load.tell({ kind: 'disconnect', from: 'relay' });
  await load.tell({ kind: 'disconnect', from: 'bare' });
  await Promise.all([relay.stop(), bare.stop()]);
  return [soloFigure('relay.ack_p50', 'ms', acks), pairedFigure('relay.p99', 'ms', deliveries)];
}
