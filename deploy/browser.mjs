// Which Chromium this machine has, and with which switches the tests start it. Plain JavaScript, because setup asks
// before any package is installed; playwright.config.ts and the other scripts ask here too, so there is one answer.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';

const systemPaths = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** The browser that Playwright itself downloads, where it did. @returns {string | undefined} */
function playwrightsOwn() {
  try {
    return createRequire(import.meta.url)('playwright-core').chromium.executablePath();
  } catch {
    return undefined; // packages are not installed yet, or Playwright has no build for this platform
  }
}

/** CHROMIUM_PATH wins even when it is wrong: a person who set it wants to hear so. @returns {string | undefined} */
export function findBrowser() {
  if (process.env['CHROMIUM_PATH']) return process.env['CHROMIUM_PATH'];
  const found = systemPaths.find((path) => existsSync(path)) ?? playwrightsOwn();
  return found && existsSync(found) ? found : undefined;
}

/** A file that exists may still be a stub, or lack its libraries. @param {string | undefined} path */
function runs(path) {
  if (path === undefined) return false;
  return spawnSync(path, ['--version'], { stdio: 'ignore', timeout: 30_000 }).status === 0;
}

const isRoot = process.getuid?.() === 0;

/** @param {string} command @param {string[]} args @param {number} timeoutMs */
function quietly(command, args, timeoutMs) {
  const env = {
    ...process.env,
    DEBIAN_FRONTEND: 'noninteractive',
    PLAYWRIGHT_DOWNLOAD_CONNECTION_TIMEOUT: '10000',
  };
  return spawnSync(command, args, { stdio: 'ignore', timeout: timeoutMs, env }).status === 0;
}

/**
 * Finds a Chromium that starts, or installs one: Playwright's download first, then the system's package.
 * @returns {string | undefined} undefined where neither worked
 */
export function ensureBrowser() {
  const found = findBrowser();
  if (runs(found)) return found;
  if (process.env['CHROMIUM_PATH']) return undefined;

  console.log('Installing a Chromium for the browser tests …');
  quietly('npx', ['--no-install', 'playwright', 'install', 'chromium'], 600_000);
  if (runs(findBrowser())) return findBrowser();

  if (isRoot && existsSync('/usr/bin/apt-get')) {
    quietly('apt-get', ['update'], 300_000);
    quietly('apt-get', ['install', '-y', '--no-install-recommends', 'chromium'], 600_000);
  }
  return runs(findBrowser()) ? findBrowser() : undefined;
}

/**
 * What to hand to Playwright's launch. The browser resolves no name but this machine's, so a test can't reach the
 * internet by accident, and camera and microphone are fakes that need no permission.
 */
export function browserLaunch() {
  const executablePath = findBrowser();
  return {
    ...(executablePath === undefined ? {} : { executablePath }),
    args: [
      ...(isRoot ? ['--no-sandbox'] : []),
      '--use-fake-device-for-media-stream',
      '--use-fake-ui-for-media-stream',
      '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-default-apps',
      '--disable-domain-reliability',
      '--disable-sync',
      '--no-first-run',
      '--no-pings',
    ],
  };
}
