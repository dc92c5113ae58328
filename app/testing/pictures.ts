// Makes docs/picture.png, the README's: a real relay, two real people in real browsers, a desktop and a phone, side by
// side on one page. Run by `npm run pictures`.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { chromium, type Page } from 'playwright-core';
import { browserLaunch } from '../../deploy/browser.mjs';
import {
  composer,
  invite,
  join as joinChat,
  openChat,
  react,
  say,
  signUpAdministrator,
} from './browser/people.ts';
import { startRelay } from './browser/relayProcess.ts';

const docs = join(import.meta.dirname, '../../docs');
mkdirSync(docs, { recursive: true });
const relay = await startRelay({ LOG: 'off' });
const browser = await chromium.launch(browserLaunch());
const newPage = async (options: Parameters<typeof browser.newContext>[0]) =>
  (await browser.newContext({ locale: 'en-GB', ...options })).newPage();

try {
  const ada = await newPage({ viewport: { width: 1180, height: 760 }, deviceScaleFactor: 2 });
  await signUpAdministrator(ada, relay, 'Ada Lovelace');
  const links = [await invite(ada)];
  await ada.reload();
  links.push(await invite(ada));
  const ben = await newPage({
    viewport: { width: 372, height: 760 },
    deviceScaleFactor: 2,
    hasTouch: true,
    isMobile: true,
    colorScheme: 'dark',
  });
  await joinChat(ben, links[0] ?? '', 'Ben Okri');
  const cleo = await newPage({});
  await joinChat(cleo, links[1] ?? '', 'Cleo');
  await say(cleo, 'The photos are on the shared drive');
  await ada.goto(relay.origin);
  await openChat(ada, 'Ben Okri');
  await talk(ada, ben);
  await composer(ada).focus();
  await ada.mouse.move(900, 150);
  const [desktop, phone] = await Promise.all([ada.screenshot(), ben.screenshot()]);
  await compose(desktop, phone);
} finally {
  await browser.close();
  await relay.close();
}

/** Each waits for the other's words before answering, as people do. */
async function talk(ada: Page, ben: Page) {
  const lines: readonly (readonly [Page, Page, string])[] = [
    [ben, ada, 'Are we still on for the lake on Saturday?'],
    [ada, ben, 'Yes! The hut has no signal, though.'],
    [ben, ada, 'Then write there and let it send itself on the way home 🙂'],
    [ada, ben, 'That is what it is for. I bring *bread*, _cheese_ and the map.'],
    [ben, ada, 'And I bring the boat.'],
  ];
  for (const [from, to, text] of lines) {
    await say(from, text, text.replaceAll(/[*_]/g, ''));
    await to
      .getByRole('article')
      .filter({ hasText: text.slice(-8) })
      .waitFor();
  }
  await react(ada, 'And I bring the boat.', '❤️');
  await ben.getByRole('article').filter({ hasText: '❤️' }).waitFor();
}

async function compose(desktop: Buffer, phone: Buffer) {
  const page = await newPage({ viewport: { width: 1680, height: 900 } });
  const image = (bytes: Buffer) => `data:image/png;base64,${bytes.toString('base64')}`;
  await page.setContent(`<style>
    body { margin: 0; height: 900px; display: flex; gap: 40px; align-items: center; justify-content: center;
      background: linear-gradient(135deg, #dbe9ff, #eef2fb 60%, #e6e3fb); }
    img { height: 760px; border-radius: 18px; box-shadow: 0 24px 60px #0b2a5b33; }
  </style><img src="${image(desktop)}"><img src="${image(phone)}">`);
  await page
    .locator('img')
    .last()
    .evaluate((last: HTMLImageElement) => last.decode());
  await page.screenshot({ path: join(docs, 'picture.png') });
}
