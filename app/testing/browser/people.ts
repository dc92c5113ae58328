// People in front of screens: what a test does by hand, said once. Finds things by role and name, as people do.
import { expect, type Locator, type Page } from '@playwright/test';
import { en } from '../../ui/kit/words/en.ts';
import type { RelayProcess } from './relayProcess.ts';

export const words = en;

async function fillIn(page: Page, name: string) {
  await page.getByLabel(words.welcome.name).fill(name);
  await page.getByRole('button', { name: words.welcome.start }).click();
}

/** The first person of a relay: opens the one-time link, and is in. */
export async function signUpAdministrator(page: Page, relay: RelayProcess, name: string) {
  await page.goto(relay.administratorLink());
  await fillIn(page, name);
  await expect(page.getByRole('heading', { name: words.inbox.emptyTitle })).toBeVisible();
}

/** Makes an invitation on the screen, and returns its link. */
export async function invite(page: Page): Promise<string> {
  await page.goto(new URL('/invite', page.url()).href);
  const link = page.getByLabel(words.invite.link);
  await expect(link).toHaveValue(/#invite=/);
  return link.inputValue();
}

/** A new person opens an invitation, makes an account and is in the chat. */
export async function join(page: Page, link: string, name: string) {
  await page.goto(link);
  await fillIn(page, name);
  await expect(page.getByRole('textbox', { name: words.composer.label })).toBeVisible();
}

export const composer = (page: Page): Locator =>
  page.getByRole('textbox', { name: words.composer.label, exact: true });

export async function say(page: Page, text: string) {
  await composer(page).fill(text);
  await composer(page).press('Enter');
  await expect(message(page, text)).toBeVisible();
}

export const timeline = (page: Page): Locator => page.getByRole('region', { name: words.conversation.region });

/** The row of a message with this text. */
export const message = (page: Page, text: string): Locator =>
  page.locator('[data-message-id]').filter({ hasText: text });

/** Opens the chat of that name from the list. */
export async function openChat(page: Page, title: string) {
  await page.getByRole('region', { name: words.inbox.region }).getByText(title, { exact: true }).first().click();
  await expect(composer(page)).toBeVisible();
}

/** All texts of the open conversation, from top to bottom. */
export const textsOf = (page: Page): Promise<string[]> => page.locator('[data-message-text]').allInnerTexts();
