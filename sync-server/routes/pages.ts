// Hands out the built app: what the bundler named by content for ever, everything else only after asking again. It knows
// a list of files and no others, so no path leads out of the folder.
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { extname, join, relative, sep } from 'node:path';
import { gzipSync } from 'node:zlib';
import { Hono } from 'hono';
import { bytesToBase64url } from '../../shared/codec/base64url.ts';
import type { Bytes } from '../../shared/codec/bytes.ts';
import { sha256 } from '../auth/sha256.ts';
import type { Ask, Env } from './answers.ts';

const typeByExtension: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.map': 'application/json',
  '.webmanifest': 'application/manifest+json',
  '.wasm': 'application/wasm',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.webp': 'image/webp',
  '.woff2': 'font/woff2',
  '.txt': 'text/plain; charset=utf-8',
};
const compressible = new Set([
  '.html',
  '.js',
  '.mjs',
  '.css',
  '.json',
  '.map',
  '.webmanifest',
  '.wasm',
  '.svg',
]);

interface Page {
  readonly body: Bytes;
  readonly gzip: Bytes | undefined;
  readonly tag: string;
  readonly type: string;
}

/** Requests for the app's files; `folder` is looked at when the first one comes, and again when its page changes. */
export function pageRoutes(folder: string): Hono<Env> {
  const app = new Hono<Env>();
  let known: { paths: ReadonlyMap<string, string>; builtAt: number } | undefined;
  const pageByPath = new Map<string, Page>();

  function pathsNow(): ReadonlyMap<string, string> {
    const builtAt = statSync(join(folder, 'index.html'), { throwIfNoEntry: false })?.mtimeMs;
    if (builtAt === undefined) return new Map();
    if (known?.builtAt !== builtAt) {
      known = { paths: filesOf(folder), builtAt };
      pageByPath.clear();
    }
    return known.paths;
  }

  function load(path: string, file: string): Page {
    const loaded = pageByPath.get(path);
    if (loaded) return loaded;
    const body = new Uint8Array(readFileSync(file));
    const extension = extname(file);
    const page: Page = {
      body,
      gzip: compressible.has(extension) ? new Uint8Array(gzipSync(body, { level: 9 })) : undefined,
      tag: `"${bytesToBase64url(sha256(body).subarray(0, 12))}"`,
      type: typeByExtension[extension] ?? 'application/octet-stream',
    };
    pageByPath.set(path, page);
    return page;
  }

  app.get('*', (c) => {
    const paths = pathsNow();
    if (paths.size === 0) return c.text('The app is not built yet: run "npm run build".\n', 503);
    const wanted = c.req.path === '/' ? '/index.html' : c.req.path;
    // Any address without a file's name is a screen of the app.
    const isScreen = extname(wanted) === '' && !isHidden(wanted);
    const path = paths.has(wanted) ? wanted : isScreen ? '/index.html' : undefined;
    const file = path === undefined ? undefined : paths.get(path);
    if (path === undefined || file === undefined) return c.text('Not found.\n', 404);
    return send(c, load(path, file), path);
  });
  return app;
}

function send(c: Ask, page: Page, path: string): Response {
  const isForEver = path.startsWith('/assets/');
  c.header('Cache-Control', isForEver ? 'public, max-age=31536000, immutable' : 'no-cache');
  c.header('ETag', page.tag);
  c.header('Vary', 'Accept-Encoding');
  if (c.req.header('if-none-match')?.replace(/^W\//, '') === page.tag) return c.body(null, 304);
  c.header('Content-Type', page.type);
  const takesGzip = /\bgzip\b/.test(c.req.header('accept-encoding') ?? '');
  if (page.gzip && takesGzip) c.header('Content-Encoding', 'gzip');
  return c.body(page.gzip && takesGzip ? page.gzip : page.body);
}

/** Files and folders with a dot in front are the build's own. */
const isHidden = (path: string): boolean => path.includes('/.');

/** Files below the folder by their path in an address. */
function filesOf(folder: string): ReadonlyMap<string, string> {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  );
  const named = files.map((entry) => {
    const file = join(entry.parentPath, entry.name);
    return [`/${relative(folder, file).split(sep).join('/')}`, file] as const;
  });
  return new Map(named.filter(([path]) => !isHidden(path)));
}
