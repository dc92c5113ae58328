// `npm run plants -- [--json] [--runs N]`: shows that the weather's counters count. In a copy of the working tree a bug is
// planted for each, and some runs of the weather must move it, further than without the bug. The last line is JSON: how many
// counters there are, and how many saw nothing; it ends with 1 where any did.
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import * as v from 'valibot';
import { readOptions, wholeNumber } from './commandLine.ts';
import { findingKinds, type FindingKind } from './harbour/findings.ts';
import { mutate } from './mutants/mutant.ts';
import { createScratchCopy } from './mutants/scratchCopy.ts';
import { weatherBugs, type WeatherBug } from './mutants/weatherBugs.ts';

const values = readOptions({
  json: { type: 'boolean', default: false },
  runs: { type: 'string', default: '4' },
});
const runs = wholeNumber('runs', values.runs);
const print = (line: string) => void process.stdout.write(`${line}\n`);

const copy = createScratchCopy();

/** What the weather counts in the copy as it is. */
async function countAll(): Promise<Readonly<Record<FindingKind, number>>> {
  const weather = join(copy.folder, 'app', 'testing', 'weather.ts');
  const args = [weather, '--runs', `${runs}`, '--seed', 'planted'];
  const maxBuffer = 1 << 28;
  const lines = await new Promise<string>((resolve) => {
    execFile(process.execPath, args, { maxBuffer }, (_error, stdout) => resolve(stdout));
  });
  return v.parse(
    v.object(v.entriesFromList(findingKinds, v.number())),
    JSON.parse(lines.trim().split('\n').at(-1) ?? ''),
  );
}

async function countWith({ counter, ...bug }: WeatherBug): Promise<number> {
  const source = copy.read(bug.file);
  copy.write(bug.file, mutate(source, bug));
  const counts = await countAll();
  copy.write(bug.file, source);
  return counts[counter];
}

try {
  let blind = 0;
  const without = await countAll();
  for (const bug of weatherBugs) {
    const count = await countWith(bug);
    if (count <= without[bug.counter]) blind++;
    const { name, counter } = bug;
    print(values.json ? JSON.stringify({ counter, bug: name, count }) : `${counter} ${count}: ${name}`);
  }
  print(JSON.stringify({ counters: weatherBugs.length, blind }));
  process.exitCode = blind > 0 ? 1 : 0;
} finally {
  copy.remove();
}
