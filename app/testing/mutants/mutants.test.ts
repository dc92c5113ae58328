// The list of mutants doesn't rot: whoever changes a check or the name of its test changes its mutant too.
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { findingKinds } from '../harbour/findings.ts';
import { mutants } from './list.ts';
import { mutate } from './mutant.ts';
import { weatherBugs } from './weatherBugs.ts';

const read = (file: string) => readFileSync(new URL(`../../../${file}`, import.meta.url), 'utf8');

test('[S8] each mutant has its own name, and finds its check exactly once', () => {
  expect(new Set(mutants.map(({ name }) => name)).size).toBe(mutants.length);
  for (const mutant of mutants) {
    const source = read(mutant.file);
    expect(mutate(source, mutant), mutant.name).not.toBe(source);
  }
  const [first] = mutants;
  if (!first) throw new Error('expected a mutant');
  expect(() => mutate('', first)).toThrow('exactly once');
});

test('[S8] there is a bug to plant for each thing that the weather counts', () => {
  expect(weatherBugs.map(({ counter }) => counter).toSorted()).toEqual([...findingKinds].toSorted());
  for (const bug of weatherBugs) mutate(read(bug.file), bug);
});
