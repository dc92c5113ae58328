// `npm run weather -- --runs N --seed S [--steps N] [--trace]`: runs of the harbour under seeded weather. Progress goes to
// stderr; the last line on stdout is the sum. A run that fails prints its seed and its steps; the same seed with
// `--runs 1 --trace` tells the same story again.
import { parseArgs } from 'node:util';
import { sailFleet, type VoyageReport } from './harbour/fleet.ts';
import { findingKinds } from './harbour/findings.ts';
import { removeAbandonedFolders } from './harbour/harbourRelay.ts';
import { noCounts, weatherKinds } from './harbour/sky.ts';
import { sail } from './harbour/voyage.ts';

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '100' },
    seed: { type: 'string', default: '1' },
    steps: { type: 'string', default: '200' },
    trace: { type: 'boolean', default: false },
  },
});
const runs = Math.max(1, Number(values.runs));
const steps = Math.max(1, Number(values.steps));
/** A number counts up from run to run; any other seed gets the run's number behind it. */
const seedOf = (run: number) =>
  /^\d+$/.test(values.seed)
    ? String(Number(values.seed) + run)
    : run === 0
      ? values.seed
      : `${values.seed}/${run}`;

const failures = { divergent: 0, lost: 0, doubled: 0, plaintext: 0, undecryptable: 0, unpurged: 0 };
const weather = noCounts();
let done = 0;
let failed = 0;
const begun = performance.now();
const tell = (line: string) => void process.stderr.write(`${line}\n`);

function count(report: VoyageReport) {
  done++;
  for (const kind of weatherKinds) weather[kind] += report.weather[kind];
  for (const { kind } of report.findings) failures[kind]++;
  if (report.findings.length > 0) {
    failed++;
    if (!values.trace) for (const line of report.trace) tell(line);
    tell(`seed ${report.seed} failed; again: npm run weather -- --seed ${report.seed} --runs 1 --trace`);
  }
  if (done % 50 === 0 || done === runs) {
    const seconds = Math.round((performance.now() - begun) / 1000);
    tell(`${done} of ${runs} runs, ${failed} failed, ${seconds} s`);
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
const sum = { runs, steps, ...failures, weather };
process.stdout.write(`${JSON.stringify(sum)}\n`, () =>
  process.exit(findingKinds.some((kind) => failures[kind] > 0) ? 1 : 0),
);
