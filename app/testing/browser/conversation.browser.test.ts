// Two people talk: everything that issue and README promise of a conversation, on two screens and one real relay.
import { expect } from '@playwright/test';
import {
  act,
  backWithinMs,
  composer,
  expectDelivery,
  find,
  meet,
  message,
  react,
  rows,
  say,
  words,
} from './people.ts';
import { test } from './withRelay.ts';

test('[U2] messages, ticks, typing and presence', async ({ browser, relay }) => {
  const { ada, ben } = await meet(browser, relay);
  await say(ben, 'Hello Ada');
  await expect(message(ada, 'Hello Ada')).toBeVisible();
  await expectDelivery(ben, 'Hello Ada', 'read');
  await expect(ben.getByTestId('presence')).toHaveText(words.conversation.online);
  await composer(ada).pressSequentially('Hel');
  await expect(ben.getByTestId('presence')).toHaveText(words.conversation.typing);
  await say(ada, 'Hello Ben');
  await expect(message(ben, 'Hello Ben')).toBeVisible();
  await ben.context().close();
  await say(ada, 'Are you there?');
  await expectDelivery(ada, 'Are you there?', 'sent');
});

test('[U3] reply, react, edit and delete show on both sides, and stay after a reload', async ({
  browser,
  relay,
}) => {
  const { ada, ben } = await meet(browser, relay);
  await say(ben, 'Lunch at noon?');
  await expect(message(ada, 'Lunch at noon?')).toBeVisible();

  await act(ada, 'Lunch at noon?', words.actions.reply);
  await say(ada, 'Make it one');
  await expect(message(ben, 'Make it one')).toContainText('Lunch at noon?');

  await react(ada, 'Lunch at noon?', '👍');
  await expect(message(ben, 'Lunch at noon?').first()).toContainText('👍');

  await act(ada, 'Make it one', words.actions.edit);
  await composer(ada).fill('Make it half past');
  await composer(ada).press('Enter');
  await expect(message(ben, 'Make it half past')).toContainText(words.conversation.edited);

  await say(ben, 'Never mind');
  await expect(message(ada, 'Never mind')).toBeVisible();
  await act(ben, 'Never mind', words.actions.deleteForEveryone);
  await ben.getByRole('button', { name: words.deleteDialog.forEveryoneAction }).click();
  await expect(rows(ada).filter({ hasText: words.conversation.deleted })).toBeVisible();
  await expect(message(ada, 'Never mind')).toHaveCount(0);

  for (const page of [ada, ben]) {
    await page.reload();
    await expect(message(page, 'Make it half past')).toContainText(words.conversation.edited);
    await expect(message(page, 'Lunch at noon?').first()).toContainText('👍');
    await expect(message(page, 'Never mind')).toHaveCount(0);
  }
});

test('[U4] search finds what was said, by the beginning of a word and without accents', async ({
  browser,
  relay,
}) => {
  const { ada, ben } = await meet(browser, relay);
  await say(ben, 'The crème brûlée was perfect');
  await expect(message(ada, 'brûlée')).toBeVisible();
  await (await find(ada, 'brul', 'perfect')).click();
  await expect(message(ada, 'brûlée')).toBeVisible();
});

test('[U5] a hostile text is shown as text and breaks nothing', async ({ browser, relay }) => {
  const { ada, ben } = await meet(browser, relay);
  const hostile = [
    '<img src=x onerror="document.title=1"><script>document.title=2</script>',
    '[click](javascript:document.title=3) javascript:alert(1)',
    '\u202Eright to left override \u2066 and isolates',
    `combining ${'\u0301'.repeat(20_000)}`,
  ];
  for (const text of hostile) {
    await composer(ben).fill(text);
    await composer(ben).press('Enter');
  }
  await say(ben, 'Still here');
  await expect(message(ada, 'Still here')).toBeVisible();
  await expect(ada).toHaveTitle(words.windowTitle(0));
  await expect(ada.getByTestId('timeline').locator('img, script')).toHaveCount(0);
  await expect(ada.getByTestId('timeline').locator('a[href^="javascript"]')).toHaveCount(0);
  const box = await message(ada, 'combining').boundingBox();
  const row = await message(ada, 'Still here').boundingBox();
  expect(row && box && row.y >= box.y + box.height - 1).toBe(true);
});

test('[U6] a second tab shows the same and sends through the one engine; when the first dies it goes on', async ({
  browser,
  relay,
}) => {
  const { ada, ben } = await meet(browser, relay);
  const second = await ben.context().newPage();
  await second.goto(ben.url());
  await say(second, 'From the second tab');
  await expect(message(ben, 'From the second tab')).toBeVisible();
  await expect(message(ada, 'From the second tab')).toBeVisible();
  await ben.close();
  await say(second, 'After the first tab died');
  await expect(message(ada, 'After the first tab died')).toHaveCount(1);
  await expectDelivery(second, 'After the first tab died', 'read');
});

test('[U7] a relay killed with SIGKILL in the middle loses nothing and doubles nothing', async ({
  browser,
  relay,
}) => {
  test.setTimeout(120_000);
  const { ada, ben } = await meet(browser, relay);
  for (let i = 0; i < 5; i++) await say(ben, `before ${i}`);
  await relay.stop('SIGKILL');
  for (let i = 0; i < 5; i++) await say(ben, `during ${i}`);
  await relay.start();
  await expectDelivery(ben, 'during 4', 'read', backWithinMs);
  for (let i = 0; i < 5; i++) {
    await expect(message(ada, `before ${i}`)).toHaveCount(1);
    await expect(message(ada, `during ${i}`)).toHaveCount(1);
  }
});
