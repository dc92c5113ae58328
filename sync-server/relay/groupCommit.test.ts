// The group commit alone, with a store that fails when told to.
import { expect, test } from 'vitest';
import { fail, ok, type Result } from '../../shared/protocol/result.ts';
import { createTestClock } from '../testing/testRelay.ts';
import { maxCommitBytes } from './bounds.ts';
import { createGroupCommit, type Participant } from './groupCommit.ts';

function createBench() {
  const events: string[] = [];
  const full = new Set<string>();
  const broken = new Set<string>();
  let isFull = false;
  const commit = createGroupCommit({
    clock: createTestClock(),
    reportBug: (place) => void events.push(`bug in ${place}`),
    write(work): Result<void, 'disk-full'> {
      isFull = false;
      events.push('begin');
      work();
      events.push(isFull ? 'rollback' : 'commit');
      return isFull ? fail('disk-full') : ok(undefined);
    },
  });
  const participant = (name: string): Participant => ({
    store() {
      if (broken.has(name)) throw new TypeError('planted');
      isFull ||= full.has(name);
      events.push(`store ${name}`);
    },
    stored: () => void events.push(`stored ${name}`),
    failed: (failure) => void events.push(`${name}: ${failure}`),
  });
  return { commit, events, full, broken, participant };
}
const turn = () => new Promise((resolve) => setImmediate(resolve));

test('[R25] one transaction for a turn, and answers after it', async () => {
  const { commit, events, participant } = createBench();
  const [a, b] = [participant('a'), participant('b')];
  commit.join(a, 1);
  commit.join(b, 1);
  commit.join(a, 1);
  expect(events).toEqual([]);
  await turn();
  expect(events).toEqual(['begin', 'store a', 'store b', 'commit', 'stored a', 'stored b']);
});

test('[R25] what fails together is tried alone, so that one can’t take down the others', async () => {
  const { commit, events, full, broken, participant } = createBench();
  full.add('large');
  broken.add('bug');
  for (const name of ['a', 'large', 'bug', 'b']) commit.join(participant(name), 1);
  await turn();
  expect(events.filter((event) => /^stored|:/.test(event))).toEqual([
    'stored a',
    'large: disk-full',
    'bug: internal',
    'stored b',
  ]);
  expect(events).toContain('bug in commit');
});

test('[R25] a heavy turn is committed before its end', () => {
  const { commit, events, participant } = createBench();
  commit.join(participant('a'), maxCommitBytes);
  expect(events).toEqual([]);
  commit.join(participant('b'), 1);
  expect(events.at(-1)).toBe('stored b');
});

test('[R25] what an answer adds belongs to the next commit', async () => {
  const { commit, events, participant } = createBench();
  const next = participant('next');
  commit.join({ store() {}, stored: () => commit.join(next, 1), failed() {} }, 1);
  commit.flush();
  expect(events).toEqual(['begin', 'commit']);
  await turn();
  expect(events.at(-1)).toBe('stored next');
});
