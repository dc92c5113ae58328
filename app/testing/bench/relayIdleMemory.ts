// relay.idle_memory: what a second thousand connections adds to a server that holds one. Each of ours is signed
// in, has proven a chat and follows a document, five to a chat; a bare one is in a room.
import { pairedFigure, type Figure } from './figure.ts';
import type { Load } from './load.ts';
import { startBareServer, startRelayServer, type ServerProcess } from './serverProcess.ts';

const rooms = 200;
export const idleRooms = 2 * rooms;
const connections = 1000;
const rounds = 3;

/**
 * Tokens are fetched first: what a thousand HTTP requests leave behind in the heap is not what a connection holds. The
 * first thousand connections bring the code and the pools of both to where they stay.
 */
async function bytesPerConnection(
  load: Load,
  side: 'relay' | 'bare',
  server: ServerProcess,
): Promise<number> {
  if (side === 'relay') await load.tell({ kind: 'sign in', port: server.port, rooms: idleRooms });
  await load.tell({ kind: 'connect', to: side, port: server.port, rooms });
  const before = await server.residentBytes();
  await load.tell({ kind: 'connect', to: side, port: server.port, rooms: idleRooms });
  const after = await server.residentBytes();
  await load.tell({ kind: 'disconnect', from: side });
  await server.stop();
  return (after - before) / connections;
}

export async function measureIdleMemory(load: Load, dataDir: string): Promise<readonly Figure[]> {
  const pairs: { ours: number; baseline: number }[] = [];
  for (let round = 0; round < rounds; round++) {
    const ours = await bytesPerConnection(load, 'relay', await startRelayServer(dataDir));
    const baseline = await bytesPerConnection(load, 'bare', await startBareServer());
    pairs.push({ ours, baseline });
  }
  return [pairedFigure('relay.idle_memory', 'bytes/connection', pairs)];
}
