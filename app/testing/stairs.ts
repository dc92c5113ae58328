// The rules of who may import whom, and through which door the outside comes in. It judges a map from path to source
// text, so that the test can plant breaches; it never reads the disk itself.
import { posix } from 'node:path';
import { type ImportFact, readSourceFacts, type SourceFacts } from './sourceFacts.ts';

/** Lower may be imported by higher. Storage may use crypto; crypto stands on nothing. */
const floors = ['crypto', 'storage', 'sync', 'doc', 'account', 'chat', 'ui'];

const maxLines = 400;
const maxMedianLines = 150;

/** Who alone may import a library, as a prefix of the path. Tests that drive everything (app/testing) are exempt. */
const libraryDoors: readonly { library: RegExp; doors: readonly string[]; typesAlso?: readonly string[] }[] =
  [
    { library: /^@noble\//, doors: ['app/crypto/'] },
    { library: /^(yjs|y-websocket|y-protocols)(\/|$)/, doors: ['app/doc/'], typesAlso: ['app/storage/'] },
    { library: /^(dexie|dexie-.*|y-indexeddb)(\/|$)/, doors: ['app/storage/'] },
    { library: /^better-sqlite3(\/|$)/, doors: ['sync-server/log/'] },
  ];

/** Who alone may write an expression; `within` is where the rule holds. */
const expressionDoors: readonly { pattern: RegExp; within: string; door: string }[] = [
  { pattern: /^new (.*\.)?WebSocket$/, within: 'app/', door: 'app/sync/' },
  { pattern: /(^|\.)crypto\.subtle$/, within: 'app/', door: 'app/crypto/' },
  { pattern: /(^|\.)crypto\.subtle$/, within: 'shared/', door: 'app/crypto/' },
  { pattern: /(^|\.)subtle\.verify$/, within: 'sync-server/', door: 'sync-server/auth/' },
];

const verifiers = ['verify', 'createVerify', 'webcrypto', 'subtle', '*', 'default'];

export interface StairsReport {
  readonly breaches: readonly string[];
  /** How much was looked at: a report about nothing proves nothing. */
  readonly fileCount: number;
  readonly importCount: number;
}

const isTest = (path: string) => /\.test\.tsx?$/.test(path);
const isTesting = (path: string) => path.startsWith('app/testing/');

/** The first folders of a path: side (`app`), floor (`ui`) and, in the ui, feature (`inbox`). */
function placeOf(path: string): { side: string; floor: string; feature: string } {
  const folders = path.split('/').slice(0, -1);
  const [side = '', floor = '', feature = ''] = folders;
  return { side, floor, feature: floor === 'ui' ? feature : '' };
}

/** The file that a relative specifier means, without a query such as `?worker`; undefined for a library. */
function targetOf(from: string, specifier: string): string | undefined {
  if (!specifier.startsWith('.')) return undefined;
  return posix.join(posix.dirname(from), specifier.replace(/\?.*$/, ''));
}

function sideBreach(from: string, to: string): string | undefined {
  const [here, there] = [placeOf(from), placeOf(to)];
  if (here.side === there.side || there.side === 'shared' || isTesting(from)) return undefined;
  return `${here.side} may not import ${there.side}`;
}

function floorBreach(from: string, to: string): string | undefined {
  const [here, there] = [placeOf(from), placeOf(to)];
  if (here.side !== 'app' || there.side !== 'app' || isTesting(from)) return undefined;
  if (here.floor === 'worker') {
    if (there.floor === 'ui') return 'a worker has no screen';
    return isTesting(to) && !isTest(from) ? 'only tests may import app/testing' : undefined;
  }
  if (isTesting(to)) return isTest(from) ? undefined : 'only tests may import app/testing';
  if (here.floor === '') return undefined;
  const [height, target] = [floors.indexOf(here.floor), floors.indexOf(there.floor)];
  if (target === -1) return `${here.floor} may not import a composition root`;
  if (target > height) return `${here.floor} may not climb to ${there.floor}`;
  if (here.floor === 'ui' && there.floor !== 'ui' && there.floor !== 'chat') return 'ui sees only chat';
  return undefined;
}

/** A feature may use itself and the kit; files directly in app/ui put the features together. */
function featureBreach(from: string, to: string): string | undefined {
  const [here, there] = [placeOf(from), placeOf(to)];
  if (here.floor !== 'ui' || there.floor !== 'ui' || here.feature === '') return undefined;
  if (there.feature === here.feature || there.feature === 'kit') return undefined;
  return `ui feature ${here.feature} may not import ${there.feature === '' ? 'the top of the ui' : `feature ${there.feature}`}`;
}

function libraryBreach(from: string, fact: ImportFact): string | undefined {
  if (isTesting(from)) return undefined;
  for (const { library, doors, typesAlso = [] } of libraryDoors) {
    const allowed = fact.kind === 'type' ? [...doors, ...typesAlso] : doors;
    if (library.test(fact.specifier) && !allowed.some((door) => from.startsWith(door))) {
      return `only ${doors.join(', ')} may`;
    }
  }
  const isNodeCrypto = /^(node:)?crypto$/.test(fact.specifier) && from.startsWith('sync-server/');
  if (
    isNodeCrypto &&
    !from.startsWith('sync-server/auth/') &&
    fact.names.some((name) => verifiers.includes(name))
  ) {
    return 'only sync-server/auth/ verifies signatures, elsewhere name what is needed';
  }
  return undefined;
}

function importBreach(from: string, fact: ImportFact, known: ReadonlySet<string>): string | undefined {
  if (fact.specifier === '?') return isTesting(from) ? undefined : 'an import must name its file';
  if (/^[/#]/.test(fact.specifier)) return 'a path of our own must be relative';
  const to = targetOf(from, fact.specifier);
  if (to === undefined) return libraryBreach(from, fact);
  const isCode = !/\.[a-z\d]+$/i.test(to) || /\.(tsx?|m?js)$/.test(to);
  if (isCode && to.split('/').length > 1 && !known.has(to) && !to.startsWith('deploy/'))
    return 'no such file';
  return sideBreach(from, to) ?? floorBreach(from, to) ?? featureBreach(from, to);
}

function nameBreach(path: string): string | undefined {
  if (/(^|\/)index\.tsx?$/.test(path)) return 'an index file hides where things are';
  const drawer = path
    .split('/')
    .map((part) => part.replace(/\..*$/, ''))
    .find((part) => /^(utils?|helpers?|common|misc)$/i.test(part) || /[a-z](Utils?|Helpers?)$/.test(part));
  if (drawer !== undefined) return `"${drawer}" says nothing about what is inside`;
  const { side, floor } = placeOf(path);
  if (side !== 'app') return undefined;
  if (floor === '')
    return /^app\/(main\.tsx|[\w-]+\.d\.ts)$/.test(path) ? undefined : 'only main.tsx lies on top of app';
  return [...floors, 'worker', 'testing'].includes(floor) ? undefined : `app has no floor "${floor}"`;
}

function contentBreaches(path: string, facts: SourceFacts): string[] {
  const breaches = facts.errors.map((error) => `does not parse: ${error}`);
  if (facts.hasAny) breaches.push('says any');
  if (facts.isBarrel) breaches.push('is a barrel: nothing in it but re-exports');
  for (const silencer of facts.silencers) breaches.push(`switches a checker off: ${silencer}`);
  if (facts.lineCount > maxLines && !isTest(path))
    breaches.push(`has ${facts.lineCount} lines, over ${maxLines}`);
  for (const expression of facts.expressions) {
    if (/^vi\.(mock|doMock)\(\)$/.test(expression)) breaches.push('mocks a module');
    for (const { pattern, within, door } of expressionDoors) {
      if (!pattern.test(expression) || !path.startsWith(within) || path.startsWith(door) || isTesting(path))
        continue;
      breaches.push(`writes ${expression}, which only ${door} may`);
    }
  }
  return breaches;
}

/** Each cycle once, as `a → b → a`. Types and deferred imports don't count: they can't meet a half-loaded module. */
function valueCycles(facts: ReadonlyMap<string, SourceFacts>): string[] {
  const cycles: string[] = [];
  const done = new Set<string>();
  const trail: string[] = [];

  function walk(path: string): void {
    const at = trail.indexOf(path);
    if (at !== -1) cycles.push(`cycle: ${[...trail.slice(at), path].join(' → ')}`);
    if (at !== -1 || done.has(path)) return;
    trail.push(path);
    for (const { specifier, kind } of facts.get(path)?.imports ?? []) {
      const to = kind === 'value' ? targetOf(path, specifier) : undefined;
      if (to !== undefined && facts.has(to)) walk(to);
    }
    trail.pop();
    done.add(path);
  }
  for (const path of facts.keys()) walk(path);
  return cycles;
}

function medianBreach(facts: ReadonlyMap<string, SourceFacts>): string[] {
  const counts = [...facts].filter(([path]) => !isTest(path)).map(([, { lineCount }]) => lineCount);
  const median = counts.toSorted((a, b) => a - b)[Math.floor(counts.length / 2)] ?? 0;
  return median < maxMedianLines ? [] : [`the median file has ${median} lines, not under ${maxMedianLines}`];
}

/** @param sources text by path relative to the project, with forward slashes */
export function checkStairs(sources: ReadonlyMap<string, string>): StairsReport {
  const facts = new Map([...sources].map(([path, text]) => [path, readSourceFacts(path, text)]));
  const known = new Set(sources.keys());
  const breaches: string[] = [];
  let importCount = 0;
  for (const [path, fileFacts] of facts) {
    const name = nameBreach(path);
    if (name !== undefined) breaches.push(`${path}: ${name}`);
    for (const breach of contentBreaches(path, fileFacts)) breaches.push(`${path}: ${breach}`);
    for (const fact of fileFacts.imports) {
      importCount += 1;
      const breach = importBreach(path, fact, known);
      if (breach !== undefined) breaches.push(`${path} imports ${fact.specifier}: ${breach}`);
    }
  }
  return {
    breaches: [...breaches, ...valueCycles(facts), ...medianBreach(facts)],
    fileCount: sources.size,
    importCount,
  };
}
