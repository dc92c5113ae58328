// relay.idle_memory: what each further thousand connections adds to the resident memory of a server that holds one
// thousand already. Each of ours is signed in, has proven a chat and follows a document, five to a chat; a bare one is
// in a room.
import { pairedFigure, type Figure } from './figure.ts';
import type { Load } from './load.ts';
import { startBareServer, startRelayServer, type ServerProcess } from './serverProcess.ts';

const roomsPerStep = 200;
const connectionsPerStep = 1000;
const steps = 4;
export const idleRooms = (1 + steps) * roomsPerStep;
const rounds = 2;

/**
 * Why it is just: garbage is collected before each look, and then what became resident in either server is, within a
 * tenth, what the engine says that its heap grew by (2.9 KB for a bare socket). The first thousand is not counted: it
 * brings code, pools and the allocator's reserves to where they stay, 13 MB in the bare server, which would flatter ours.
 * The handle of a socket lies outside of the heap and comes out of those reserves in both, which flatters the bare one.
 * Tokens are fetched first, because they end after ten minutes; no connection holds on to one.
 */
async function bytesPerConnection(
  load: Load,
  side: 'relay' | 'bare',
  server: ServerProcess,
): Promise<readonly number[]> {
  if (side === 'relay') await load.tell({ kind: 'sign in', port: server.port, rooms: idleRooms });
  await load.tell({ kind: 'connect', to: side, port: server.port, rooms: roomsPerStep });
  const added: number[] = [];
  let before = await server.residentBytes();
  for (let step = 1; step <= steps; step++) {
    await load.tell({ kind: 'connect', to: side, port: server.port, rooms: (1 + step) * roomsPerStep });
    const after = await server.residentBytes();
    added.push((after - before) / connectionsPerStep);
    before = after;
  }
  await load.tell({ kind: 'disconnect', from: side });
  await server.stop();
  return added;
}

export async function measureIdleMemory(load: Load, dataDir: string): Promise<readonly Figure[]> {
  const pairs: { ours: number; baseline: number }[] = [];
  for (let round = 0; round < rounds; round++) {
    const ours = await bytesPerConnection(load, 'relay', await startRelayServer(dataDir));
    const bare = await bytesPerConnection(load, 'bare', await startBareServer());
    for (const [step, bytes] of ours.entries())
      pairs.push({ ours: bytes, baseline: bare[step] ?? Number.NaN });
  }
  return [pairedFigure('relay.idle_memory', 'bytes/connection', pairs)];
}
