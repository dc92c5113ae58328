// What README promises of its first command, as a person would try it: a fresh folder, a link, a note, and a clean end.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join as joinPath } from 'node:path';
import { expect, test } from '@playwright/test';
import { message, say, signUpAdministrator, words } from './people.ts';
import { freePort } from './relayProcess.ts';

const root = joinPath(import.meta.dirname, '../../..');

test('[U10] [U17] npm start prints its address and the one-time link, serves the app, and ends cleanly', async ({
  page,
}) => {
  const folder = mkdtempSync(joinPath(tmpdir(), 'convo-start-'));
  const origin = `http://localhost:${await freePort()}`;
  const running = spawn('npm', ['start'], {
    cwd: root,
    env: { ...process.env, PORT: new URL(origin).port, DATA_DIR: joinPath(folder, 'data') },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  const ended = new Promise<number | null>((resolve) => running.once('exit', resolve));
  try {
    const link = await new Promise<string>((resolve, reject) => {
      const read = (chunk: Buffer) => {
        output += chunk.toString();
        const found = /^ +(http\S+#admin=\S+)\n/m.exec(output)?.[1];
        if (found !== undefined) resolve(found);
      };
      running.stdout.on('data', read);
      running.stderr.on('data', read);
      running.once('error', reject);
      running.once('exit', (code) => reject(new Error(`npm start ended with ${code}: ${output}`)));
    });
    expect(output).toContain(`Convo is running:  ${origin}\n`);
    expect(new URL(link).origin).toBe(origin);

    await signUpAdministrator(page, { administratorLink: () => link }, 'Ada');
    await page.getByRole('button', { name: words.inbox.writeNote }).click();
    await say(page, 'Remember the milk');
    await page.reload();
    await expect(message(page, 'Remember the milk')).toBeVisible();
    await page.goto(`${origin}/settings`);
    const facts = page.getByRole('definition');
    await expect(facts.filter({ hasText: words.settings.administrator })).toBeVisible();

    running.kill('SIGTERM');
    expect(await ended).toBe(0);
    // npm has gone, and the relay with it.
    await expect(fetch(`${origin}/healthz`)).rejects.toThrow('fetch failed');
  } finally {
    running.kill('SIGTERM');
    await ended;
    rmSync(folder, { recursive: true, force: true });
  }
});
