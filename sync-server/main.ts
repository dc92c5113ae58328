// Starts the relay: reads the environment, opens the data folder, listens, and says where to go. Everything that can be
// wrong with the machine is one sentence and an end.
import { join } from 'node:path';
import { networkInterfaces } from 'node:os';
import { parseEnv } from './env.ts';
import { startFailureOf } from './startFailure.ts';

const minNodeMajor = 24;

function stop(sentence: string): never {
  process.stderr.write(`${sentence}\n`);
  process.exit(1);
}

if (Number(process.versions.node.split('.')[0]) < minNodeMajor) {
  stop(
    `This is Node ${process.versions.node}; Convo needs Node ${minNodeMajor}: start it with "npm start", which brings its own.`,
  );
}
const parsed = parseEnv(process.env);
if (!parsed.ok) stop(parsed.error);
const env = parsed.value;
const localOrigin = `http://localhost:${env.PORT}`;

async function start() {
  // Loaded here, so that an old Node has said its sentence before it meets what it can't run.
  const { createRelay } = await import('./relay/createRelay.ts');
  const { jsonLines } = await import('./relay/logSink.ts');
  const { listen } = await import('./listen.ts');
  const relay = createRelay({
    dataDir: env.DATA_DIR,
    registration: env.REGISTRATION,
    publicOrigin: env.PUBLIC_URL ?? localOrigin,
    pagesFolder: join(import.meta.dirname, '..', 'dist'),
    trustProxy: env.TRUST_PROXY,
    rateFactor: env.RATE_FACTOR,
    diskLost: (error) =>
      stop(
        `The disk failed under what the relay was writing, and nothing of it was acknowledged: look after ${env.DATA_DIR}, and start again. ${String(error)}`,
      ),
    ...(env.LOG === 'off' ? {} : { logSink: jsonLines((line) => void process.stdout.write(line)) }),
  });
  if (env.MAX_PAGE_COUNT > 0) relay.setMaxPageCount(env.MAX_PAGE_COUNT);
  const listening = await listen(relay, env.PORT, env.HOST);
  return { relay, listening };
}

const { relay, listening } = await start().catch((error: unknown) => {
  const sentence = startFailureOf(error, { dataDir: env.DATA_DIR, port: env.PORT });
  if (sentence === undefined) throw error;
  return stop(sentence);
});

// Before anybody reads that it runs.
for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.once(signal, () => {
    void listening.close().then(
      () => process.exit(0),
      (error: unknown) => {
        process.stderr.write(`${error instanceof Error ? error.name : 'Error'} while stopping\n`);
        process.exit(1);
      },
    );
  });
}

const link = relay.administratorLink();
const lan = Object.values(networkInterfaces())
  .flat()
  .find((address) => address?.family === 'IPv4' && !address.internal)?.address;
process.stdout.write(
  [
    '',
    `  Convo is running:  ${env.PUBLIC_URL ?? localOrigin}`,
    ...(link === undefined ? [] : ['', '  Your one-time link as its administrator:', `  ${link}`]),
    ...(relay.isAdministratorAwaited()
      ? [
          '',
          `  Its administrator is known and can come back by opening the app. If all their devices are lost: stop Convo, delete ${join(env.DATA_DIR, 'relay.names')}, and start it again for a new link.`,
        ]
      : []),
    ...(env.PUBLIC_URL === undefined
      ? [
          '',
          `  A phone needs https to get in${lan === undefined ? '' : ` (http://${lan}:${env.PORT} is not enough)`}: see "On your phone" in README.md.`,
        ]
      : []),
    '',
    '',
  ].join('\n'),
);
