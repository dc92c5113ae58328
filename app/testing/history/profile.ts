// A browser profile with history in it: written once by a page of the app's own rooms, then kept beside the packages,
// which no checkout tracks. What is there under this version and these parameters is taken as it is.
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { build } from 'vite';
import { historyName, type HistoryParameters } from './parameters.ts';
import { openSite, siteOrigin } from './site.ts';

const cache = resolve(import.meta.dirname, '../../../node_modules/.cache/convo-history');

/** The profile's folder. @param say one line when it was written, with how long that took, or when it was there. */
export async function historyProfile(
  parameters: HistoryParameters,
  say: (line: string) => void,
): Promise<string> {
  const name = historyName(parameters);
  const folder = join(cache, name);
  const stamp = join(folder, 'written.txt');
  if (existsSync(stamp)) {
    say(`history ${name}: kept, ${readFileSync(stamp, 'utf8')}`);
    return folder;
  }
  await rm(folder, { recursive: true, force: true });
  const unfinished = join(cache, `unfinished-${process.pid}-${name}`);
  await mkdir(unfinished, { recursive: true });
  try {
    const told = await write(unfinished, parameters, say);
    await writeFile(join(unfinished, 'written.txt'), told);
    await rename(unfinished, folder);
    say(`history ${name}: ${told}`);
    return folder;
  } finally {
    await rm(unfinished, { recursive: true, force: true });
  }
}

async function write(profile: string, parameters: HistoryParameters, say: (line: string) => void) {
  const pages = await buildPage();
  const site = await openSite(pages);
  const context = await site.browse(profile);
  const begun = performance.now();
  const seconds = () => Math.round((performance.now() - begun) / 1000);
  let written = 0;
  let told = 0;
  try {
    const page = await context.newPage();
    page.setDefaultTimeout(0);
    await page.exposeFunction('tellWritten', (messages: number) => {
      written += messages;
      if (written - told < parameters.messages / 10) return;
      told = written;
      say(`history: ${written.toLocaleString('en')} messages after ${seconds()} s`);
    });
    await page.goto(siteOrigin);
    await page.evaluate((given) => globalThis.writeHistory(given), parameters);
  } finally {
    await context.close();
    await site.close();
    await rm(pages, { recursive: true, force: true });
  }
  const each = Math.round((seconds() * 10_000) / parameters.messages);
  return `written in ${seconds()} s, ${each} s for 10,000 messages`;
}

async function buildPage(): Promise<string> {
  const outDir = await mkdtemp(join(tmpdir(), 'convo-history-page-'));
  await build({
    configFile: false,
    root: join(import.meta.dirname, 'page'),
    logLevel: 'error',
    build: { outDir, emptyOutDir: true, target: 'esnext', modulePreload: false },
  });
  return outDir;
}
