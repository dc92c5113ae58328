// `npm run weather -- --runs N --seed S [--steps N] [--trace]`: runs of the harbour under seeded weather. Progress goes to
// stderr; the last line on stdout is the sum, of the runs that really came to their end. A run that fails prints its seed and
// its steps; the same seed with `--runs 1 --trace` tells the same story again. It ends with 1 where something failed, where
// runs are missing, and where many runs had none of some kind of weather.
import { readOptions, wholeNumber } from './commandLine.ts';
import { sailFleet, type VoyageReport } from './harbour/fleet.ts';
import { findingKinds } from './harbour/findings.ts';
import { removeAbandonedFolders } from './harbour/harbourRelay.ts';
import { noCounts, weatherKinds } from './harbour/sky.ts';
import { sail } from './harbour/voyage.ts';

const values = readOptions({
  runs: { type: 'string', default: '100' },
  seed: { type: 'string', default: '1' },
  steps: { type: 'string', default: '200' },
  trace: { type: 'boolean', default: false },
});
const runs = wholeNumber('runs', values.runs);
const steps = wholeNumber('steps', values.steps);
/** In so many steps all together each kind of weather must have happened: the rarest comes once in some hundred. */
const manySteps = 20_000;
/** A number counts up from run to run; any other seed gets the run's number behind it. */
const seedOf = (run: number) =>
  /^\d+$/.test(values.seed)
    ? String(Number(values.seed) + run)
    : run === 0
      ? values.seed
      : `${values.seed}/${run}`;

const failures = { divergent: 0, lost: 0, doubled: 0, plaintext: 0, undecryptable: 0, unpurged: 0 };
const weather = noCounts();
let reported = 0;
/** Came to their end. */
let done = 0;
let failed = 0;
const begun = performance.now();
const tell = (line: string) => void process.stderr.write(`${line}\n`);

function count(report: VoyageReport) {
  reported++;
  if (report.steps === steps) done++;
  for (const kind of weatherKinds) weather[kind] += report.weather[kind];
  for (const { kind } of report.findings) failures[kind]++;
  if (report.findings.length > 0) {
    failed++;
    if (!values.trace) for (const line of report.trace) tell(line);
    tell(`seed ${report.seed} failed; again: npm run weather -- --seed ${report.seed} --runs 1 --trace`);
  }
  if (reported % 50 === 0 || reported === runs) {
    const seconds = Math.round((performance.now() - begun) / 1000);
    tell(`${reported} of ${runs} runs, ${failed} failed, ${seconds} s`);
  }
}

removeAbandonedFolders();
if (values.trace) {
  for (let run = 0; run < runs; run++) count(await sail(seedOf(run), steps, tell));
} else {
  await sailFleet(
    Array.from({ length: runs }, (_, run) => seedOf(run)),
    steps,
    count,
  );
}
if (done < runs) tell(`${runs - done} of ${runs} runs did not come to their end`);
const missing = weatherKinds.filter((kind) => done * steps >= manySteps && weather[kind] === 0);
if (missing.length > 0) tell(`in all these runs there was no ${missing.join(', no ')}`);
const sum = { runs: done, steps, ...failures, weather };
const isGood = done === runs && missing.length === 0 && findingKinds.every((kind) => failures[kind] === 0);
process.stdout.write(`${JSON.stringify(sum)}\n`, () => process.exit(isGood ? 0 : 1));
