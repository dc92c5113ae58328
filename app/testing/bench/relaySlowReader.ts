// relay.slow_reader: 200 MB pass through a room while one of its readers reads nothing. How much the server's memory grows
// at most, beside the bare server's, which keeps all that the reader misses; and how fast the others get it, beside the
// same without the stalled reader.
import { pairedFigure, type Figure } from './figure.ts';
import type { Load } from './load.ts';
import type { Side } from './loadCommands.ts';
import { startBareServer, startRelayServer, type ServerProcess } from './serverProcess.ts';

const rounds = 3;
const megabytes = 200;
/** Brings code and pools to where they stay. */
const warmMegabytes = 50;

async function measureSide(load: Load, on: Side, server: ServerProcess) {
  if (on === 'relay') await load.tell({ kind: 'sign in', port: server.port, rooms: 1 });
  await load.tell({ kind: 'connect', to: on, port: server.port, rooms: 1 });
  const through = (isOneStalled: boolean, amount = megabytes) =>
    load.ask({ kind: 'pass', on, megabytes: amount, isOneStalled }, 'megabytesPerSecond');
  await through(false, warmMegabytes);
  const freePace = await through(false);
  const before = await server.residentBytes();
  const peak = server.watchPeak();
  const pace = await through(true);
  const growth = (peak() - before) / 1_000_000;
  await load.tell({ kind: 'disconnect', from: on });
  await server.stop();
  return { growth, pace, freePace };
}

export async function measureSlowReader(load: Load, dataDir: string): Promise<readonly Figure[]> {
  const growths: { ours: number; baseline: number }[] = [];
  const paces: { ours: number; baseline: number }[] = [];
  for (let round = 0; round < rounds; round++) {
    const ours = await measureSide(load, 'relay', await startRelayServer(dataDir));
    const bare = await measureSide(load, 'bare', await startBareServer());
    growths.push({ ours: ours.growth, baseline: bare.growth });
    paces.push({ ours: ours.pace, baseline: ours.freePace });
  }
  return [
    pairedFigure('relay.slow_reader', 'MB', growths),
    pairedFigure('relay.slow_reader_pace', 'MB/s', paces),
  ];
}
