// What Chromium itself keeps of the real screens: titles, addresses, form fields, sessions. Looked for byte by byte in
// every file of a profile, once its browser was closed. (`leak.browser.test.ts` does that for what the app stores.)
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, expect, type BrowserContext } from '@playwright/test';
import { browserLaunch } from '../../../deploy/browser.mjs';
import { textNeedle, textNeedles } from '../leak/needles.ts';
import { namesOf, search } from '../leak/search.ts';
import { filesOf } from '../leak/tappedRelay.ts';
import { composer, invite, join as joinBy, newPage, say, signUpAdministrator, words } from './people.ts';
import { test } from './withRelay.ts';

const texts = {
  'own name': 'Quillon Featherstone',
  'own handle': 'quillon.featherstone',
  "the other's name": 'Wilhelmina Ostrander',
  message: 'Pomegranates at midnight',
  draft: 'Lighthouse reveries, unspoken',
  'searched word': 'pomegr',
  'word searched in the chat': 'midnig',
  'name not saved': 'Bartholomew Quicksilver',
};
const needles = Object.entries(texts).flatMap(([name, text]) => textNeedles(name, text));
const control = textNeedle('control', 'A field that browsers may remember');
const fragmentOf = (link: string) => new URL(link).hash.replace(/^#\w+=/, '');

let folder: string;
let context: BrowserContext;
test.beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'convo-profile-'));
  context = await chromium.launchPersistentContext(folder, { ...browserLaunch(), locale: 'en-GB' });
});
test.afterEach(async () => {
  await context.close();
  rmSync(folder, { recursive: true, force: true });
});

test('[X15] no text, name, draft or searched word of the screens is in any file of the browser’s profile', async ({
  browser,
  relay,
}) => {
  const other = await newPage(browser);
  await signUpAdministrator(other, relay, texts["the other's name"]);
  const link = await invite(other);
  const page = context.pages()[0] ?? (await context.newPage());
  await joinBy(page, link, texts['own name']);
  await expect(page.getByRole('heading', { name: texts["the other's name"], exact: true })).toBeVisible();
  await expect(page).toHaveTitle(words.windowTitle(0));
  await say(page, texts.message);
  await composer(page).fill(texts.draft);
  await page.getByRole('button', { name: words.conversation.search }).click();
  await page.getByPlaceholder(words.conversation.searchPlaceholder).fill(texts['word searched in the chat']);
  await page.getByLabel(words.inbox.searchEverywhere).fill(texts['searched word']);
  await page.getByRole('button', { name: words.inbox.invite }).click();
  const own = await page.getByRole('textbox', { name: words.invite.link }).inputValue();
  await page.getByRole('link', { name: words.inbox.settings }).click();
  await page.getByLabel(words.settings.name).fill(texts['name not saved']);

  // A field like any other beside them: once that is on the disk, so is what the browser remembers of the screens.
  await page.evaluate((text) => {
    const field = document.createElement('textarea');
    document.body.append(field);
    field.focus();
    document.execCommand('insertText', false, text);
  }, control.text ?? '');
  const found = () => namesOf(search(filesOf(join(folder, 'Default/Sessions')), [control]));
  await expect.poll(found).toEqual(['control']);
  await context.close();

  // The address of a link that was opened is what a browser writes down itself, before any page runs. It is used.
  const addresses = [
    textNeedle('used invitation', fragmentOf(link)),
    textNeedle('own invitation', fragmentOf(own)),
  ];
  const readable = namesOf(search(filesOf(folder), [...needles, ...addresses, control]));
  expect(readable).toEqual(['control', 'used invitation']);
});
