// relay.fanout and relay.idle_memory: the relay against a bare `ws` server, on one machine and in turns.
import { fork } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LoadAnswer, LoadCommand } from './fanOutLoad.ts';
import { pairedFigure, type Figure, type FigureGroup } from './figure.ts';
import { startBareServer, startRelayServer, type ServerProcess } from './serverProcess.ts';

const fanOutRounds = 7;
const messagesPerRoom = 400;
const memoryRounds = 3;
const rooms = 200;
const warmRooms = 40;
const connections = 1000;

function startLoad() {
  const child = fork(join(import.meta.dirname, 'fanOutLoad.ts'));
  return {
    async tell(command: LoadCommand): Promise<number> {
      const answered = new Promise<LoadAnswer>((resolve, reject) => {
        child.once('message', (answer: LoadAnswer) => resolve(answer));
        child.once('exit', (code) => reject(new Error(`the load generator ended with ${code}`)));
      });
      child.send(command);
      const answer = await answered;
      child.removeAllListeners('exit');
      if ('error' in answer) throw new Error(answer.error);
      return answer.perSecond;
    },
    stop: () => void child.kill(),
  };
}
type Load = ReturnType<typeof startLoad>;

async function measureFanOut(load: Load, dataDir: string): Promise<Figure> {
  const [relay, bare] = [await startRelayServer(dataDir), await startBareServer()];
  await load.tell({ kind: 'sign in', port: relay.port });
  await load.tell({ kind: 'connect', to: 'relay', port: relay.port, rooms });
  await load.tell({ kind: 'connect', to: 'bare', port: bare.port, rooms });
  const rounds: { ours: number; baseline: number }[] = [];
  // The first round only warms both up.
  for (let round = 0; round <= fanOutRounds; round++) {
    const ours = await load.tell({ kind: 'round', on: 'relay', messagesPerRoom });
    const baseline = await load.tell({ kind: 'round', on: 'bare', messagesPerRoom });
    if (round > 0) rounds.push({ ours, baseline });
  }
  await load.tell({ kind: 'disconnect', from: 'relay' });
  await load.tell({ kind: 'disconnect', from: 'bare' });
  await Promise.all([relay.stop(), bare.stop()]);
  return pairedFigure('relay.fanout', 'deliveries/s', rounds);
}

/**
 * What a thousand connections add to a server that has served some before, so that its code is warm. Tokens are fetched
 * earlier: what a thousand HTTP requests at once leave behind in the heap is not what a connection holds.
 */
async function bytesPerConnection(
  load: Load,
  side: 'relay' | 'bare',
  server: ServerProcess,
): Promise<number> {
  if (side === 'relay') await load.tell({ kind: 'sign in', port: server.port });
  await load.tell({ kind: 'connect', to: side, port: server.port, rooms: warmRooms });
  await load.tell({ kind: 'disconnect', from: side });
  const before = await server.residentBytes();
  await load.tell({ kind: 'connect', to: side, port: server.port, rooms });
  const after = await server.residentBytes();
  await load.tell({ kind: 'disconnect', from: side });
  await server.stop();
  return (after - before) / connections;
}

async function measureIdleMemory(load: Load, dataDir: string): Promise<Figure> {
  const rounds: { ours: number; baseline: number }[] = [];
  for (let round = 0; round < memoryRounds; round++) {
    const ours = await bytesPerConnection(load, 'relay', await startRelayServer(dataDir));
    const baseline = await bytesPerConnection(load, 'bare', await startBareServer());
    rounds.push({ ours, baseline });
  }
  return pairedFigure('relay.idle_memory', 'bytes/connection', rounds);
}

export const relayFigures: FigureGroup = {
  metrics: ['relay.fanout', 'relay.idle_memory'],
  async measure(wanted) {
    const dataDir = mkdtempSync(join(tmpdir(), 'convo-bench-data-'));
    const load = startLoad();
    const figures: Figure[] = [];
    try {
      const first = await startRelayServer(dataDir);
      await load.tell({ kind: 'populate', port: first.port, rooms });
      await first.stop();
      if (wanted('relay.idle_memory')) figures.push(await measureIdleMemory(load, dataDir));
      if (wanted('relay.fanout')) figures.push(await measureFanOut(load, dataDir));
    } finally {
      load.stop();
      rmSync(dataDir, { recursive: true, force: true });
    }
    return figures;
  },
};
