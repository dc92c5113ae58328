// A client without a screen: the real engine on real floors, with an IndexedDB in memory. Bots, scenarios and loads are
// made of these.
import 'fake-indexeddb/auto';
import { carryOut, logFailure } from '../../chat/carryOut.ts';
import type { ChatClient } from '../../chat/client.ts';
import { createEngine, type Engine, type EngineDeps } from '../../chat/engine.ts';
import { createEphemeral, type Ephemeral } from '../../chat/ephemeral.ts';
import { createLocalClient } from '../../chat/localClient.ts';
import { createQueries, type Queries } from '../../chat/queries.ts';
import { platformRandom } from '../../crypto/random.ts';
import { openStorage, type Storage } from '../../storage/storage.ts';
import { platformClock } from '../../sync/clock.ts';

export interface Headless {
  readonly client: ChatClient;
  readonly engine: Engine;
  readonly queries: Queries;
  readonly storage: Storage;
  readonly ephemeral: Ephemeral;
  close(): Promise<void>;
  /** As a killed process: nothing is flushed, and the disk is out of its reach. */
  abandon(): void;
}
export type HeadlessOptions = Pick<EngineDeps, 'origin' | 'fetch' | 'openSocket'> &
  Partial<Pick<EngineDeps, 'clock' | 'random' | 'onArrived' | 'limits' | 'maxOpen' | 'projection'>> & {
    /** The database's name: opening the same one again is the same device after a restart. */
    readonly name: string;
  };

export async function createHeadless(options: HeadlessOptions): Promise<Headless> {
  const clock = options.clock ?? platformClock;
  const storage = await openStorage(options.name);
  const ephemeral = createEphemeral(clock.now());
  const engine = await createEngine({
    storage,
    origin: options.origin,
    fetch: options.fetch,
    openSocket: options.openSocket,
    clock,
    random: options.random ?? platformRandom,
    ephemeral,
    ...(options.limits ? { limits: options.limits } : {}),
    ...(options.maxOpen ? { maxOpen: options.maxOpen } : {}),
    ...(options.projection ? { projection: options.projection } : {}),
    onFirstMessage: () => {},
    onArrived: options.onArrived ?? (() => {}),
  });
  const queries = createQueries({ storage, ephemeral, isEngineHere: () => true, nowMs: () => clock.now() });
  let isOver = false;
  // What was under way when it ended has to fail, and isn't worth a line.
  const command: ChatClient['command'] = (given) =>
    carryOut(engine, given, (failed, error) => isOver || logFailure(failed, error));
  return {
    client: createLocalClient({ storage, queries, ephemeral, command }),
    engine,
    queries,
    storage,
    ephemeral,
    async close() {
      isOver = true;
      await engine.close();
      storage.close();
    },
    abandon() {
      isOver = true;
      storage.close();
    },
  };
}
