// The demo as a person would try it: start it, open its link, and be answered.
import { spawn } from 'node:child_process';
import { join as joinPath } from 'node:path';
import { expect, test } from '@playwright/test';
import { expectDelivery, join, message, openChat, rows, say } from './people.ts';
import { freePort } from './relayProcess.ts';

const demo = joinPath(import.meta.dirname, '../demo.ts');

test('[U14] the demo has two friends who answer through a real relay', async ({ page }) => {
  const running = spawn(process.execPath, [demo], {
    env: { ...process.env, PORT: String(await freePort()) },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    const link = await new Promise<string>((resolve, reject) => {
      let output = '';
      running.stdout.on('data', (chunk: Buffer) => {
        output += chunk.toString();
        const found = /http\S+#invite=\S+/.exec(output)?.[0];
        if (found !== undefined) resolve(found);
      });
      running.once('exit', () => reject(new Error(`the demo ended: ${output}`)));
    });
    await join(page, link, 'Guest');
    await expect(message(page, 'Welcome!')).toBeVisible();
    await say(page, 'Hello Ada');
    await expectDelivery(page, 'Hello Ada', 'read');
    await expect(rows(page)).toHaveCount(3);
    await page.goto(new URL('/', link).href);
    await openChat(page, 'Weekend at the lake');
    await expect(message(page, 'meet our guest')).toBeVisible();
  } finally {
    const ended = new Promise((resolve) => running.once('exit', resolve));
    running.kill('SIGTERM');
    await ended;
  }
});
