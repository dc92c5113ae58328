// Playwright's `test` with a relay of its own for each: `relay` is there for who asks for it, and everyone has left when it goes.
import { test as base } from '@playwright/test';
import { leave } from './people.ts';
import { startRelay, type RelayProcess } from './relayProcess.ts';

export const test = base.extend<{ readonly relay: RelayProcess }>({
  relay: async ({ browser }, give) => {
    const relay = await startRelay();
    await give(relay);
    await leave(browser);
    await relay.close();
  },
});
