// The whole relay without a network: its HTTP side as a Hono app, and a door for sockets of any kind. Whoever listens
// (main.ts), or stands in for a network (tests), stays outside.
import { mkdirSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { Hono } from 'hono';
import type { Bytes } from '../../shared/codec/bytes.ts';
import type { Registration } from '../../shared/protocol/http.ts';
import { encodeDown } from '../../shared/protocol/frames/down.ts';
import { createApp } from '../app.ts';
import { createAdministrator } from '../auth/administrator.ts';
import { createChallenges } from '../auth/challenges.ts';
import { openNameBook } from '../auth/nameBook.ts';
import { loadRelayKey } from '../auth/relayKey.ts';
import { createTokens } from '../auth/tokens.ts';
import { createLog, type Log } from '../log/createLog.ts';
import type { Env } from '../routes/answers.ts';
import { addressOfCaller, type Caller } from '../routes/callers.ts';
import { diskFullLogMs, maxAnonymousOfAddress, maxAnonymousSockets, maxHeldPartBytes } from './bounds.ts';
import { createChatRooms } from './chatRooms.ts';
import { systemClock, type Clock } from './clock.ts';
import { createConnection, type Connection, type ConnectionDeps } from './connection.ts';
import { createGroupCommit } from './groupCommit.ts';
import { describeBug, type LogEvent, type LogSink } from './logSink.ts';
import { createPostOffice } from './postOffice.ts';
import { createRates } from './rates.ts';
import { createPartsPool } from './snapshotParts.ts';
import { closeCodes, type SocketPort } from './socketPort.ts';
import { createStrangers } from './strangers.ts';
import { createUpkeep } from './upkeep.ts';
import { createWiping } from './wiping.ts';

export interface RelayOptions {
  /** Holds relay.db, relay.key and relay.names; made if it isn't there. */
  readonly dataDir: string;
  readonly registration: Registration;
  /** Where people reach this relay, without a slash at the end. */
  readonly publicOrigin: string;
  /** The built app; left out, the relay serves its API alone. */
  readonly pagesFolder?: string;
  readonly clock?: Clock;
  readonly random?: (length: number) => Bytes;
  readonly logSink?: LogSink;
  /** Believe `X-Forwarded-For`: only behind a proxy that sets it. */
  readonly trustProxy?: boolean;
  /** Loosens all rate limits; 1 is meant for people. */
  readonly rateFactor?: number;
  /**
   * The disk has failed under a commit, and the process has to end. Only with it the relay goes on while the disk is at
   * work on a large commit.
   */
  readonly diskLost?: (error: unknown) => void;
}
export interface Relay {
  readonly app: Hono<Env>;
  /** Who can't say where a socket comes from leaves that out: those count as one address. */
  connect(socket: SocketPort, caller?: Caller): Connection;
  /** Says in the log that people can come in: for whoever listens, once that has succeeded. */
  reportStarted(): void;
  /** The one-time link; undefined once there is an administrator, or while one is awaited. */
  administratorLink(): string | undefined;
  /** The administrator is somebody whom the database has forgotten, and who may still come back. */
  isAdministratorAwaited(): boolean;
  /** Stands in for a full disk: the database may not grow over so many pages; 0 lifts the limit. */
  setMaxPageCount(pages: number): void;
  /** Stores what waits, says goodbye to every socket and closes the database. */
  close(): Promise<void>;
}

const platformRandom = (length: number): Bytes => crypto.getRandomValues(new Uint8Array(length));

/** Throws what opening its files throws; `startFailure.ts` has the sentences. */
export function createRelay(options: RelayOptions): Relay {
  const {
    dataDir,
    registration,
    publicOrigin,
    pagesFolder,
    logSink,
    trustProxy = false,
    rateFactor = 1,
    diskLost,
  } = options;
  const { clock = systemClock, random = platformRandom } = options;
  const now = () => clock.now();
  const report = (event: LogEvent) => logSink?.({ time: new Date(clock.now()).toISOString(), ...event });
  const reportBug = (place: string, error: unknown) => report(describeBug(place, error));

  makeFolder(dataDir);
  let diskFullAt = -Infinity;
  const log = createLog({
    path: join(dataDir, 'relay.db'),
    random,
    onDiskFull() {
      if (clock.now() - diskFullAt < diskFullLogMs) return;
      diskFullAt = clock.now();
      report({ event: 'disk-full' });
    },
  });
  const commit = createGroupCommit({ log, diskLost, clock, reportBug });
  const { key: relayKey, isNew } = loadKeyBeside(log, join(dataDir, 'relay.key'), random);
  const names = openNameBook({ path: join(dataDir, 'relay.names'), log, flush: commit.flush, relayKey, now });
  const administrator = createAdministrator({ log, relayKey, names });
  const tokens = createTokens({ log, flush: commit.flush, now, random });
  const challenges = createChallenges({ now, random });
  const rates = createRates(clock, rateFactor);
  const wiping = createWiping({ log, clock, reportBug });
  const chatRooms = createChatRooms({ log, flush: commit.flush });
  const postOffice = createPostOffice({ log, commit, relayKey });
  const app = createApp(
    {
      log,
      relayKey,
      administrator,
      names,
      registration,
      challenges,
      tokens,
      rates,
      chatRooms,
      commit,
      trustProxy,
      now,
      report,
    },
    publicOrigin,
    pagesFolder,
  );

  const connections = new Set<Connection>();
  const strangers = createStrangers(maxAnonymousSockets, maxAnonymousOfAddress * rateFactor);
  let isClosed = false;
  const deps: ConnectionDeps = {
    clock,
    random,
    relayKey: relayKey.publicKey,
    log,
    tokens,
    chatRooms,
    postOffice,
    commit,
    wiping,
    partsPool: createPartsPool(clock, maxHeldPartBytes),
    mailRate: rates.mail,
    publishRate: rates.publish,
    reportBug,
  };

  const upkeep = createUpkeep(deps);
  const ended = (connection: Connection) => void connections.delete(connection);

  tokens.onRevoked((family) => {
    for (const connection of connections)
      if (connection.family === family) connection.dismiss('signed out', 0);
  });

  return {
    app,
    connect(socket, caller = unknownCaller) {
      const leave = isClosed ? undefined : strangers.enter(addressOfCaller(caller, trustProxy));
      if (!leave) {
        socket.send(encodeDown({ type: 'bye', reason: 'busy', retryAfterMs: 5000 }));
        socket.close(closeCodes.tryAgainLater, 'busy');
        return nobody;
      }
      const connection = createConnection(deps, socket, leave, ended);
      connections.add(connection);
      return connection;
    },
    reportStarted: () =>
      report({ event: 'started', registration, isNewKey: isNew, awaitedNames: names.missingCount }),
    administratorLink: () => administrator.link(publicOrigin),
    isAdministratorAwaited: administrator.isAwaited,
    setMaxPageCount: log.setMaxPageCount,
    close: async () => {
      if (isClosed) return;
      isClosed = true;
      const count = connections.size;
      upkeep.close();
      commit.flush();
      wiping.flush();
      for (const connection of connections) connection.dismiss('shutting down', 1000);
      commit.flush();
      log.close();
      report({ event: 'stopped', connections: count });
    },
  };
}

function loadKeyBeside(log: Log, path: string, random: (length: number) => Bytes) {
  try {
    return loadRelayKey(path, random, log.accounts.isAny());
  } catch (error) {
    log.close();
    throw error;
  }
}

const unknownCaller: Caller = { forwardedFor: undefined, remoteAddress: undefined };

/** Of a socket that was not let in. */
const nobody: Connection = {
  receive() {},
  receivedTooLarge() {},
  closed() {},
  drained() {},
  dismiss() {},
  family: undefined,
};

/** Not `recursive`: on a file system that takes no folders (such as /proc) Node 24 then tries for ever. */
function makeFolder(path: string) {
  const make = () => mkdirSync(path, { mode: 0o700 });
  const codeOf = (error: unknown) => (error instanceof Error && 'code' in error ? error.code : undefined);
  try {
    make();
  } catch (error) {
    if (codeOf(error) === 'EEXIST' && statSync(path).isDirectory()) return;
    if (codeOf(error) !== 'ENOENT' || dirname(resolve(path)) === resolve(path)) throw error;
    makeFolder(dirname(resolve(path)));
    // Its parent is there now; a second refusal is final.
    make();
  }
}
