// Starts a server under measurement as a process of its own, and asks it for its memory.
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../browser/relayProcess.ts';

export interface ServerProcess {
  readonly port: number;
  /** Bytes, after a garbage collection. */
  residentBytes(): Promise<number>;
  /** CPU seconds used so far. */
  cpuSeconds(): number;
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
    cpuSeconds: () => cpuSecondsOf(child.pid ?? 0),
    async stop() {
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGTERM');
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

/** User and system time from /proc, where there is one; 0 elsewhere. */
function cpuSecondsOf(pid: number): number {
  const file = `/proc/${pid}/stat`;
  if (!existsSync(file)) return 0;
  const fields = readFileSync(file, 'utf8').split(') ')[1]?.split(' ') ?? [];
  const ticksPerSecond = 100;
  return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond;
}

export const startBareServer = () =>
  launch({ script: join(here, 'bareServer.ts'), readyText: 'listening', env: {} });

export const startRelayServer = (dataDir: string) =>
  launch({
    script: join(here, '../../../sync-server/main.ts'),
    readyText: 'Convo is running',
    env: { DATA_DIR: dataDir, REGISTRATION: 'open', RATE_FACTOR: '1000000', LOG: 'off', HOST: '127.0.0.1' },
  });
