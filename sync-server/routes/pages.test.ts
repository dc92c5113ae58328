// The built app as the relay hands it out, from a folder that looks like one.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { expect, onTestFinished, test } from 'vitest';
import { openTestRelay } from '../testing/testRelay.ts';

function withPages() {
  const folder = mkdtempSync(join(tmpdir(), 'convo-pages-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const pagesFolder = join(folder, 'dist');
  mkdirSync(join(pagesFolder, 'assets'), { recursive: true });
  writeFileSync(join(folder, 'secret.txt'), 'secret');
  writeFileSync(join(pagesFolder, 'index.html'), '<!doctype html>page');
  writeFileSync(join(pagesFolder, 'serviceWorker.js'), 'worker');
  writeFileSync(join(pagesFolder, 'manifest.webmanifest'), '{}');
  writeFileSync(join(pagesFolder, 'assets/main-abc.js'), 'script'.repeat(500));
  writeFileSync(join(pagesFolder, 'assets/image-abc.png'), new Uint8Array(9));
  writeFileSync(join(pagesFolder, 'assets/argon-abc.wasm'), new Uint8Array(9));
  return { relay: openTestRelay({ pagesFolder }), pagesFolder };
}

test('[R26] files come with their type; those named by content are kept for ever, the rest is asked for again', async () => {
  const { relay } = withPages();
  const kinds = [
    ['/', 'text/html; charset=utf-8', 'no-cache'],
    ['/serviceWorker.js', 'text/javascript; charset=utf-8', 'no-cache'],
    ['/manifest.webmanifest', 'application/manifest+json', 'no-cache'],
    ['/assets/main-abc.js', 'text/javascript; charset=utf-8', 'public, max-age=31536000, immutable'],
    ['/assets/argon-abc.wasm', 'application/wasm', 'public, max-age=31536000, immutable'],
  ] as const;
  for (const [path, type, cache] of kinds) {
    const { status, headers } = await relay.by(path);
    expect([status, headers.get('content-type'), headers.get('cache-control')]).toEqual([200, type, cache]);
  }
  const first = await relay.by('/');
  const tag = first.headers.get('etag') ?? '';
  expect((await relay.by('/', { headers: { 'if-none-match': tag } })).status).toBe(304);
});

test('[R26] screens of the app get its page; no other path leads to a file', async () => {
  const { relay } = withPages();
  for (const path of ['/join', '/chats/abc', '/index.html']) {
    expect(await (await relay.by(path)).text()).toBe('<!doctype html>page');
  }
  for (const path of [
    '/missing.js',
    '/../secret.txt',
    '/%2e%2e/secret.txt',
    '/assets/..%2f..%2fsecret.txt',
  ]) {
    const answer = await relay.by(path);
    expect(await answer.text()).not.toContain('secret');
    expect([200, 404]).toContain(answer.status);
  }
  expect((await relay.by('/missing.js')).status).toBe(404);
});

test('[R26] what the build left for itself is not handed out', async () => {
  const { relay, pagesFolder } = withPages();
  mkdirSync(join(pagesFolder, '.vite'));
  writeFileSync(join(pagesFolder, '.sources'), 'stamp');
  writeFileSync(join(pagesFolder, '.vite/manifest.json'), 'stamp');
  for (const path of ['/.sources', '/.vite/manifest.json', '/%2esources']) {
    const answer = await relay.by(path);
    expect([path, answer.status, await answer.text()]).toEqual([path, 404, 'Not found.\n']);
  }
});

test('[R26] text is compressed for who takes it', async () => {
  const { relay } = withPages();
  const packed = await relay.by('/assets/main-abc.js', { headers: { 'accept-encoding': 'gzip, br' } });
  expect(packed.headers.get('content-encoding')).toBe('gzip');
  expect(gunzipSync(await packed.arrayBuffer()).toString()).toBe('script'.repeat(500));
  const plain = await relay.by('/assets/image-abc.png', { headers: { 'accept-encoding': 'gzip' } });
  expect(plain.headers.get('content-encoding')).toBeNull();
});

test('[R26] everything carries a policy that lets no foreign or inline script run', async () => {
  const { relay } = withPages();
  for (const path of ['/', '/assets/main-abc.js', '/api/relay', '/healthz', '/missing.js', '/api/nothing']) {
    const { headers } = await relay.by(path);
    const policy = headers.get('content-security-policy') ?? '';
    expect(policy).toMatch(/script-src 'self'( 'wasm-unsafe-eval')?;/);
    for (const part of [
      "frame-ancestors 'none'",
      "base-uri 'none'",
      "object-src 'none'",
      "default-src 'none'",
    ]) {
      expect(policy).toContain(part);
    }
    // Sockets of this relay alone: the address of the test relay is http://relay.test.
    expect(policy).toMatch(/; connect-src 'self' ws:\/\/relay\.test; /);
    expect(headers.get('referrer-policy')).toBe('no-referrer');
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('cross-origin-opener-policy')).toBe('same-origin');
  }
});

test('[R26] without a built app there is a sentence, and the API and healthz work', async () => {
  const { relay, pagesFolder } = withPages();
  rmSync(pagesFolder, { recursive: true });
  const answer = await relay.by('/');
  expect([answer.status, await answer.text()]).toEqual([503, expect.stringContaining('npm run build')]);
  expect((await relay.by('/healthz')).status).toBe(200);
  expect((await relay.by('/api/relay')).status).toBe(200);
});
