// The unit tests of both sides and of what they share. They run in Node, on the real rooms: what needs a page is a
// browser test (*.browser.test.ts, see playwright.config.ts).
import { defineConfig } from 'vitest/config';

export default defineConfig({
  cacheDir: 'node_modules/.vitest',
  test: {
    environment: 'node',
    include: ['{app,sync-server,shared}/**/*.test.{ts,tsx}'],
    exclude: ['**/*.browser.test.ts', 'node_modules/**', 'dist/**'],
    // A harbour of many clients shares two cores with the other test files.
    testTimeout: 30_000,
    hookTimeout: 30_000,
  },
});
