// `npm run comeback` in small: counts and bounds only, no times.
import { expect, onTestFinished, test } from 'vitest';
import { startRelay } from '../browser/relayProcess.ts';
import { maxComebackMegabytes } from './bounds.ts';
import { comeBack } from './comeBack.ts';

const clients = 200;
/** Of one client, on average: the first tries find nobody while the relay starts. */
const maxTries = 8;

test('[R40] everyone who comes back at once is let in again, with a bounded number of tries', async () => {
  const relay = await startRelay({ REGISTRATION: 'open', RATE_FACTOR: '1000000', LOG: 'off' });
  onTestFinished(() => relay.close());
  const result = await comeBack(relay, clients, 60_000);
  expect(result).toMatchObject({ clients, back: clients, refused: 0 });
  expect(result.tries).toBeGreaterThanOrEqual(clients);
  expect(result.tries).toBeLessThan(clients * maxTries);
  expect(result.peakMegabytes).toBeLessThan(maxComebackMegabytes(clients));
}, 120_000);
