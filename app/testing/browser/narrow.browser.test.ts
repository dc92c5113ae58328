// The smallest screen that counts, with letters of twice the size: nothing scrolls sideways, and no control is cut off.
import { expect, type Page } from '@playwright/test';
import { composer, meet, newPage, openChat, say, words } from './people.ts';
import { test } from './withRelay.ts';

/** What WCAG's reflow asks for: 320 CSS pixels (1.4.10), and text of 200 % (1.4.4). */
const narrow = { viewport: { width: 320, height: 640 }, hasTouch: true };

/** Twice the size of text, for every page that is opened from now on. */
const enlarge = (page: Page) =>
  page.addInitScript(() =>
    document.addEventListener('DOMContentLoaded', () => {
      document.documentElement.style.fontSize = '200%';
    }),
  );

/** What on the page is wider than its place, or has none: boxes that scroll sideways, controls or headings cut off. */
const tooWide = (page: Page) =>
  page.evaluate(() => {
    const named = (element: Element) => `${element.tagName} ${element.ariaLabel ?? element.textContent}`;
    const isShown = (element: Element) => element.checkVisibility({ visibilityProperty: true });
    const found = document.scrollingElement ? [document.scrollingElement] : [];
    const scrollers = [...document.querySelectorAll('*')].filter((element) =>
      ['auto', 'scroll'].includes(getComputedStyle(element).overflowX),
    );
    const controls = [...document.querySelectorAll('a, button, input, textarea, h1, h2, h3')].filter(
      (element) => !element.matches('.spoken'),
    );
    return [
      ...found.filter(({ scrollWidth }) => scrollWidth > innerWidth).map(() => 'the page'),
      ...scrollers
        .filter((element) => isShown(element) && element.scrollWidth > element.clientWidth)
        .map((element) => `${named(element).slice(0, 60)}: ${element.scrollWidth} > ${element.clientWidth}`),
      ...controls.filter(isShown).flatMap((element) => {
        const { left, right, width } = element.getBoundingClientRect();
        // 24 px is what a finger needs (WCAG 2.5.8).
        return left < 0 || right > innerWidth || width < 24 ? [`${named(element)}: ${left} to ${right}`] : [];
      }),
    ];
  });

test('[U16] at 320 px with text of 200 % no screen scrolls sideways or cuts a control off', async ({
  browser,
  relay,
}) => {
  const visitor = await newPage(browser, narrow);
  await enlarge(visitor);
  await visitor.goto(relay.origin);
  await expect(visitor.getByRole('heading', { name: words.welcome.need.invite.title })).toBeVisible();
  expect(await tooWide(visitor)).toEqual([]);
  await visitor.goto(relay.administratorLink());
  await expect(visitor.getByLabel(words.welcome.name)).toBeVisible();
  // What one came for is on the first screen.
  await expect(visitor.getByRole('heading', { name: words.welcome.adminTitle })).toBeInViewport();
  expect(await tooWide(visitor)).toEqual([]);

  const { ada, ben } = await meet(browser, relay, narrow);
  await say(ben, 'Donaudampfschifffahrtsgesellschaftskapitän '.repeat(3));
  await enlarge(ada);
  await ada.goto(relay.origin);
  await expect(ada.getByTestId('chat-list').getByText('Ben', { exact: true })).toBeVisible();
  expect(await tooWide(ada)).toEqual([]);
  // The list has room enough to open the chat from.
  await openChat(ada, 'Ben');
  await say(ada, 'https://example.org/a/very/long/address/without/a/place/to/break/anywhere/in/it');
  expect(await tooWide(ada)).toEqual([]);
  // The name has room beside the way back.
  const nameOf = ada.getByRole('heading', { name: 'Ben', exact: true });
  expect((await nameOf.boundingBox())?.width).toBeGreaterThan(60);
  await ada.getByRole('button', { name: words.conversation.timer }).click();
  await expect(ada.getByRole('dialog', { name: words.timerDialog.title })).toBeVisible();
  expect(await tooWide(ada)).toEqual([]);
  await ada.goto(`${relay.origin}/settings`);
  await expect(ada.getByRole('heading', { name: words.settings.title, exact: true })).toBeVisible();
  expect(await tooWide(ada)).toEqual([]);
});

test('[U16] Back leads to the list, whatever was open beside it while there was room', async ({
  browser,
  relay,
}) => {
  const { ada } = await meet(browser, relay, { viewport: { width: 1280, height: 800 } });
  await ada.goto(relay.origin);
  await ada.getByRole('link', { name: words.inbox.settings }).click();
  await openChat(ada, 'Ben');
  await ada.getByRole('button', { name: words.inbox.invite }).click();
  await openChat(ada, 'Ben');
  await ada.setViewportSize({ width: 500, height: 800 });
  await ada.getByRole('button', { name: words.back }).click();
  await expect(ada.getByTestId('chat-list')).toBeVisible();
  await expect(composer(ada)).toBeHidden();
  expect(new URL(ada.url()).pathname).toBe('/');
  // A chat that is opened by its address has no way back, and leads there too.
  await openChat(ada, 'Ben');
  const late = await ada.context().newPage();
  await late.setViewportSize({ width: 500, height: 800 });
  await late.goto(ada.url());
  await late.getByRole('button', { name: words.back }).click();
  await expect(late.getByTestId('chat-list')).toBeVisible();
});
