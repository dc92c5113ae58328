// People in front of screens: what a test does by hand, said once. Finds things by role and name, as people do.
import { expect, type Browser, type BrowserContextOptions, type Locator, type Page } from '@playwright/test';
import { en } from '../../ui/kit/words/en.ts';
import type { RelayProcess } from './relayProcess.ts';

export const words = en;

async function fillIn(page: Page, name: string) {
  await page.getByLabel(words.welcome.name).fill(name);
  await page.getByRole('button', { name: words.welcome.start }).click();
}

/** The first person of a relay: opens the one-time link, and is in. */
export async function signUpAdministrator(
  page: Page,
  relay: Pick<RelayProcess, 'administratorLink'>,
  name: string,
) {
  await page.goto(relay.administratorLink());
  await fillIn(page, name);
  await expect(page.getByRole('button', { name: words.inbox.writeNote })).toBeVisible();
}

/** Makes an invitation on the screen, and returns its link. */
export async function invite(page: Page): Promise<string> {
  await page.goto(new URL('/invite', page.url()).href);
  const link = page.getByRole('textbox', { name: words.invite.link });
  await expect(link).toHaveValue(/#invite=/);
  return link.inputValue();
}

/** A new person opens an invitation, makes an account and is in the chat. */
export async function join(page: Page, link: string, name: string) {
  await page.goto(link);
  await fillIn(page, name);
  await expect(page.getByRole('textbox', { name: words.composer.label })).toBeVisible();
}

/** A person's own browser. */
export const newPage = async (browser: Browser, options?: BrowserContextOptions): Promise<Page> =>
  (await browser.newContext(options)).newPage();

/** Closes everybody's browser: what a test leaves open goes on looking for its relay during the next one. */
export async function leave(browser: Browser) {
  for (const context of browser.contexts()) await context.close();
}

/** Ada, with a look of her own, and Ben, in their chat on both screens. */
export async function meet(
  browser: Browser,
  relay: RelayProcess,
  adasLook?: BrowserContextOptions,
): Promise<{ ada: Page; ben: Page }> {
  const ada = await newPage(browser, adasLook);
  await signUpAdministrator(ada, relay, 'Ada');
  const link = await invite(ada);
  const ben = await newPage(browser);
  await join(ben, link, 'Ben');
  await ada.goto(relay.origin);
  await openChat(ada, 'Ben');
  return { ada, ben };
}

export const composer = (page: Page): Locator =>
  page.getByRole('textbox', { name: words.composer.label, exact: true });

/** Writes and sends a message; `shown` is how it reads with its marks rendered. */
export async function say(page: Page, text: string, shown = text) {
  await composer(page).fill(text);
  await page.getByRole('button', { name: words.composer.send }).click();
  await expect(message(page, shown)).toBeVisible();
}

/** The rows of the open conversation, from top to bottom. */
export const rows = (page: Page): Locator => page.getByTestId('timeline').getByRole('article');

/** The row of the message with this text. */
export const message = (page: Page, text: string): Locator => rows(page).filter({ hasText: text });

/** A relay that comes back is met by everyone within so long (`sync/backoff.ts`), and what they say takes a moment. */
export const backWithinMs = 35_000;

/** Waits until a message of one's own has come that far. */
export async function expectDelivery(
  page: Page,
  text: string,
  state: keyof typeof words.delivery,
  timeout = 10_000,
) {
  await expect(message(page, text)).toHaveAccessibleName(new RegExp(`${words.delivery[state]}$`), {
    timeout,
  });
}

/** Opens the chat of that name from the list. */
export async function openChat(page: Page, title: string) {
  await page.getByTestId('chat-list').getByText(title, { exact: true }).click();
  await expect(composer(page)).toBeVisible();
}

/** What each row says to a screen reader, without its time and ticks: who, and the text. */
export const spoken = async (page: Page): Promise<string[]> => {
  const labels = await rows(page).evaluateAll((articles) =>
    articles.map((article) => article.getAttribute('aria-label') ?? ''),
  );
  return labels.map((label) => label.replace(/^.*?, \d\d:\d\d: /, '').replace(/, [A-Z][a-z ]+$/, ''));
};

/** Chooses an action from the menu of a message. */
export async function act(page: Page, text: string, action: string) {
  await message(page, text).focus();
  await page.keyboard.press('Enter');
  await page.getByRole('menuitem', { name: action, exact: true }).click();
}

/** Reacts with one of the quick emoji beside the message. */
export async function react(page: Page, text: string, emoji: string) {
  await message(page, text).first().hover();
  await page.getByRole('button', { name: words.actions.react, exact: true }).click();
  await page.getByRole('button', { name: words.conversation.reactionAdd(emoji) }).click();
}

/** Searches everywhere, and returns the hit that holds this text. */
export async function find(page: Page, typed: string, text: string): Promise<Locator> {
  await page.getByLabel(words.inbox.searchEverywhere).fill(typed);
  const hit = page.getByRole('link').filter({ hasText: text });
  await expect(hit).toBeVisible();
  return hit;
}
