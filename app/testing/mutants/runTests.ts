// Vitest in a process of its own, on chosen tests of chosen files, and what became of each.
import { spawn } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import * as v from 'valibot';

const report = v.object({
  testResults: v.array(
    v.object({
      message: v.optional(v.string()),
      assertionResults: v.array(v.object({ title: v.string(), status: v.string() })),
    }),
  ),
});
/** A test takes seconds, also on a busy machine; one that hangs is as red as one that fails. */
const hangsAfterMs = (tests: number) => 120_000 + tests * 10_000;

export interface TestRun {
  /** By the test's name, without that of a group around it: `passed`, `failed`, or that it was passed over. */
  readonly statusByTest: ReadonlyMap<string, string>;
  /** Why a file did not run at all; empty where all ran. */
  readonly broken: string;
  readonly isHanging: boolean;
}

export async function runTests(
  folder: string,
  files: readonly string[],
  tests: readonly string[],
): Promise<TestRun> {
  const output = join(folder, 'node_modules', 'result.json');
  rmSync(output, { force: true });
  const vitest = join(folder, 'node_modules', 'vitest', 'vitest.mjs');
  const child = spawn(
    process.execPath,
    [
      vitest,
      'run',
      ...files,
      '-t',
      `(${tests.map(escaped).join('|')})$`,
      '--reporter=json',
      `--outputFile=${output}`,
    ],
    { cwd: folder, stdio: 'ignore' },
  );
  let isHanging = false;
  const stop = setTimeout(() => {
    isHanging = true;
    child.kill('SIGKILL');
  }, hangsAfterMs(tests.length));
  await new Promise<void>((resolve) => child.on('exit', () => resolve()));
  clearTimeout(stop);
  if (isHanging) return { statusByTest: new Map(), broken: '', isHanging };
  if (!existsSync(output))
    return { statusByTest: new Map(), broken: 'vitest ended without a word', isHanging };
  const { testResults } = v.parse(report, JSON.parse(readFileSync(output, 'utf8')));
  const all = testResults.flatMap(({ assertionResults }) => assertionResults);
  const broken = testResults.flatMap((file) =>
    file.assertionResults.length === 0 && file.message ? [file.message] : [],
  );
  return {
    statusByTest: new Map(all.map(({ title, status }) => [title, status])),
    broken: broken.join('\n'),
    isHanging,
  };
}

const escaped = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
