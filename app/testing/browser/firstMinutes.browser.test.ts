// The first minutes: the administrator's link, notes to oneself, invitations open, used and mistaken, and installing.
import { expect } from '@playwright/test';
import { invite, join, message, newPage, openChat, say, signUpAdministrator, words } from './people.ts';
import { startRelay } from './relayProcess.ts';
import { test } from './withRelay.ts';

test('[U10] the one-time link makes the administrator, once; alone, there are notes to oneself', async ({
  browser,
  relay,
}) => {
  const ada = await newPage(browser);
  await signUpAdministrator(ada, relay, 'Ada');
  await expect(ada.getByText(words.inbox.recoveryTitle)).toBeVisible();
  await ada.getByRole('button', { name: words.inbox.writeNote }).click();
  await say(ada, 'Remember the milk');
  await ada.reload();
  await expect(message(ada, 'Remember the milk')).toBeVisible();
  expect(await ada.evaluate(() => location.hash)).toBe('');

  const late = await newPage(browser);
  await late.goto(relay.administratorLink());
  await late.getByLabel(words.welcome.name).fill('Mallory');
  await late.getByRole('button', { name: words.welcome.start }).click();
  await expect(late.getByRole('heading', { name: words.welcome.usedTitle })).toBeVisible();
});

test('[U11] an invitation leads to the chat while its inviter is offline, lets one person in, and the second not', async ({
  browser,
  relay,
}) => {
  const ada = await newPage(browser);
  await signUpAdministrator(ada, relay, 'Ada');
  const link = await invite(ada);
  await expect(ada.getByRole('figure', { name: words.invite.qr })).toBeVisible();
  await ada.goto(link);
  await expect(ada.getByRole('heading', { name: words.welcome.ownTitle })).toBeVisible();
  await expect(ada.getByRole('button', { name: words.welcome.accept })).toBeHidden();
  await ada.context().setOffline(true);

  const ben = await newPage(browser);
  await join(ben, link, 'Ben');
  await expect(ben.getByText(words.conversation.youAccepted)).toBeVisible();
  await say(ben, 'I am in');

  const cleo = await newPage(browser);
  await cleo.goto(link);
  await expect(cleo.getByRole('heading', { name: words.welcome.usedTitle })).toBeVisible();

  await ada.context().setOffline(false);
  await ada.goto(relay.origin);
  await openChat(ada, 'Ben');
  await expect(message(ada, 'I am in')).toBeVisible();
});

test('[U12] a name that is too long is not cut: the form says so, and takes a shorter one', async ({
  browser,
  relay,
}) => {
  const ada = await newPage(browser);
  await ada.goto(relay.administratorLink());
  const field = ada.getByLabel(words.welcome.name);
  const long = 'Ada '.repeat(100).trim();
  await field.focus();
  await ada.keyboard.insertText(long);
  await expect(field).toHaveValue(long);
  await expect(ada.getByText(words.nameProblems.long)).toBeVisible();
  await ada.getByRole('button', { name: words.welcome.start }).click();
  await field.fill('Ada');
  await ada.getByRole('button', { name: words.welcome.start }).click();
  await expect(ada.getByRole('button', { name: words.inbox.writeNote })).toBeVisible();
});

test('[U21] a name that nobody could see is refused with a sentence, at sign-up and later; an emoji is a name', async ({
  browser,
  relay,
}) => {
  const ada = await newPage(browser);
  await ada.goto(relay.administratorLink());
  const field = ada.getByLabel(words.welcome.name);
  await field.fill('\u200b\u202e');
  await ada.getByLabel(words.welcome.handle).fill('ada');
  await expect(ada.getByText(words.nameProblems.invisible)).toBeVisible();
  await ada.getByRole('button', { name: words.welcome.start }).click();
  await expect(field).toBeVisible();
  await field.fill('🦊');
  await ada.getByRole('button', { name: words.welcome.start }).click();
  await expect(ada.getByRole('button', { name: words.inbox.writeNote })).toBeVisible();
  await ada.goto(`${relay.origin}/settings`);
  await ada.getByLabel(words.settings.name).fill('\u3164');
  await expect(ada.getByText(words.nameProblems.invisible)).toBeVisible();
  await expect(ada.getByRole('button', { name: words.settings.saveName })).toBeDisabled();
});

test('[U12] a broken link, and no link at all, each say what to do', async ({ browser, relay }) => {
  const page = await newPage(browser);
  await page.goto(`${relay.origin}/join#invite=nonsense`);
  await expect(page.getByRole('heading', { name: words.welcome.notAnInvitationTitle })).toBeVisible();
  await page.goto(relay.origin);
  await expect(page.getByRole('heading', { name: words.welcome.need.invite.title })).toBeVisible();
});

test('[U12] without a link, an account is offered where the relay gives one to anybody, and nowhere else', async ({
  browser,
}) => {
  for (const registration of ['invite', 'closed', 'open'] as const) {
    const relay = await startRelay({ REGISTRATION: registration });
    try {
      const page = await newPage(browser);
      const answered = page.waitForResponse('**/api/relay');
      await page.goto(relay.origin);
      await answered;
      const offer = page.getByRole('button', { name: words.welcome.withoutInvitation });
      await expect(page.getByRole('heading', { name: words.welcome.need[registration].title })).toBeVisible();
      if (registration === 'open') await offer.click();
      else await expect(offer).toBeHidden();
      await expect(page.getByLabel(words.welcome.name)).toHaveCount(registration === 'open' ? 1 : 0);
      await page.context().close();
    } finally {
      await relay.close();
    }
  }
});

test('[R26] the page may open sockets to its own relay, under whichever name it came, and to no other', async ({
  browser,
  relay,
}) => {
  const page = await newPage(browser);
  const opens = (address: string) =>
    page.evaluate(
      (url) =>
        new Promise((resolve) => {
          const socket = new WebSocket(url);
          socket.onopen = () => resolve(true);
          socket.onerror = () => resolve(false);
        }),
      address,
    );
  const { port } = new URL(relay.origin);
  const [named, numbered] = [`ws://localhost:${port}/sync`, `ws://127.0.0.1:${port}/sync`];
  await page.goto(relay.origin);
  expect([await opens(named), await opens(numbered)]).toEqual([true, false]);
  await page.goto(`http://127.0.0.1:${port}/`);
  expect(await opens(numbered)).toBe(true);
});

test('[U13] the app can be installed: no installability errors, a controlled page, a strict policy', async ({
  browser,
  relay,
}) => {
  const page = await newPage(browser);
  const response = await page.goto(relay.origin);
  const policy = response?.headers()['content-security-policy'] ?? '';
  expect(policy).toContain("script-src 'self'");
  expect(/script-src[^;]*unsafe/.test(policy)).toBe(false);
  await page.evaluate(async () => void (await navigator.serviceWorker.ready));
  await page.reload();
  const cdp = await page.context().newCDPSession(page);
  const { installabilityErrors } = await cdp.send('Page.getInstallabilityErrors');
  // A private window can't install anything; that is about the window, not about the app.
  expect(installabilityErrors.map((error) => error.errorId).filter((id) => id !== 'in-incognito')).toEqual(
    [],
  );
});
