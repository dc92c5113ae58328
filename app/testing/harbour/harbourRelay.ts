// The real relay on a folder of its own, which can be stopped, killed (a killed one leaves on its disk what it had written,
// and nobody hears of it again), wiped, and set back to an old copy.
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRelay, type Relay } from '../../../sync-server/relay/createRelay.ts';
import { openForReading } from '../../../sync-server/log/openForReading.ts';
import type { DocumentId } from '../../../shared/protocol/ids.ts';
import type { LogEvent } from '../../../sync-server/relay/logSink.ts';
import type { Chance } from './chance.ts';
import type { ClockView, VirtualClock } from './virtualClock.ts';

export const harbourOrigin = 'http://harbour.test';
export interface Backup {
  readonly folder: string;
}
interface Running {
  readonly relay: Relay;
  readonly view: ClockView;
}
/** All that the relay holds of a document. */
export interface HeldDocument {
  readonly id: DocumentId;
  readonly entries: readonly Uint8Array[];
  readonly snapshots: readonly Uint8Array[];
}
export type HarbourRelay = ReturnType<typeof createHarbourRelay>;

/** Memory where the system has a folder for it: the relay syncs every commit, and a run makes thousands. */
const base = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();
const folderPrefix = 'convo-harbour-';
const newFolder = () => mkdtempSync(join(base, `${folderPrefix}${process.pid}-`));

/** Removes what runs that were killed have left in memory: the folders of processes that live no more. */
export function removeAbandonedFolders(within = base) {
  for (const name of readdirSync(within)) {
    const pid = name.startsWith(folderPrefix)
      ? /^\d+(?=-)/.exec(name.slice(folderPrefix.length))?.[0]
      : undefined;
    if (pid !== undefined && !isAlive(Number(pid)))
      rmSync(join(within, name), { recursive: true, force: true });
  }
}

/** A process of somebody else's is alive, too. */
function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return !(error instanceof Error && 'code' in error && error.code === 'ESRCH');
  }
}

export function createHarbourRelay(clock: VirtualClock, chance: Chance) {
  let folder = newFolder();
  let running: Running | undefined;
  const logged: string[] = [];
  const bugs: string[] = [];

  const backups: string[] = [];
  const twins: Running[] = [];
  const databaseFiles = () => readdirSync(folder).filter((name) => name.startsWith('relay.db'));
  let forgotAt: number | undefined;
  const removeDatabase = () => {
    forgotAt = clock.now();
    for (const name of databaseFiles()) rmSync(join(folder, name));
  };

  const onEvent = (event: LogEvent) => {
    logged.push(JSON.stringify(event));
    if (event.event === 'bug') bugs.push(JSON.stringify(event));
  };

  const createOn = (dataDir: string, view: ClockView) =>
    createRelay({
      dataDir,
      registration: 'invite',
      publicOrigin: harbourOrigin,
      clock: view,
      random: chance.bytes,
      rateFactor: 1000,
      logSink: onEvent,
    });
  function start() {
    const view = clock.view();
    const relay = createOn(folder, view);
    running = { relay, view };
    return relay;
  }

  return {
    start,
    relay: () => running?.relay,
    logged: (): readonly string[] => logged,
    /** Faults of its own that it reported. */
    bugs: (): readonly string[] => bugs,
    async stop() {
      const stopping = running;
      running = undefined;
      await stopping?.relay.close();
      stopping?.view.stop();
    },
    /** @param cutAll takes the sockets down in the same moment. */
    async kill(cutAll: () => void) {
      const killed = running;
      running = undefined;
      killed?.view.stop();
      cutAll();
      // SQLite's lock is the process's: what the killed one would have left is copied, and its ghost closed beside it.
      const before = folder;
      folder = newFolder();
      cpSync(before, folder, { recursive: true });
      await killed?.relay.close();
      rmSync(before, { recursive: true });
    },
    /** Stopped, and its database and write-ahead log deleted; what lies beside them stays. */
    async wipe() {
      await this.stop();
      removeDatabase();
    },
    /** Stopped, and all of its folder deleted: what starts next in its place is another relay. */
    async forgetKey() {
      await this.stop();
      for (const name of readdirSync(folder)) rmSync(join(folder, name));
    },
    /** When it last lost its database, or had an old one put in its place. */
    forgotAt: () => forgotAt,
    /**
     * Another relay with the same key and all that this one has now; each goes on by itself. Closed with this one.
     */
    twin(): Relay {
      const copy = newFolder();
      backups.push(copy);
      cpSync(folder, copy, { recursive: true });
      const view = clock.view();
      const relay = createOn(copy, view);
      twins.push({ relay, view });
      return relay;
    },
    /** A copy of its database as it is now; the relay goes on. */
    backup(): Backup {
      const copy = newFolder();
      backups.push(copy);
      for (const name of databaseFiles()) cpSync(join(folder, name), join(copy, name));
      return { folder: copy };
    },
    /** Stopped, and an old copy in the place of its database. */
    async restore({ folder: copy }: Backup) {
      await this.stop();
      removeDatabase();
      for (const name of readdirSync(copy)) cpSync(join(copy, name), join(folder, name));
    },
    /** All that it holds of documents, read from a copy; nothing where it has no database. */
    held(): readonly HeldDocument[] {
      const copy = newFolder();
      for (const name of databaseFiles()) cpSync(join(folder, name), join(copy, name));
      const reading = openForReading(join(copy, 'relay.db'));
      const documents = reading.ok
        ? reading.value.documents().map(({ documentId, entries, snapshots }) => ({
            id: documentId,
            entries: [...entries()].map(({ bytes }) => bytes),
            snapshots: snapshots().map(({ bytes }) => bytes),
          }))
        : [];
      if (reading.ok) reading.value.close();
      rmSync(copy, { recursive: true });
      return documents;
    },
    /** Everything on its disk. */
    files: (): readonly Uint8Array[] => readdirSync(folder).map((name) => readFileSync(join(folder, name))),
    async close() {
      await this.stop();
      for (const { relay, view } of twins) {
        await relay.close();
        view.stop();
      }
      for (const path of [folder, ...backups]) rmSync(path, { recursive: true, force: true });
    },
  };
}
