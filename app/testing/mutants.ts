// `npm run mutants -- [--json] [--only WORD]`: each check against a lying relay or a lying member is switched off in turn, in
// a copy of the working tree, and its named test must go red. First all those tests run with every check on, and must be
// green. The last line is JSON: how many mutants there are, and how many survived; it ends with 1 where any did.
import { readOptions, someOf } from './commandLine.ts';
import { mutants as all } from './mutants/list.ts';
import { mutate, type Mutant } from './mutants/mutant.ts';
import { runTests } from './mutants/runTests.ts';
import { createScratchCopy, type ScratchCopy } from './mutants/scratchCopy.ts';

const values = readOptions({
  json: { type: 'boolean', default: false },
  only: { type: 'string', default: '' },
});
const mutants = someOf(
  all,
  ({ name }) => name.includes(values.only),
  `--only "${values.only}" is in the name of no mutant.`,
);
const print = (line: string) => void process.stdout.write(`${line}\n`);
const tell = (line: string) => void process.stderr.write(`${line}\n`);

/** Two at a time: each runs one test, and most of that is starting. */
const copies = [createScratchCopy(), createScratchCopy()];
let survived = 0;

/** All named tests with every check on: a red one, or one that is not there, would make any mutant look dead. */
async function checkGreen({ folder }: ScratchCopy) {
  const files = new Set(mutants.map(({ testFile }) => testFile));
  const run = await runTests(folder, [...files], [...new Set(mutants.map(({ test }) => test))]);
  if (run.isHanging) throw new Error('The tests hang with every check on.');
  if (run.broken !== '') throw new Error(`The tests don't run: ${run.broken}`);
  for (const { name, test } of mutants) {
    const status = run.statusByTest.get(test);
    if (status !== 'passed') throw new Error(`The test of "${name}" is ${status ?? 'not there'}: ${test}`);
  }
}

async function tryMutant(copy: ScratchCopy, mutant: Mutant) {
  const { name, file, testFile, test } = mutant;
  const source = copy.read(file);
  copy.write(file, mutate(source, mutant));
  const run = await runTests(copy.folder, [testFile], [test]);
  copy.write(file, source);
  if (run.broken !== '') throw new Error(`The mutant "${name}" doesn't even run: ${run.broken}`);
  const killed = run.isHanging || run.statusByTest.get(test) === 'failed';
  if (!killed) survived++;
  if (values.json) print(JSON.stringify({ mutant: name, test, killed }));
  else print(`${killed ? 'killed  ' : 'SURVIVED'} ${name}: ${test}`);
}

try {
  const [first] = copies;
  if (first) await checkGreen(first);
  const waiting = [...mutants];
  await Promise.all(
    copies.map(async (copy) => {
      for (let next = waiting.shift(); next; next = waiting.shift()) await tryMutant(copy, next);
    }),
  );
  print(JSON.stringify({ mutants: mutants.length, survived }));
  process.exitCode = survived > 0 ? 1 : 0;
} catch (error) {
  tell(error instanceof Error ? error.message : String(error));
  process.exitCode = 2;
} finally {
  for (const copy of copies) copy.remove();
}
