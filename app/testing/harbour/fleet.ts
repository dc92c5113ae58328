// Many runs in processes of their own, as many at once as there are cores. A process ends after a few runs, and with it
// whatever crashed clients left behind in it.
import { fork } from 'node:child_process';
import { availableParallelism } from 'node:os';
import * as v from 'valibot';
import { findingKinds } from './findings.ts';
import { noCounts, type WeatherCounts } from './sky.ts';
import type { VoyageResult } from './voyage.ts';

export const voyageOrder = v.object({ seeds: v.array(v.string()), steps: v.number() });
export const voyageReport: v.GenericSchema<unknown, VoyageResult> = v.object({
  seed: v.string(),
  steps: v.number(),
  findings: v.array(v.object({ kind: v.picklist(findingKinds), what: v.string() })),
  weather: v.pipe(
    v.record(v.string(), v.number()),
    v.transform((counts): WeatherCounts => ({ ...noCounts(), ...counts })),
  ),
  trace: v.array(v.string()),
  ms: v.number(),
});
export type VoyageReport = VoyageResult;

const maxRunsPerProcess = 20;
/** A run takes some seconds; so much more means that it hangs, also where the machine is busy with something else. */
const hangsAfterMs = 20 * 60_000;

/** Runs all seeds; resolves when the last has reported. */
export async function sailFleet(
  seeds: readonly string[],
  steps: number,
  onReport: (report: VoyageReport) => void,
): Promise<void> {
  const waiting = [...seeds];
  const captains = availableParallelism();
  const runsPerProcess = Math.min(maxRunsPerProcess, Math.ceil(seeds.length / captains));
  const captain = async () => {
    while (waiting.length > 0) await sailBatch(waiting.splice(0, runsPerProcess), steps, onReport);
  };
  await Promise.all(Array.from({ length: captains }, captain));
}

/** Runs that end without a report count as lost. */
function sailBatch(
  seeds: readonly string[],
  steps: number,
  onReport: (report: VoyageReport) => void,
): Promise<void> {
  const left = new Set(seeds);
  const child = fork(new URL('./voyageProcess.ts', import.meta.url));
  return new Promise((resolve) => {
    let stop = setTimeout(() => child.kill('SIGKILL'), hangsAfterMs);
    child.on('message', (message) => {
      clearTimeout(stop);
      stop = setTimeout(() => child.kill('SIGKILL'), hangsAfterMs);
      const report = v.parse(voyageReport, message);
      left.delete(report.seed);
      onReport(report);
    });
    child.on('exit', (code, signal) => {
      clearTimeout(stop);
      const [seed] = left;
      // The first without a report is the one that ended it; the others were never begun.
      if (seed !== undefined) {
        const what = `the run ended with ${signal ?? code}`;
        const findings = [{ kind: 'lost', what } as const];
        onReport({ seed, steps: 0, findings, weather: noCounts(), trace: [], ms: 0 });
        left.delete(seed);
      }
      resolve(left.size > 0 ? sailBatch([...left], steps, onReport) : undefined);
    });
    child.send({ seeds, steps });
  });
}
