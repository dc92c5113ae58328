// `npm run plants -- [--json] [--runs N]`: shows that the weather's counters count. In a copy of the working tree a bug is
// planted for each, and must move it in some run of the weather in which it does not move without the bug. The last line is
// JSON: how many counters there are, and how many saw nothing; it ends with 1 where any did.
import { execFile } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import * as v from 'valibot';
import { readOptions, wholeNumber } from './commandLine.ts';
import { findingKinds, type FindingKind } from './harbour/findings.ts';
import { mutate } from './mutants/mutant.ts';
import { createScratchCopy } from './mutants/scratchCopy.ts';
import { weatherBugs, type WeatherBug } from './mutants/weatherBugs.ts';

const values = readOptions({
  json: { type: 'boolean', default: false },
  runs: { type: 'string', default: '6' },
});
const runs = wholeNumber('runs', values.runs);
const seeds = Array.from({ length: runs }, (_, run) => `planted ${run}`);
const print = (line: string) => void process.stdout.write(`${line}\n`);

const copy = createScratchCopy();
type Counts = Readonly<Record<FindingKind, number>>;
const counts: v.GenericSchema<unknown, Counts> = v.object(v.entriesFromList(findingKinds, v.number()));

/** What the weather counts in the copy as it is, in a run of this seed. */
async function countRun(seed: string): Promise<Counts> {
  const args = [join(copy.folder, 'app', 'testing', 'weather.ts'), '--runs', '1', '--seed', seed];
  const maxBuffer = 1 << 28;
  const lines = await new Promise<string>((resolve) => {
    execFile(process.execPath, args, { maxBuffer }, (_error, stdout) => resolve(stdout));
  });
  return v.parse(counts, JSON.parse(lines.trim().split('\n').at(-1) ?? ''));
}

async function countAll(): Promise<ReadonlyMap<string, Counts>> {
  const countsBySeed = new Map<string, Counts>();
  const waiting = [...seeds];
  const captain = async () => {
    for (let seed = waiting.shift(); seed !== undefined; seed = waiting.shift())
      countsBySeed.set(seed, await countRun(seed));
  };
  await Promise.all(Array.from({ length: availableParallelism() }, captain));
  return countsBySeed;
}

async function countWith(bug: WeatherBug, without: ReadonlyMap<string, Counts>): Promise<number> {
  const source = copy.read(bug.file);
  copy.write(bug.file, mutate(source, bug));
  const planted = await countAll();
  copy.write(bug.file, source);
  const clean = [...planted].filter(([seed]) => without.get(seed)?.[bug.counter] === 0);
  return clean.reduce((sum, [, counted]) => sum + counted[bug.counter], 0);
}

try {
  let blind = 0;
  const without = await countAll();
  for (const bug of weatherBugs) {
    const count = await countWith(bug, without);
    if (count === 0) blind++;
    const { name, counter } = bug;
    print(values.json ? JSON.stringify({ counter, bug: name, count }) : `${counter} ${count}: ${name}`);
  }
  print(JSON.stringify({ counters: weatherBugs.length, blind }));
  process.exitCode = blind > 0 ? 1 : 0;
} finally {
  copy.remove();
}
