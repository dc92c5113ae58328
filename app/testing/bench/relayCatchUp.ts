// relay.catch_up: a device comes back on one socket to 100 chats with 100 entries of a message each. The time is from its
// hello until it is live everywhere, proofs included; the bytes stand beside those of the sealed entries alone.
import { pairedFigure, soloFigure, type Figure } from './figure.ts';
import type { Load } from './load.ts';
import { startRelayServer } from './serverProcess.ts';

const rooms = 100;
const entriesPerRoom = 100;
const rounds = 7;

export async function measureCatchUp(load: Load, dataDir: string): Promise<readonly Figure[]> {
  const relay = await startRelayServer(dataDir);
  await load.tell({ kind: 'sign in', port: relay.port, rooms });
  await load.tell({ kind: 'connect', to: 'relay', port: relay.port, rooms });
  await load.tell({ kind: 'round', on: 'relay', messagesPerRoom: entriesPerRoom });
  await load.tell({ kind: 'disconnect', from: 'relay' });
  const times: number[] = [];
  const sizes: { ours: number; baseline: number }[] = [];
  // The first round only warms up.
  for (let round = 0; round <= rounds; round++) {
    const got = await load.tell({ kind: 'catch up', port: relay.port, rooms });
    const { ms = Number.NaN, bytes = Number.NaN, entries = 0, entryBytes = 0 } = got;
    if (entries !== rooms * entriesPerRoom) throw new Error(`${entries} entries came`);
    if (round > 0) times.push(ms);
    sizes.push({ ours: bytes, baseline: entries * entryBytes });
  }
  await relay.stop();
  return [soloFigure('relay.catch_up', 'ms', times), pairedFigure('relay.catch_up_bytes', 'bytes', sizes)];
}
