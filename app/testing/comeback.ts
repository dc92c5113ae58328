// Everyone comes back at once after a start of the relay. Usage: npm run comeback -- [--clients 5000] [--patience 120]
// Needs about three open files a client (`ulimit -n`). The last line is JSON, see comeback/comeBack.ts; it ends with 1
// if not all were in again within that many seconds, or the relay's memory grew past its bound.
import { startRelay } from './browser/relayProcess.ts';
import { readOptions, wholeNumber } from './commandLine.ts';
import { comeBack } from './comeback/comeBack.ts';
import { maxComebackMegabytes } from './comeback/bounds.ts';

const values = readOptions({
  clients: { type: 'string', default: '5000' },
  patience: { type: 'string', default: '120' },
});
const clients = wholeNumber('clients', values.clients);
const patienceMs = wholeNumber('patience', values.patience) * 1000;
const relay = await startRelay({ REGISTRATION: 'open', RATE_FACTOR: '1000000', LOG: 'off' });
const result = await comeBack(relay, clients, patienceMs);
await relay.close();
process.stdout.write(`${JSON.stringify(result)}\n`);
const isBounded = result.peakMegabytes <= maxComebackMegabytes(result.clients);
process.exit(
  result.back === result.clients && result.clients >= clients && result.refused === 0 && isBounded ? 0 : 1,
);
