// The relay as a process: how it starts, why it doesn't, and how it stops.
import { spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { WebSocket } from 'ws';
import { startCursor } from '../shared/protocol/frames/cursor.ts';
import { parseDown } from '../shared/protocol/frames/down.ts';
import { encodeUp, type UpFrame } from '../shared/protocol/frames/up.ts';
import { maxInFlight } from '../shared/protocol/limits.ts';
import { protocolVersion } from '../shared/protocol/version.ts';
import { createRelay } from './relay/createRelay.ts';
import { newChat, newDocumentId, newTestSession, proofOf } from './testing/testChat.ts';
import { ask, signedUp, type Ask } from './testing/testUser.ts';

const main = join(import.meta.dirname, 'main.ts');

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'convo-main-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

function run(env: Record<string, string>, under: readonly string[] = []) {
  const [command = '', ...args] = [...under, process.execPath, main];
  const child = spawn(command, args, { env: { ...process.env, ...env }, stdio: 'pipe' });
  onTestFinished(() => void child.kill('SIGKILL'));
  let [out, err] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => void (out += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => void (err += chunk.toString()));
  const ended = new Promise<number | null>((resolve) => child.on('close', (code) => resolve(code)));
  const says = async (text: string | RegExp): Promise<string> => {
    while (!(typeof text === 'string' ? out.includes(text) : text.test(out))) {
      const isOver = await Promise.race([
        ended.then(() => true),
        new Promise((resolve) => setTimeout(resolve, 20)),
      ]);
      if (isOver === true) throw new Error(`it ended with: ${out}${err}`);
    }
    return out;
  };
  return { child, ended, says, output: () => out, errors: () => err };
}

const freePort = () =>
  new Promise<number>((resolve) => {
    const server = createServer().listen(0, () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });

test('[R28] it prints where to go and the administrator’s link, and stops when asked', async () => {
  const port = await freePort();
  const dataDir = join(newFolder(), 'data');
  const relay = run({ PORT: String(port), DATA_DIR: dataDir });
  const printed = await relay.says('README');
  expect(printed).toContain(`http://localhost:${port}\n`);
  expect(printed).toMatch(new RegExp(`http://localhost:${port}/join#admin=[\\w-]{43}\n`));
  expect(await (await fetch(`http://localhost:${port}/healthz`)).text()).toBe('ok\n');
  expect(statSync(dataDir).mode & 0o777).toBe(0o700);
  const token = /#admin=([\w-]+)/.exec(printed)?.[1] ?? '-';
  expect(printed).toContain('"event":"started"');
  for (const line of printed.split('\n').filter((text) => text.startsWith('{')))
    expect(line).not.toContain(token);
  relay.child.kill('SIGTERM');
  expect(await relay.ended).toBe(0);
  expect(relay.output()).toContain('"event":"stopped"');
  expect(readdirSync(dataDir).sort()).toEqual(['relay.db', 'relay.key', 'relay.names']);
});

test('[A16] without its database it says that its administrator can come back, and prints no link', async () => {
  const dataDir = join(newFolder(), 'data');
  const before = createRelay({ dataDir, registration: 'invite', publicOrigin: 'http://relay.test' });
  const token = before.administratorLink()?.split('#admin=')[1] ?? '';
  await signedUp((path, init) => before.app.request(path, init), 'ann', { kind: 'administrator', token });
  await before.close();
  rmSync(join(dataDir, 'relay.db'));
  const relay = run({ PORT: String(await freePort()), DATA_DIR: dataDir });
  const printed = await relay.says('README');
  expect(printed).not.toContain('#admin=');
  const sentence = `stop Convo, delete ${join(dataDir, 'relay.names')}, and start it again`;
  expect(printed).toContain(sentence);
  relay.child.kill('SIGTERM');
  expect(await relay.ended).toBe(0);
  rmSync(join(dataDir, 'relay.names'));
  const again = run({ PORT: String(await freePort()), DATA_DIR: dataDir });
  expect(await again.says('README')).toContain('#admin=');
});

test('[R28] whatever keeps it from starting is one sentence and exit code 1', async () => {
  const folder = newFolder();
  writeFileSync(join(folder, 'file'), '');
  const blocker = createServer();
  const port = await new Promise<number>((resolve) =>
    blocker.listen(0, () => {
      const address = blocker.address();
      resolve(typeof address === 'object' && address ? address.port : 0);
    }),
  );
  onTestFinished(() => void blocker.close());
  const sentences: [Record<string, string>, RegExp][] = [
    [{ PORT: String(port), DATA_DIR: join(folder, 'a') }, /^Port \d+ is in use: .+\n$/],
    [{ PORT: '0', DATA_DIR: join(folder, 'file') }, /is not a folder: .+\n$/],
    [{ PORT: '0', DATA_DIR: '/proc/convo' }, /(can't be written|is not a folder): .+\n$/],
    [{ PORT: 'eighty' }, /^PORT must be a whole number\.\n$/],
    [{ PORT: '70000' }, /^PORT must be at most 65535\.\n$/],
    [{ REGISTRATION: 'maybe' }, /^REGISTRATION must be one of invite, open, closed\.\n$/],
    [{ PUBLIC_URL: 'chat' }, /^PUBLIC_URL must look like .+\n$/],
  ];
  for (const [env, sentence] of sentences) {
    const relay = run(env);
    expect(await relay.ended).toBe(1);
    expect(relay.errors()).toMatch(sentence);
    expect(relay.errors().trim().split('\n')).toHaveLength(1);
    expect(relay.output()).not.toContain('"event":"started"');
  }
});

test('[R28] a folder belongs to one relay at a time, and a damaged key is not replaced', async () => {
  const dataDir = newFolder();
  const first = run({ PORT: String(await freePort()), DATA_DIR: dataDir });
  await first.says('README');
  const second = run({ PORT: String(await freePort()), DATA_DIR: dataDir });
  expect(await second.ended).toBe(1);
  expect(second.errors()).toMatch(/^Another relay is using .+\n$/);
  first.child.kill('SIGINT');
  expect(await first.ended).toBe(0);
  writeFileSync(join(dataDir, 'relay.key'), 'damaged');
  const third = run({ PORT: String(await freePort()), DATA_DIR: dataDir });
  expect(await third.ended).toBe(1);
  expect(third.errors()).toMatch(/relay\.key is damaged/);
});

test('[A1] without the key that its people know it by it does not start, and makes no other', async () => {
  const dataDir = join(newFolder(), 'data');
  const options = { dataDir, registration: 'open', publicOrigin: 'http://relay.test' } as const;
  const before = createRelay(options);
  // A database without people is nobody's: it gets a new key.
  await before.close();
  rmSync(join(dataDir, 'relay.key'));
  const next = createRelay(options);
  await signedUp((path, init) => next.app.request(path, init), 'ann', { kind: 'open' });
  await next.close();
  const key = readFileSync(join(dataDir, 'relay.key'));
  rmSync(join(dataDir, 'relay.key'));
  for (let i = 0; i < 2; i++) {
    const relay = run({ PORT: '0', DATA_DIR: dataDir });
    expect(await relay.ended).toBe(1);
    expect(relay.errors()).toMatch(
      /relay\.key is missing, .+: put its copy back, or move relay\.db away .+\.\n$/,
    );
    expect(relay.errors().trim().split('\n')).toHaveLength(1);
  }
  expect(readdirSync(dataDir)).not.toContain('relay.key');
  writeFileSync(join(dataDir, 'relay.key'), key);
  await run({ PORT: String(await freePort()), DATA_DIR: dataDir }).says('README');
});

test('[R28] a database that is none, or damaged, is one sentence and stays as it is', async () => {
  for (const content of ['no database'.repeat(1000), `SQLite format 3\0${'x'.repeat(5000)}`]) {
    const dataDir = newFolder();
    writeFileSync(join(dataDir, 'relay.db'), content);
    const relay = run({ PORT: '0', DATA_DIR: dataDir });
    expect(await relay.ended).toBe(1);
    expect(relay.errors()).toMatch(/^.+relay\.db is damaged, or no database: .+\n$/);
    expect(readFileSync(join(dataDir, 'relay.db'), 'utf8')).toBe(content);
  }
});

test('[R28] a folder that can’t be written is one sentence', async () => {
  const folder = newFolder();
  const used = join(folder, 'used');
  const before = createRelay({ dataDir: used, registration: 'open', publicOrigin: 'http://relay.test' });
  await before.close();
  for (const name of readdirSync(used)) chmodSync(join(used, name), 0o444);
  chmodSync(used, 0o555);
  chmodSync(folder, 0o555);
  // Root writes everywhere, unless that is taken from it.
  const dropped = ['--inh-caps=-dac_override', '--bounding-set=-dac_override'];
  const under = process.getuid?.() === 0 ? ['setpriv', ...dropped] : [];
  for (const dataDir of [folder, join(folder, 'data'), used]) {
    const relay = run({ PORT: '0', DATA_DIR: dataDir }, under);
    expect(await relay.ended).toBe(1);
    expect(relay.errors()).toMatch(/^.+ can't be written: .+\n$/);
  }
});

/** A disk that takes nothing any more of what is synced beside the relay. */
const brokenDisk = `
  import fs from 'node:fs';
  import { syncBuiltinESMExports } from 'node:module';
  fs.fdatasync = (file, done) => process.nextTick(done, new Error('EIO: i/o error, fdatasync'));
  syncBuiltinESMExports();
`;

test('[R43] a disk that fails under a large commit ends it with one sentence, and nothing of that is acknowledged', async () => {
  const [port, folder] = [await freePort(), newFolder()];
  writeFileSync(join(folder, 'disk.mjs'), brokenDisk);
  const relay = run({
    PORT: String(port),
    DATA_DIR: join(folder, 'data'),
    REGISTRATION: 'open',
    NODE_OPTIONS: `--import ${join(folder, 'disk.mjs')}`,
  });
  await relay.says('README');
  const by: Ask = (path, init) => fetch(`http://127.0.0.1:${port}${path}`, init);
  const { tokens } = await signedUp(by, 'ann');
  const [chat, document] = [newChat(), newDocumentId()];
  const { entry, boxes } = chat.genesis;
  await ask(by, 'POST', '/api/ledgers', { entry, boxes }, tokens.accessToken);
  const socket = new WebSocket(`ws://127.0.0.1:${port}/sync`);
  const send = (frame: UpFrame) => socket.send(encodeUp(frame));
  const session = newTestSession(document);
  let acknowledged = 0;
  socket.on('message', (data: Buffer) => {
    const frame = parseDown(new Uint8Array(data));
    if (frame?.type === 'ack') acknowledged++;
    if (frame?.type === 'challenge') {
      send({ type: 'hello', version: protocolVersion, accessToken: tokens.accessToken });
      send(proofOf(chat.chatId, chat.epoch, frame.challenge));
      send({ type: 'subscribe', channel: 1, chat: chat.chatId, document, cursor: startCursor });
    }
    if (frame?.type !== 'live') return;
    // They arrive in one turn: a relay that keeps pace with them makes small commits, for which it waits.
    relay.child.kill('SIGSTOP');
    for (let i = 0; i < maxInFlight; i++) send({ type: 'append', channel: 1, entry: session.next() });
    relay.child.kill('SIGCONT');
  });
  const closed = new Promise((resolve) => socket.on('close', resolve));
  expect(await relay.ended).toBe(1);
  await closed;
  expect(relay.errors()).toMatch(/^The disk failed under what the relay was writing.+\n$/);
  // The first may have come before it stood still.
  expect(acknowledged).toBeLessThan(maxInFlight / 2);
});

/** What a stranger may be at when the line is cut, most of it around an upgrade. */
const begun = {
  elsewhere: upgrade('/elsewhere'),
  socket: upgrade('/sync'),
  'socket with a broken frame': `${upgrade('/sync')}\xff\xff`,
  'another method': upgrade('/sync').replace('GET', 'POST'),
  'another version': upgrade('/sync').replace('Version: 13', 'Version: 99'),
  'no key': upgrade('/sync').replace(/Sec-WebSocket-Key.*\r\n/, ''),
  'half a handshake': upgrade('/sync').slice(0, 60),
  'an upgrade behind requests': request('/api/relay').repeat(5) + upgrade('/sync'),
  'an upgrade elsewhere behind requests': request('/').repeat(5) + upgrade('/elsewhere'),
  answers: request('/healthz').repeat(50),
  'half a body': `POST /api/accounts HTTP/1.1\r\nHost: relay\r\nContent-Length: 9999\r\n\r\n{`,
  'no HTTP': '\0\r\n\r\n',
};
function upgrade(path: string): string {
  const key = 'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n';
  return `GET ${path} HTTP/1.1\r\nHost: relay\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n${key}\r\n`;
}
function request(path: string): string {
  return `GET ${path} HTTP/1.1\r\nHost: relay\r\n\r\n`;
}

test('[R44] a reset, at whatever a stranger is at, ends their own connection alone', async () => {
  const port = await freePort();
  const relay = run({ PORT: String(port), DATA_DIR: newFolder(), HOST: '127.0.0.1', LOG: 'off' });
  await relay.says('README');
  const cut = (bytes: string, turns: number) =>
    new Promise<void>((resolve) => {
      const socket = connect(port, '127.0.0.1', () => {
        socket.write(bytes, 'latin1');
        const count = (left: number) =>
          left === 0 ? void socket.resetAndDestroy() : void setImmediate(count, left - 1);
        count(turns);
      });
      socket.on('error', () => undefined);
      socket.on('close', () => resolve());
    });
  for (const [name, bytes] of Object.entries(begun)) {
    for (let i = 0; i < 80; i++) await cut(bytes, i % 20);
    expect(relay.errors(), name).toBe('');
    const answer = await fetch(`http://127.0.0.1:${port}/healthz`).catch(() => undefined);
    expect(answer?.status, name).toBe(200);
  }
});
