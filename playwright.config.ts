// The browser tests: the real page, the real relay, the real service worker, in Chromium. Each test starts its own
// relay; nothing is retried, because a test that passes the second time hides what it found the first time.
import { defineConfig } from '@playwright/test';
import { browserLaunch } from './deploy/browser.mjs';

export default defineConfig({
  testDir: 'app/testing/browser',
  testMatch: '**/*.browser.test.ts',
  outputDir: 'test-results',
  workers: 2,
  retries: 0,
  forbidOnly: process.env['CI'] !== undefined,
  timeout: 60_000,
  expect: { timeout: 10_000 },
  reporter: 'list',
  use: {
    browserName: 'chromium',
    launchOptions: browserLaunch(),
    locale: 'en-GB',
    screenshot: 'only-on-failure',
  },
});
