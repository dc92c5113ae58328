// The list of mutants doesn't rot: whoever changes a check or the name of its test changes its mutant too.
import { readFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { expect, test } from 'vitest';
import { findingKinds } from '../harbour/findings.ts';
import { mutants } from './list.ts';
import { mutate, type Change } from './mutant.ts';
import { weatherBugs } from './weatherBugs.ts';

const read = (file: string) => readFileSync(new URL(`../../../${file}`, import.meta.url), 'utf8');

/** The source with the change in it. Throws where that is no program any more: nothing would run, and nothing be noticed. */
function changed(change: Change): string {
  const source = mutate(read(change.file), change);
  if (!change.file.endsWith('.tsx')) stripTypeScriptTypes(source);
  return source;
}

test('[S8] each mutant has its own name, finds its check exactly once, and is still a program', () => {
  expect(new Set(mutants.map(({ name }) => name)).size).toBe(mutants.length);
  for (const mutant of mutants) expect(changed(mutant), mutant.name).not.toBe(read(mutant.file));
  const [first] = mutants;
  if (!first) throw new Error('expected a mutant');
  expect(() => mutate('', first)).toThrow('exactly once');
});

test('[S8] there is a bug to plant for each thing that the weather counts', () => {
  expect(weatherBugs.map(({ counter }) => counter).toSorted()).toEqual([...findingKinds].toSorted());
  for (const bug of weatherBugs) changed(bug);
});
