// kill -9 of the relay under full load, again and again: what it acknowledged or passed on must be in its log, once.
// Usage: npm run crash -- [--times 20] [--clients 8]
// The last line is JSON: times (really killed), acked (entries with an acknowledgement), lost, doubled.
import type { Bytes } from '../../shared/codec/bytes.ts';
import { sha256 } from '../../sync-server/auth/sha256.ts';
import { newChat, newDocumentId } from '../../sync-server/testing/testChat.ts';
import { ask, signIn, tokensIn } from '../../sync-server/testing/testUser.ts';
import { startRelay } from './browser/relayProcess.ts';
import { readOptions, wholeNumber } from './commandLine.ts';
import { newAccount } from './crash/account.ts';
import { judgeLog } from './crash/ledger.ts';
import { createLoadClient, type LoadClient, type LoadTarget } from './crash/loadClient.ts';
import { readLog } from './crash/readLog.ts';

const values = readOptions({
  times: { type: 'string', default: '20' },
  clients: { type: 'string', default: '8' },
});
const times = wholeNumber('times', values.times);
const clientCount = wholeNumber('clients', values.clients);
const membersOfADocument = 4;
const patienceMs = 10_000;

const relay = await startRelay({ REGISTRATION: 'open', RATE_FACTOR: '1000000', LOG: 'off' });
const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

async function newTarget(handle: string): Promise<LoadTarget> {
  const owner = await newAccount(relay.origin, handle);
  const { body } = await signIn(owner.by, owner.user);
  const chat = newChat();
  const { entry, boxes } = chat.genesis;
  await ask(owner.by, 'POST', '/api/ledgers', { entry, boxes }, tokensIn(body).accessToken);
  return { origin: relay.origin, chat, document: newDocumentId() };
}

const targets: LoadTarget[] = [];
const clients: { readonly target: LoadTarget; readonly client: LoadClient }[] = [];
for (let i = 0; i < clientCount; i++) {
  if (i % membersOfADocument === 0) targets.push(await newTarget(`owner${i}`));
  const target = targets.at(-1);
  if (target)
    clients.push({ target, client: createLoadClient(await newAccount(relay.origin, `load${i}`), target) });
}
const promised = () => clients.reduce((sum, { client }) => sum + client.promises().length, 0);

/** Until promises have come from this start of the relay, then on into the burst. False if none come. */
async function intoTheBurst(): Promise<boolean> {
  const before = promised();
  for (let waited = 0; promised() < before + 500; waited += 5) {
    if (waited > patienceMs) return false;
    await sleep(5);
  }
  await sleep(Math.random() * 300);
  return true;
}

let stuck = 0;
let killed = 0;
for (let round = 1; round <= times && stuck === 0; round++) {
  // A relay that lost something leaves clients that can't go on: the log is judged at once.
  if (!(await intoTheBurst())) stuck = 1;
  await relay.stop('SIGKILL');
  killed++;
  process.stdout.write(`killed ${round} of ${times} times, ${promised()} promises so far\n`);
  await relay.start();
}
if (!(await intoTheBurst())) stuck = 1;
for (const { client } of clients) client.stopWriting();
for (let waited = 0; clients.some(({ client }) => client.unanswered() > 0) && stuck === 0; waited += 20) {
  if (waited > patienceMs) stuck = 1;
  await sleep(20);
}
if (stuck > 0) process.stdout.write('clients can no longer append\n');
for (const { client } of clients) await client.close();

let [acked, lost, doubled, faults] = [0, 0, 0, 0];
const auditor = await newAccount(relay.origin, 'auditor');
for (const target of targets) {
  const log: readonly Bytes[] = await readLog(auditor, target);
  const own = clients.filter((one) => one.target === target).map(({ client }) => client);
  const verdict = judgeLog(
    sha256,
    target.document,
    log,
    own.flatMap((client) => client.promises()),
  );
  acked += own
    .flatMap((client) => client.promises())
    .filter(({ cursor }) => cursor.hash !== undefined).length;
  lost += verdict.lost;
  doubled += verdict.doubled;
  for (const fault of own.flatMap((client) => client.faults())) {
    faults += 1;
    if (faults <= 10) process.stdout.write(`fault: ${fault}\n`);
  }
}
await relay.close();
if (faults > 0) process.stdout.write(`${faults} faults in the order of what clients were sent\n`);
process.stdout.write(`${JSON.stringify({ times: killed, acked, lost, doubled })}\n`);
const isWhole = killed === times && stuck === 0 && acked > 0;
process.exit(isWhole && lost === 0 && doubled === 0 && faults === 0 ? 0 : 1);
