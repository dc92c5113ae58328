// Starts a server under measurement as a process of its own, and asks it for its memory.
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort } from '../browser/relayProcess.ts';

export interface ServerProcess {
  readonly port: number;
  /** Bytes, after a garbage collection. */
  residentBytes(): Promise<number>;
  /** The most that was resident until the returned function is called, which says how many bytes. */
  watchPeak(): () => number;
  /** Waits until it has nothing left to do: some servers store later what they passed on. */
  quiet(): Promise<void>;
  stop(): Promise<void>;
}

const here = import.meta.dirname;
const probe = join(here, 'memoryProbe.mjs');

interface Launch {
  readonly script: string;
  /** It prints this when it listens. */
  readonly readyText: string;
  readonly env: Readonly<Record<string, string>>;
}

async function launch({ script, readyText, env }: Launch): Promise<ServerProcess> {
  const port = await freePort();
  const folder = mkdtempSync(join(tmpdir(), 'convo-bench-'));
  const probeFile = join(folder, 'memory.json');
  const child = spawn(process.execPath, ['--import', probe, script], {
    env: { ...process.env, ...env, PORT: String(port), MEMORY_PROBE: probeFile, NODE_ENV: 'production' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await ready(child, readyText);

  return {
    port,
    async residentBytes() {
      rmSync(probeFile, { force: true });
      child.kill('SIGUSR2');
      while (!existsSync(probeFile)) await sleep(50);
      await sleep(50);
      return Number(/"resident":(\d+)/.exec(readFileSync(probeFile, 'utf8'))?.[1]);
    },
    watchPeak() {
      let peak = 0;
      const look = () => (peak = Math.max(peak, residentBytesOf(child.pid ?? 0)));
      const timer = setInterval(look, 20);
      return () => {
        clearInterval(timer);
        look();
        return peak;
      };
    },
    async quiet() {
      let [before, now] = [0, cpuMsOf(child.pid ?? 0)];
      do {
        before = now;
        await sleep(quietMs);
        now = cpuMsOf(child.pid ?? 0);
      } while (now - before > quietShare * quietMs);
    },
    async stop() {
      const ended = new Promise((resolve) => child.once('exit', resolve));
      // Nobody wants what it holds; a peer that first stores it all would keep the next measurement waiting.
      child.kill('SIGKILL');
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

async function ready(child: ChildProcess, text: string): Promise<void> {
  let output = '';
  await new Promise<void>((resolve, reject) => {
    child.stdout?.on('data', (chunk: Buffer) => {
      output += chunk.toString();
      if (output.includes(text)) resolve();
    });
    child.once('exit', (code) => reject(new Error(`the server ended with ${code}: ${output}`)));
  });
}

/** Quiet is a second with less than a twentieth of it at work. */
const quietMs = 1000;
const quietShare = 0.05;

/** User and system time from /proc, where there is one; 0 elsewhere. */
function cpuMsOf(pid: number): number {
  const file = `/proc/${pid}/stat`;
  if (!existsSync(file)) return 0;
  const fields = readFileSync(file, 'utf8').split(') ')[1]?.split(' ') ?? [];
  const msPerTick = 10;
  return (Number(fields[11]) + Number(fields[12])) * msPerTick;
}

function residentBytesOf(pid: number): number {
  const file = `/proc/${pid}/statm`;
  if (!existsSync(file)) return 0;
  const pageBytes = 4096;
  return Number(readFileSync(file, 'utf8').split(' ')[1]) * pageBytes;
}

export const startBareServer = () =>
  launch({ script: join(here, 'bareServer.ts'), readyText: 'listening', env: {} });

export const startRelayServer = (dataDir: string) =>
  launch({
    script: join(here, '../../../sync-server/main.ts'),
    readyText: 'Convo is running',
    env: { DATA_DIR: dataDir, REGISTRATION: 'open', RATE_FACTOR: '1000000', LOG: 'off', HOST: '127.0.0.1' },
  });

/** Keeps documents in memory, as it does without further options. */
export const startYWebsocketServer = () =>
  launch({
    script: fileURLToPath(import.meta.resolve('@y/websocket-server/server')),
    readyText: 'running at',
    env: { HOST: '127.0.0.1' },
  });

export const startHocuspocusServer = (dataDir: string) =>
  launch({
    script: join(here, 'hocuspocusServer.ts'),
    readyText: 'listening',
    env: { DATABASE: join(dataDir, 'hocuspocus.db') },
  });
