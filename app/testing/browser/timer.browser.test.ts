// Disappearing messages on the screens of two people: set by the keyboard, seen by both, and turned off by the other.
import { expect } from '@playwright/test';
import { act, meet, message, say, words } from './people.ts';
import { test } from './withRelay.ts';

const { conversation, timerDialog } = words;

test('[D19] who sets how long messages stay says so to both, and what is said then has its time', async ({
  browser,
  relay,
}) => {
  const { ada, ben } = await meet(browser, relay);
  await say(ada, 'This stays');
  const button = ada.getByRole('button', { name: conversation.timer });
  await button.focus();
  await ada.keyboard.press('Enter');
  await expect(ada.getByRole('dialog', { name: timerDialog.title })).toBeVisible();
  await expect(ada.getByRole('button', { name: timerDialog.off })).toBeFocused();
  await expect(ada.getByRole('button', { name: timerDialog.off })).toHaveAttribute('aria-pressed', 'true');
  for (let n = 0; n < 3; n++) await ada.keyboard.press('Tab');
  await ada.keyboard.press('Enter');
  await expect(ada.getByText(conversation.youTimerSet('7 days'))).toBeVisible();
  await expect(ada.getByRole('button', { name: conversation.timerOn('7 days') })).toBeFocused();
  await expect(ben.getByText(conversation.timerSet('Ada', '7 days'))).toBeVisible();
  await say(ben, 'This goes');
  await expect(message(ada, 'This goes')).toHaveAccessibleName(new RegExp(conversation.disappears));
  await expect(message(ada, 'This stays')).not.toHaveAccessibleName(new RegExp(conversation.disappears));
  await act(ada, 'This goes', words.actions.info);
  await expect(ada.getByRole('dialog').getByText(words.info.goneAt)).toBeVisible();
  await ada.keyboard.press('Escape');
  await ben.getByRole('button', { name: conversation.timerOn('7 days') }).click();
  await ben.getByRole('button', { name: timerDialog.off }).click();
  await expect(ada.getByText(conversation.timerOff('Ben'))).toBeVisible();
  await expect(ada.getByRole('button', { name: conversation.timer, exact: true })).toBeVisible();
});
