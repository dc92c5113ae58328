// The commands that measure and judge say no to what can't be meant, at once: none ends well with a sum over nothing.
import { execFile } from 'node:child_process';
import { expect, test } from 'vitest';

interface Ended {
  readonly code: number;
  readonly out: string;
  readonly said: string;
}
const run = (script: string, args: readonly string[]) =>
  new Promise<Ended>((resolve) => {
    execFile(process.execPath, [`app/testing/${script}.ts`, ...args], (error, out, said) => {
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, out, said });
    });
  });

test.each([
  ['weather', ['--runs', 'abc'], '--runs takes a whole number from 1 on, not "abc".'],
  ['weather', ['--runs', '0'], '--runs takes a whole number from 1 on, not "0".'],
  ['weather', ['--runs', '1', '--steps', '2.5'], '--steps takes a whole number from 1 on, not "2.5".'],
  ['weather', ['--rums', '3'], "Unknown option '--rums'"],
  ['crash', ['--times', '0'], '--times takes a whole number from 1 on, not "0".'],
  ['crash', ['--clients', 'many'], '--clients takes a whole number from 1 on, not "many".'],
  ['wipe', ['--times', '-1'], 'times'],
  ['comeback', ['--clients', ''], '--clients takes a whole number from 1 on, not "".'],
  ['plants', ['--runs', '1e3'], '--runs takes a whole number from 1 on, not "1e3".'],
  ['mutants', ['--only', 'no such name'], '--only "no such name" is in the name of no mutant.'],
  ['bench/main', ['--only', 'app.cold_stat'], '--only "app.cold_stat" begins the name of no figure.'],
  ['bench/main', ['--scale', ''], '--scale takes a number above 0, up to 1, not "".'],
])('[S8] %s %j is refused with a sentence', async (script, args, sentence) => {
  const { code, out, said } = await run(script, args);
  expect({ code, out }).toEqual({ code: 2, out: '' });
  expect(said).toContain(sentence);
  expect(said.trim().split('\n')).toHaveLength(1);
});

test('[S8] the weather says how many runs it made', async () => {
  const { code, out } = await run('weather', ['--runs', '2', '--steps', '3', '--seed', 'few']);
  expect(code).toBe(0);
  expect(JSON.parse(out.trim())).toMatchObject({ runs: 2, steps: 3, lost: 0, unpurged: 0 });
});
