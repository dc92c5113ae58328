// Builds the test page with the app's real worker in it, and with some of its modules exchanged: sources of secrets are
// always listened to, and sealing steps can be switched off. The app knows nothing of it, and dist/ is never touched.
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { build, type Plugin } from 'vite';

/** `entries` is the envelope of what goes into a log; `seals` are records, ledger bodies, bundles and signals. */
export type SealingStep = 'entries' | 'seals' | 'boxes' | 'rest';
/** A browser without Ed25519 keeps its device's key as a seed. */
export type Change = `${SealingStep} unsealed` | 'no Ed25519';
/** No command gives a chat a name yet, so the test build gives one to the chat with oneself. */
export const chatName = 'Thistledown pantry';
/** Backwards: the name must not lie in the browser's caches as a part of the program. */
const naming = {
  module: 'app/chat/carryOut.ts',
  from: "kind: 'notes', title: ''",
  to: `kind: 'notes', title: [...'${[...chatName].reverse().join('')}'].reverse().join('')`,
};

const project = resolve(import.meta.dirname, '../../..');
const here = 'app/testing/leak';

/** A module that is exchanged wherever it is imported, or only in one importer. */
interface Swap {
  readonly module: string;
  readonly importer?: string;
  readonly by: string;
}
const listening: readonly Swap[] = [
  { module: 'app/crypto/random.ts', by: 'capturedRandom.ts' },
  { module: 'app/crypto/hash.ts', by: 'capturedHash.ts' },
];
const swapByChange: Readonly<Record<Change, Swap>> = {
  'entries unsealed': {
    module: 'app/crypto/aead.ts',
    importer: 'app/crypto/envelope.ts',
    by: 'plainAead.ts',
  },
  'seals unsealed': { module: 'app/crypto/aead.ts', importer: 'app/crypto/seal.ts', by: 'plainAead.ts' },
  'boxes unsealed': { module: 'app/crypto/aead.ts', importer: 'app/crypto/box.ts', by: 'plainAead.ts' },
  'rest unsealed': { module: 'app/crypto/storageKey.ts', by: 'plainStorageKey.ts' },
  'no Ed25519': { module: 'app/crypto/ed25519Platform.ts', by: 'missingEd25519.ts' },
};

const placeOf = (file: string): string => relative(project, file).split(sep).join('/');

/** @param used learns which exchanges really happened. */
function exchange(swaps: readonly Swap[], used: Set<string>): Plugin {
  return {
    name: 'exchange-modules',
    enforce: 'pre',
    resolveId(source, importer) {
      if (!source.startsWith('.') || importer === undefined) return null;
      const [from, to] = [placeOf(importer), placeOf(resolve(dirname(importer), source))];
      if (from.startsWith(here)) return null;
      const swap = swaps.find(({ module, importer: only }) => module === to && (only ?? from) === from);
      if (!swap) return null;
      used.add(swap.by);
      return resolve(import.meta.dirname, swap.by);
    },
    transform(code, id) {
      if (placeOf(id) !== naming.module || !code.includes(naming.from)) return null;
      used.add(naming.module);
      return code.replace(naming.from, naming.to);
    },
  };
}

/** The folder of the built page. Throws when something that should be exchanged is still there. */
export async function buildVariant(changes: readonly Change[]): Promise<string> {
  const outDir = await mkdtemp(join(tmpdir(), 'convo-leak-page-'));
  const swaps = [...listening, ...changes.map((change) => swapByChange[change])];
  const used = new Set<string>();
  await build({
    configFile: false,
    root: join(import.meta.dirname, 'page'),
    logLevel: 'error',
    // Names of functions say who draws a secret.
    build: { outDir, emptyOutDir: true, minify: false, target: 'esnext', modulePreload: false },
    worker: { format: 'es', plugins: () => [exchange(swaps, used)] },
    plugins: [exchange(swaps, used)],
  });
  const missed = [...swaps.map(({ by }) => by), naming.module].filter((name) => !used.has(name));
  if (missed.length > 0) throw new Error(`never exchanged: ${missed.join(', ')}`);
  return outDir;
}
