// Everything that a conversation can do, by keys alone: no pointer moves in this test, and after each step the focus is
// where one goes on.
import { expect, type Locator, type Page } from '@playwright/test';
import {
  composer,
  invite,
  message,
  newPage,
  openChat,
  rows,
  say,
  signUpAdministrator,
  words,
} from './people.ts';
import { test } from './withRelay.ts';

/** Presses a key until something has the focus. Each press must move it; no screen here has as many stops as this. */
async function pressUntilFocused(page: Page, key: string, target: Locator) {
  const hasFocus = () => target.evaluate((element) => element === document.activeElement);
  for (let presses = 0; presses < 25 && !(await hasFocus()); presses++) {
    const before = await page.evaluateHandle(() => document.activeElement);
    await page.keyboard.press(key);
    await page.waitForFunction((element) => document.activeElement !== element, before);
  }
  await expect(target).toBeFocused();
}

/** From the field to a message, to its menu, to an action. Returns the message's row. */
async function choose(page: Page, text: string, action: string): Promise<Locator> {
  await expect(composer(page)).toBeFocused();
  // The messages are one stop; from there, the last one and up.
  await pressUntilFocused(page, 'Shift+Tab', page.locator('article[tabindex="0"]'));
  await page.keyboard.press('End');
  await expect(rows(page).last()).toBeFocused();
  await pressUntilFocused(page, 'ArrowUp', message(page, text).last());
  await page.keyboard.press('Enter');
  await expect(page.getByRole('menu')).toBeVisible();
  await pressUntilFocused(page, 'ArrowDown', page.getByRole('menuitem', { name: action, exact: true }));
  await page.keyboard.press('Enter');
  await expect(page.getByRole('menu')).toHaveCount(0);
  return message(page, text).last();
}

test('[U15] sign up, open a chat, write, reply, react and delete with the keyboard alone', async ({
  browser,
  relay,
}) => {
  const ada = await newPage(browser);
  await signUpAdministrator(ada, relay, 'Ada');
  const link = await invite(ada);

  const ben = await newPage(browser);
  await ben.goto(link);
  await expect(ben.getByLabel(words.welcome.name)).toBeFocused();
  await ben.keyboard.type('Ben');
  await ben.keyboard.press('Enter');
  await expect(composer(ben)).toBeFocused();
  await ada.goto(relay.origin);
  await openChat(ada, 'Ben');
  await say(ada, 'Lunch at noon?');
  await expect(message(ben, 'Lunch at noon?')).toBeVisible();

  await ben.goto(relay.origin);
  const chat = ben.getByTestId('chat-list').getByRole('link', { name: 'Ada' });
  await expect(chat).toBeVisible();
  await pressUntilFocused(ben, 'Tab', chat);
  await ben.keyboard.press('Enter');
  await expect(composer(ben)).toBeFocused();
  await ben.keyboard.type('Hello Ada');
  await ben.keyboard.press('Enter');
  await expect(message(ada, 'Hello Ada')).toBeVisible();

  await choose(ben, 'Lunch at noon?', words.actions.reply);
  await expect(composer(ben)).toBeFocused();
  await ben.keyboard.type('Make it one');
  await ben.keyboard.press('Enter');
  await expect(message(ada, 'Make it one')).toContainText('Lunch at noon?');
  await expect(ben.getByRole('button', { name: words.composer.cancelReply })).toHaveCount(0);

  const reacted = await choose(ben, 'Make it one', words.conversation.reactionAdd('👍'));
  await expect(message(ada, 'Make it one')).toContainText('👍');
  await expect(reacted).toBeFocused();
  await pressUntilFocused(ben, 'Tab', composer(ben));

  await choose(ben, 'Make it one', words.actions.deleteForEveryone);
  const confirm = ben.getByRole('button', { name: words.deleteDialog.forEveryoneAction });
  await expect(ben.getByRole('dialog')).toBeVisible();
  await pressUntilFocused(ben, 'Tab', confirm);
  await ben.keyboard.press('Enter');
  await expect(ben.getByRole('dialog')).toHaveCount(0);
  const deleted = rows(ben).filter({ hasText: words.conversation.deletedOwn });
  await expect(deleted).toBeFocused();
  await expect(rows(ada).filter({ hasText: words.conversation.deleted })).toBeVisible();
  await expect(message(ada, 'Make it one')).toHaveCount(0);
});
