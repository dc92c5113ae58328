// The real relay as a process of its own on a free loopback port, with a data folder of its own; it can be stopped,
// killed, started again on the same data, and replaced by something that accepts and never answers.
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface RelayProcess {
  readonly origin: string;
  readonly dataDir: string;
  /** The one-time link; printed until there is an administrator. */
  administratorLink(): string;
  /** Everything it printed. */
  output(): string;
  /** Of the running process; 0 while there is none. */
  pid(): number;
  stop(signal?: 'SIGTERM' | 'SIGKILL'): Promise<void>;
  start(): Promise<void>;
  /** A server on the same port that takes connections and says nothing, until the returned function is called. */
  beMute(): Promise<() => Promise<void>>;
  close(): Promise<void>;
}

const main = join(import.meta.dirname, '../../../sync-server/main.ts');

export async function startRelay(env: Readonly<Record<string, string>> = {}): Promise<RelayProcess> {
  const port = await freePort();
  const dataDir = mkdtempSync(join(tmpdir(), 'convo-relay-'));
  let child: ChildProcess | undefined;
  let output = '';

  async function start() {
    const started = spawn(process.execPath, [main], {
      env: { ...process.env, PORT: String(port), DATA_DIR: dataDir, RATE_FACTOR: '100', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    child = started;
    await new Promise<void>((resolve, reject) => {
      let sinceStart = '';
      const read = (chunk: Buffer) => {
        output += chunk.toString();
        sinceStart += chunk.toString();
        if (sinceStart.includes('Convo is running')) resolve();
      };
      started.stdout.on('data', read);
      started.stderr.on('data', read);
      started.once('exit', (code) => reject(new Error(`the relay ended with ${code}: ${sinceStart}`)));
    });
  }
  async function stop(signal: 'SIGTERM' | 'SIGKILL' = 'SIGTERM') {
    const ending = child;
    child = undefined;
    if (!ending || ending.exitCode !== null) return;
    const ended = new Promise((resolve) => ending.once('exit', resolve));
    ending.kill(signal);
    await ended;
  }
  await start();

  return {
    origin: `http://localhost:${port}`,
    dataDir,
    administratorLink() {
      const link = /http\S+#admin=\S+/.exec(output)?.[0];
      if (link === undefined) throw new Error(`no administrator's link in: ${output}`);
      return link;
    },
    output: () => output,
    pid: () => child?.pid ?? 0,
    start,
    stop,
    async beMute() {
      const sockets = new Set<Socket>();
      const server: Server = createServer((socket) => sockets.add(socket));
      await new Promise<void>((resolve) => server.listen(port, resolve));
      return async () => {
        for (const socket of sockets) socket.destroy();
        await new Promise((resolve) => server.close(resolve));
      };
    },
    async close() {
      await stop();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
