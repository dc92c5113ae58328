// Everything that must hold before a change is done, and at the end one line with the sum: "N passed, N failed".
// Every step runs even where an earlier one failed; a step that isn't a test (format, lint, types) adds to the failed
// ones when it fails, so that line never says 0 failed over a failure.
// Usage: node deploy/verify.mjs check|test [what to hand on to vitest and playwright]
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const [mode, ...only] = process.argv.slice(2);
const reports = mkdtempSync(join(tmpdir(), 'convo-verify-'));
/** @type {string[]} */
const broken = [];
let passed = 0;
let failed = 0;

/** @param {string} name @param {string} command @param {string[]} args */
function run(name, command, args, env = {}) {
  console.log(`\n── ${name}`);
  const stdio = /** @type {const} */ (['ignore', 'inherit', 'inherit']);
  const ok = spawnSync(command, args, { stdio: [...stdio], env: { ...process.env, ...env } }).status === 0;
  if (!ok) broken.push(name);
  return ok;
}

/** @param {string} name @param {boolean} ok @param {string} file @param {(text: string) => [number, number]} read */
function count(name, ok, file, read) {
  let counted = { passed: 0, failed: 0 };
  try {
    const [p, f] = read(readFileSync(file, 'utf8'));
    counted = { passed: p, failed: f };
  } catch (error) {
    console.error(`${name} left no report: ${error instanceof Error ? error.message : String(error)}`);
  }
  passed += counted.passed;
  // A run that fails without a failed test (an error between tests, no tests at all) is a failure too.
  failed += ok ? counted.failed : Math.max(1, counted.failed);
}

for (const [name, command, ...args] of [
  ['format', 'prettier', '--check', '--log-level', 'warn', '--cache', '--cache-strategy', 'content', '.'],
  ['lint', 'oxlint'],
  ['types', 'tsc', '-p', '.'],
]) {
  if (!run(name ?? '', command ?? '', args)) failed += 1;
}

const unitReport = join(reports, 'unit.json');
const filtered = only.length > 0 ? ['--passWithNoTests'] : [];
const unitArgs = [
  'run',
  '--reporter=default',
  '--reporter=json',
  `--outputFile.json=${unitReport}`,
  ...filtered,
  ...only,
];
count('unit tests', run('unit tests', 'vitest', unitArgs), unitReport, (text) => {
  /** @type {{ numPassedTests: number, numFailedTests: number }} */
  const report = JSON.parse(text);
  return [report.numPassedTests, report.numFailedTests];
});

if (mode === 'test') {
  const browserReport = join(reports, 'browser.json');
  const none = only.length > 0 ? ['--pass-with-no-tests'] : [];
  const ok = run('browser tests', 'playwright', ['test', '--reporter=list,json', ...none, ...only], {
    PLAYWRIGHT_JSON_OUTPUT_FILE: browserReport,
  });
  count('browser tests', ok, browserReport, (text) => {
    /** @type {{ stats: { expected: number, unexpected: number } }} */
    const { stats } = JSON.parse(text);
    return [stats.expected, stats.unexpected];
  });
}

rmSync(reports, { recursive: true, force: true });
if (broken.length > 0) console.log(`\nNot in order: ${broken.join(', ')}.`);
console.log(`\n${passed} passed, ${failed} failed`);
process.exit(broken.length > 0 || failed > 0 ? 1 : 0);
