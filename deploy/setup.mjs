// Makes a fresh clone ready: installs the locked packages, builds the app when its sources changed, finds a browser.
// npm runs it before every script, with whatever Node the machine has; the script itself then runs on the Node that
// the packages brought along. Plain JavaScript without dependencies, silent when there is nothing to do.
// Usage: node deploy/setup.mjs [build] [browser]
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const inRoot = (/** @type {string[]} */ ...parts) => join(root, ...parts);
const readOr = (/** @type {string} */ path) => (existsSync(path) ? readFileSync(path, 'utf8') : '');

/** One sentence that says what to do, then the end. @param {string} sentence @returns {never} */
function stop(sentence) {
  console.error(sentence);
  process.exit(1);
}

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < 20)
  stop(`Convo needs Node 20 or newer to start, and this is Node ${process.versions.node}: please update it.`);

/** Runs npm as the npm that runs us. @param {string[]} args */
function npm(args) {
  const cli = process.env['npm_execpath'];
  const [command, first] = cli ? [process.execPath, [cli]] : ['npm', []];
  return spawnSync(command, [...first, ...args], {
    cwd: root,
    encoding: 'utf8',
    stdio: ['ignore', 'ignore', 'pipe'],
    shell: !cli && process.platform === 'win32',
  });
}

const isNetworkTrouble = (/** @type {string} */ said) =>
  /ENOTFOUND|EAI_AGAIN|ECONN|ETIMEDOUT|ENETUNREACH|EHOSTUNREACH|ENOTCACHED|npm error network/i.test(said);

const offline =
  'Convo could not download its packages: please connect to the internet and run the same command again.';

function install() {
  const stamp = inRoot('node_modules', '.convo-lock');
  const lock = createHash('sha256')
    .update(readFileSync(inRoot('package-lock.json')))
    .digest('hex');
  if (readOr(stamp) === lock) return;
  // One small question first: offline, npm ci would empty node_modules and then retry each package for minutes.
  const asked = npm(['view', 'ws', 'version', '--fetch-retries=1', '--fetch-retry-mintimeout=1000']);
  const isOffline = asked.status !== 0 && isNetworkTrouble(asked.stderr ?? '');
  if (isOffline && existsSync(stamp)) stop(offline);

  console.log('Installing packages (once, about a minute) …');
  const done = npm(isOffline ? ['ci', '--offline'] : ['ci']);
  if (done.status !== 0) {
    const said = done.stderr ?? '';
    if (isNetworkTrouble(said)) stop(offline);
    const reason =
      /npm error (?!code |A complete log)(\S.*)/.exec(said)?.[1] ?? done.error?.message ?? 'no reason given';
    stop(`Convo could not install its packages, because npm ci failed: ${reason}`);
  }
  writeFileSync(stamp, lock);
}

/** The Node that the packages brought, or this one where it is new enough to run TypeScript. @returns {string} */
function newNode() {
  const isWindows = process.platform === 'win32';
  const bundled = `node-${isWindows ? 'win' : process.platform}-${process.arch}`;
  const path = inRoot('node_modules', bundled, 'bin', isWindows ? 'node.exe' : 'node');
  if (existsSync(path)) return path;
  if (major > 22 || (major === 22 && minor >= 18)) return process.execPath;
  stop(
    `Convo needs Node 24 on ${process.platform} ${process.arch}, and this is Node ${process.versions.node}: please update it.`,
  );
}

/** @param {string} path relative to the root @returns {string[]} the files in it that end up in the built app */
function sources(path) {
  if (!existsSync(inRoot(path))) return [];
  return readdirSync(inRoot(path), { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const below = `${path}/${entry.name}`;
      if (below === 'app/testing' || /\.(test\.tsx?|md)$/.test(entry.name)) return [];
      return entry.isDirectory() ? sources(below) : [below];
    });
}

/** Contents, not times: a checkout, a revert and a deletion are all noticed, and nothing else is. */
function sourcesHash() {
  const hash = createHash('sha256');
  for (const path of [
    ...['app', 'shared', 'public'].flatMap(sources),
    'vite.config.ts',
    'package-lock.json',
  ]) {
    hash
      .update(`${path}\0`)
      .update(readFileSync(inRoot(path)))
      .update('\0');
  }
  return hash.digest('hex');
}

/** @param {string} node */
function build(node) {
  const stamp = inRoot('dist', '.sources');
  const wanted = sourcesHash();
  if (readOr(stamp) === wanted) return;
  console.log('Building the app …');
  // Beside, then swapped in: a relay that runs meanwhile never serves half an app.
  const [fresh, old] = [`.dist-new-${process.pid}`, `.dist-old-${process.pid}`];
  const vite = inRoot('node_modules', 'vite', 'bin', 'vite.js');
  const args = [vite, 'build', '--outDir', `../${fresh}`, '--emptyOutDir', '--logLevel', 'warn'];
  const done = spawnSync(node, args, { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  if (done.status !== 0) {
    console.error(`${done.stdout}${done.stderr}`);
    rmSync(inRoot(fresh), { recursive: true, force: true });
    stop('The app could not be built: the messages above say why.');
  }
  writeFileSync(inRoot(fresh, '.sources'), wanted);
  if (existsSync(inRoot('dist'))) renameSync(inRoot('dist'), inRoot(old));
  renameSync(inRoot(fresh), inRoot('dist'));
  rmSync(inRoot(old), { recursive: true, force: true });
}

const wants = new Set(process.argv.slice(2));
install();
const node = newNode();
if (wants.has('build')) build(node);
if (wants.has('browser')) {
  const { ensureBrowser } = await import('./browser.mjs');
  if (ensureBrowser() === undefined) {
    stop(
      process.env['CHROMIUM_PATH']
        ? `The browser at CHROMIUM_PATH (${process.env['CHROMIUM_PATH']}) does not start: please correct it or unset it.`
        : 'The browser tests need Chromium: please install it (on Debian: apt install chromium), or set CHROMIUM_PATH to one.',
    );
  }
}
