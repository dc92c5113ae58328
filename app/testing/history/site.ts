// A folder served at one address that stays the same, whatever port is free: what a browser keeps belongs to an address,
// and a profile outlives the process that filled it.
import { createReadStream, existsSync, statSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { createServer as createHttpServer } from 'node:http';
import { extname, join, normalize } from 'node:path';
import { chromium, type BrowserContext } from 'playwright-core';
import { browserLaunch } from '../../../deploy/browser.mjs';

/** Below `localhost`, so that the browser trusts it without a certificate. */
export const siteOrigin = 'http://convo.localhost';

const typeByExtension: Readonly<Record<string, string>> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
  '.webmanifest': 'application/manifest+json',
};

export interface Site {
  /** A browser of its own, with this profile, for which the site is at its address; nobody else is anywhere. */
  browse(profile: string): Promise<BrowserContext>;
  close(): Promise<void>;
}

/** Any address that names no file is a page of the app, except the relay's own, which isn't there. */
export async function openSite(folder: string): Promise<Site> {
  const server = createHttpServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', siteOrigin);
    const named = join(folder, normalize(pathname));
    const file = existsSync(named) && statSync(named).isFile() ? named : join(folder, 'index.html');
    const isFound = named.startsWith(folder) && (file === named || extname(named) === '');
    if (!isFound || pathname.startsWith('/api/')) return void response.writeHead(404).end();
    response.writeHead(200, { 'content-type': typeByExtension[extname(file)] ?? 'application/octet-stream' });
    createReadStream(file).pipe(response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    browse: (profile) => browseAt(port, profile),
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** A browser for which there is no network at all: what it shows comes from the device. */
export const browseOffline = (profile: string): Promise<BrowserContext> => browseAt(undefined, profile);

function browseAt(port: number | undefined, profile: string): Promise<BrowserContext> {
  const { args, ...launch } = browserLaunch();
  const here = port === undefined ? '' : `MAP convo.localhost 127.0.0.1:${port}, `;
  return chromium.launchPersistentContext(profile, {
    ...launch,
    args: [
      ...args.filter((arg) => !arg.startsWith('--host-resolver-rules=')),
      `--host-resolver-rules=${here}MAP * ~NOTFOUND`,
    ],
    locale: 'en-GB',
  });
}
