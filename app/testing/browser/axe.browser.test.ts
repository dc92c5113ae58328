// What every screen owes to people who can't see it, or see it differently: axe finds nothing serious, in light and
// dark, on a desktop and a phone. Not only the screens: also what opens above them, and what they say when something
// went wrong.
import { rmSync } from 'node:fs';
import { AxeBuilder } from '@axe-core/playwright';
import { expect, type BrowserContextOptions, type Page } from '@playwright/test';
import {
  act,
  composer,
  find,
  invite,
  join,
  meet,
  message,
  newPage,
  openChat,
  react,
  rows,
  say,
  signUpAdministrator,
  words,
} from './people.ts';
import { test } from './withRelay.ts';

/** Up to twenty-two states a test, and axe computes for each what everything on the screen looks like. */
test.describe.configure({ timeout: 180_000 });

/**
 * `name` says in a failure what was looked at. Dark changes nothing but colours, so it is asked about those alone. What
 * still fades in would be too pale, and is waited for.
 */
async function expectClean(page: Page, name: string) {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    await page.evaluate(() => Promise.allSettled(document.getAnimations().map(({ finished }) => finished)));
    // Without frames the old way of collecting finds the same, and opens no page of its own for it.
    const axe = new AxeBuilder({ page }).setLegacyMode().options({ resultTypes: ['violations'] });
    const { violations } = await (colorScheme === 'dark' ? axe.withRules('color-contrast') : axe).analyze();
    const serious = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
    const found = serious.map(({ id, nodes }) => `${name}, ${colorScheme}: ${id} ${nodes[0]?.html}`);
    expect(found).toEqual([]);
  }
}

const looks: readonly { device: 'desktop' | 'phone'; look: BrowserContextOptions }[] = [
  { device: 'desktop', look: { reducedMotion: 'reduce' } },
  {
    device: 'phone',
    look: {
      reducedMotion: 'reduce',
      viewport: { width: 390, height: 844 },
      hasTouch: true,
      isMobile: true,
    },
  },
];

async function openMenu(page: Page, text: string) {
  await message(page, text).first().focus();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('menu')).toBeVisible();
}

async function close(page: Page) {
  await page.keyboard.press('Escape');
  await expect(page.getByRole('menu')).toHaveCount(0);
  await expect(page.getByRole('dialog')).toHaveCount(0);
}

for (const { device, look } of looks) {
  test(`[U1] no serious axe finding on any screen, ${device}`, async ({ browser, relay }) => {
    const ada = await newPage(browser, look);
    await ada.goto(relay.origin);
    await expect(ada.getByRole('heading', { name: words.welcome.need.invite.title })).toBeVisible();
    await expectClean(ada, 'welcome');
    await signUpAdministrator(ada, relay, 'Ada');
    await expectClean(ada, 'empty inbox');
    const link = await invite(ada);
    await expectClean(ada, 'invite');
    const ben = await newPage(browser, look);
    await ben.goto(link);
    await expect(ben.getByLabel(words.welcome.name)).toBeVisible();
    await expectClean(ben, 'join');
    await join(ben, link, 'Ben');
    await expectClean(ben, 'empty conversation');
    await say(ben, 'Hello Ada, see https://example.org');
    await expectClean(ben, 'own message');
    await ada.goto(relay.origin);
    await expect(ada.getByTestId('chat-list').getByText('Hello Ada')).toBeVisible();
    await expectClean(ada, 'inbox with an unread message');
    await openChat(ada, 'Ben');
    await expect(message(ada, 'Hello')).toBeVisible();
    await composer(ada).focus();
    await expectClean(ada, 'conversation');
    await ada.goto(`${relay.origin}/settings`);
    await expect(ada.getByRole('heading', { name: words.settings.title, exact: true })).toBeVisible();
    await expectClean(ada, 'settings');
    await ada.goto(`${relay.origin}/diagnostics`);
    await expect(ada.getByRole('heading', { name: words.diagnostics.title })).toBeVisible();
    await expectClean(ada, 'diagnostics');
  });

  test(`[U1] no serious axe finding in what opens above a screen, ${device}`, async ({ browser, relay }) => {
    const { ada, ben } = await meet(browser, relay, look);
    await say(ben, 'Lunch at noon?');
    await act(ada, 'Lunch at noon?', words.actions.reply);
    await expectClean(ada, 'replying');
    await say(ada, 'Make it one');

    await openMenu(ada, 'Lunch at noon?');
    await expectClean(ada, 'menu of a message');
    await close(ada);
    await openMenu(ada, 'Make it one');
    await expectClean(ada, 'menu of an own message');
    await ada.getByRole('menuitem', { name: words.actions.moreEmoji }).click();
    const emojiSearch = ada.getByRole('searchbox', { name: words.emoji.search });
    await expect(emojiSearch).toBeVisible();
    await expectClean(ada, 'emoji');
    await emojiSearch.fill('heart');
    await expectClean(ada, 'found emoji');
    await emojiSearch.fill('nothing of that name');
    await expect(ada.getByText(words.emoji.none)).toBeVisible();
    await expectClean(ada, 'no emoji found');
    await close(ada);
    if (device === 'desktop') {
      await message(ada, 'Lunch at noon?').first().hover();
      await expectClean(ada, 'actions beside a message');
      const beside = message(ada, 'Lunch at noon?').first();
      await beside.getByRole('button', { name: words.actions.react, exact: true }).click();
      await expect(ada.getByRole('button', { name: words.conversation.reactionAdd('👍') })).toBeVisible();
      await expectClean(ada, 'quick reactions');
      await close(ada);
    }
    await openMenu(ada, 'Make it one');
    await ada.getByRole('menuitem', { name: words.conversation.reactionAdd('👍') }).click();
    // Before that the row still moves, and takes its buttons from under the pointer.
    await expect(message(ben, 'Make it one')).toContainText('👍');
    await react(ben, 'Make it one', '❤️');
    await expect(message(ada, 'Make it one')).toContainText('❤️');
    await expectClean(ada, 'reply and reactions');
    await composer(ada).fill(':smi');
    await expect(ada.getByRole('listbox')).toBeVisible();
    await expectClean(ada, 'emoji by name');
    await composer(ada).fill('');

    await act(ada, 'Make it one', words.actions.edit);
    await expectClean(ada, 'editing');
    await ada.getByRole('button', { name: words.composer.cancelEdit }).click();
    await act(ada, 'Make it one', words.actions.info);
    await expect(ada.getByRole('dialog', { name: words.info.title })).toBeVisible();
    await expectClean(ada, 'info');
    await close(ada);
    await act(ada, 'Make it one', words.actions.deleteForMe);
    await expect(ada.getByRole('dialog', { name: words.deleteDialog.forMeTitle })).toBeVisible();
    await expectClean(ada, 'deleting for me');
    await close(ada);
    await act(ada, 'Make it one', words.actions.deleteForEveryone);
    await expect(ada.getByRole('dialog', { name: words.deleteDialog.forEveryoneTitle })).toBeVisible();
    await expectClean(ada, 'deleting for everyone');
    await ada.getByRole('button', { name: words.deleteDialog.forEveryoneAction }).click();
    await expect(rows(ada).filter({ hasText: words.conversation.deletedOwn })).toBeVisible();
    await expectClean(ada, 'deleted message');
    await ada.keyboard.press('Control+/');
    await expect(ada.getByRole('dialog', { name: words.shortcuts.title })).toBeVisible();
    await expectClean(ada, 'shortcuts');
    await close(ada);

    await ada.getByRole('button', { name: words.conversation.timer }).click();
    await expect(ada.getByRole('dialog', { name: words.timerDialog.title })).toBeVisible();
    await expectClean(ada, 'disappearing messages');
    await ada.getByRole('button', { name: '7 days' }).click();
    await expect(ada.getByText(words.conversation.youTimerSet('7 days'))).toBeVisible();
    await expectClean(ada, 'disappearing messages are on');

    await ada.getByRole('button', { name: words.conversation.search }).click();
    const searchHere = ada.getByRole('searchbox', { name: words.conversation.search });
    await searchHere.fill('lunch');
    await expect(ada.getByText(words.conversation.searchPlace('1', '1'))).toBeVisible();
    await expectClean(ada, 'found in the chat');
    await searchHere.fill('dinner');
    await expect(ada.getByText(words.conversation.searchNothing)).toBeVisible();
    await expectClean(ada, 'nothing found in the chat');
    await ada.goto(relay.origin);
    await find(ada, 'lun', 'Lunch at noon?');
    await expectClean(ada, 'search results');
    await ada.getByLabel(words.inbox.searchEverywhere).fill('dinner');
    await expect(ada.getByText(words.inbox.nothingFound('dinner'))).toBeVisible();
    await expectClean(ada, 'no search results');
  });

  test(`[U1] no serious axe finding where something went wrong, ${device}`, async ({ browser, relay }) => {
    const ben = await newPage(browser, look);
    const heading = (title: string) => ben.getByRole('heading', { name: title });
    await ben.goto(relay.origin);
    await ben.getByRole('button', { name: words.welcome.pasteAction }).click();
    await expect(ben.getByText(words.welcome.pasteMissing)).toBeVisible();
    await expectClean(ben, 'nothing pasted');
    await ben.goto(`${relay.origin}/join#invite=nonsense`);
    await expect(heading(words.welcome.notAnInvitationTitle)).toBeVisible();
    await expectClean(ben, 'incomplete invitation');

    const ada = await newPage(browser);
    await signUpAdministrator(ada, relay, 'Ada');
    const link = await invite(ada);
    await ben.getByLabel(words.welcome.paste).fill(link);
    await ben.getByRole('button', { name: words.welcome.pasteAction }).click();
    await ben.getByRole('button', { name: words.welcome.start }).click();
    await expect(ben.getByText(words.welcome.nameMissing)).toBeVisible();
    await expectClean(ben, 'no name');
    await ben.getByLabel(words.welcome.name).fill('Ada');
    await ben.getByRole('button', { name: words.welcome.start }).click();
    await expect(ben.getByText(words.failures['handle-taken'])).toBeVisible();
    await expectClean(ben, 'taken handle');
    await ben.getByLabel(words.welcome.name).fill('Ben');
    await ben.getByRole('button', { name: words.welcome.start }).click();
    await expect(composer(ben)).toBeVisible();
    const late = await newPage(browser, look);
    await late.goto(link);
    await expect(late.getByRole('heading', { name: words.welcome.usedTitle })).toBeVisible();
    await expectClean(late, 'used invitation');
    await ben.goto(await invite(ada));
    await expect(heading(words.welcome.knownTitle('Ada'))).toBeVisible();
    await expectClean(ben, 'invitation of a friend');
    await ben.goto(`${relay.origin}/c/nothing`);
    await expect(heading(words.conversation.notHere)).toBeVisible();
    await expectClean(ben, 'no such chat');
    await ben.getByRole('button', { name: words.conversation.notHereAction }).click();
    await openChat(ben, 'Ada');
    await composer(ben).fill('too long '.repeat(8000));
    await ben.getByRole('button', { name: words.composer.send }).click();
    await expect(ben.getByText(words.failures['text-too-long'])).toBeVisible();
    await expectClean(ben, 'message too long');
  });

  test(`[U1] no serious axe finding without the relay, ${device}`, async ({ browser, relay }) => {
    const { ada } = await meet(browser, relay, look);
    // Two panes may say it; one of them does at a time.
    const told = (sentence: string) => ada.getByText(sentence).filter({ visible: true });
    const late = await newPage(browser, look);
    await late.goto(await invite(ada));
    await expect(late.getByLabel(words.welcome.name)).toBeVisible();
    for (const page of [ada, late]) {
      await page.evaluate(async () => void (await navigator.serviceWorker.ready));
    }
    await ada.goto(relay.origin);
    await openChat(ada, 'Ben');
    await relay.stop();
    await say(ada, 'Are you there?');
    await expect(told(words.link.offline)).toBeVisible();
    await expectClean(ada, 'offline in a chat');
    await ada.goto(relay.origin);
    await expect(told(words.link.offline)).toBeVisible();
    await expectClean(ada, 'offline in the inbox');
    await ada.goto(`${relay.origin}/invite`);
    await expect(ada.getByRole('heading', { name: words.invite.failedTitle })).toBeVisible();
    await expectClean(ada, 'no invitation made');
    await late.reload();
    await expect(late.getByRole('heading', { name: words.welcome.offlineTitle })).toBeVisible();
    await expectClean(late, 'relay out of reach');

    rmSync(relay.dataDir, { recursive: true });
    await relay.start();
    await ada.goto(relay.origin);
    await expect(told(words.link.refused)).toBeVisible();
    await expectClean(ada, 'refused by another relay');
  });
}
