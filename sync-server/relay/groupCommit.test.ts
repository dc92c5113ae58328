// The group commit alone, with a store that fails when told to.
import { expect, test } from 'vitest';
import { fail, ok, type Result } from '../../shared/protocol/result.ts';
import { createTestClock } from '../testing/testRelay.ts';
import { maxCommitBytes, maxLightItems } from './bounds.ts';
import { createGroupCommit, type Participant } from './groupCommit.ts';

function createBench({ mayGoOn = false } = {}) {
  const events: string[] = [];
  const full = new Set<string>();
  const broken = new Set<string>();
  let isFull = false;
  let isDiskBroken = false;
  let synced: ((error: Error | null) => void) | undefined;
  function write(work: () => void, commit: string): Result<void, 'disk-full'> {
    isFull = false;
    events.push('begin');
    work();
    events.push(isFull ? 'rollback' : commit);
    return isFull ? fail('disk-full') : ok(undefined);
  }
  const commit = createGroupCommit({
    log: {
      write: (work) => write(work, 'commit'),
      writeUnsynced: (work) => write(work, 'commit without sync'),
      sync() {
        events.push('sync');
        if (isDiskBroken) throw new Error('the disk');
      },
      syncApart(done) {
        events.push('sync apart');
        synced = done;
      },
    },
    diskLost: mayGoOn ? () => void events.push('disk lost') : undefined,
    clock: createTestClock(),
    reportBug: (place) => void events.push(`bug in ${place}`),
  });
  const participant = (name: string): Participant => ({
    store() {
      if (broken.has(name)) throw new Error(name);
      isFull ||= full.has(name);
      events.push(`store ${name}`);
    },
    written: () => () => void events.push(`stored ${name}`),
    failed: (failure) => void events.push(`${name}: ${failure}`),
  });
  return {
    commit,
    events,
    full,
    broken,
    participant,
    /** More than the relay waits for. */
    joinMany(name: string) {
      const one = participant(name);
      for (let i = 0; i <= maxLightItems; i++) commit.join(one, 1);
    },
    breakDisk: () => void (isDiskBroken = true),
    diskSays: (error: Error | null) => synced?.(error),
  };
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
    'large: disk-full',
    'bug: internal',
    'stored a',
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
  commit.join({ store() {}, written: () => () => commit.join(next, 1), failed() {} }, 1);
  commit.flush();
  expect(events).toEqual(['begin', 'commit']);
  await turn();
  expect(events.at(-1)).toBe('stored next');
});

test('[R3] while the disk is at work on a large commit nothing of it is told, and what arrives is the next one', async () => {
  const { commit, events, participant, joinMany, diskSays } = createBench({ mayGoOn: true });
  joinMany('a');
  await turn();
  joinMany('b');
  await turn();
  expect(events).toEqual(['begin', 'store a', 'commit without sync', 'sync apart']);
  diskSays(null);
  expect(events.splice(0).slice(4)).toEqual([
    'begin',
    'store b',
    'commit without sync',
    'sync apart',
    'stored a',
  ]);
  commit.join(participant('c'), 1);
  await turn();
  expect(events).toEqual([]);
  diskSays(null);
  expect(events).toEqual(['begin', 'store c', 'commit', 'stored b', 'stored c']);
});

test('[R3] who can’t wait has all of it durable and told at once, in order and once', async () => {
  const { commit, events, participant, joinMany, diskSays } = createBench({ mayGoOn: true });
  joinMany('a');
  await turn();
  commit.join(participant('b'), 1);
  events.length = 0;
  commit.flush();
  const all = ['begin', 'store b', 'commit', 'sync', 'stored a', 'stored b'];
  expect(events).toEqual(all);
  diskSays(null);
  await turn();
  expect(events).toEqual(all);
});

test('[R3] a commit that stores nothing of its own makes nothing durable: what the disk is at work on is synced', async () => {
  const { commit, events, full, participant, joinMany } = createBench({ mayGoOn: true });
  joinMany('a');
  await turn();
  full.add('b');
  commit.join(participant('b'), 1);
  events.length = 0;
  commit.flush();
  expect(events).toEqual(['begin', 'store b', 'rollback', 'b: disk-full', 'sync', 'stored a']);
});

test('[R43] a sync that fails ends it, also where somebody could not wait for it', async () => {
  const { commit, events, participant, joinMany, diskSays } = createBench({ mayGoOn: true });
  joinMany('a');
  await turn();
  commit.flush();
  joinMany('b');
  events.length = 0;
  diskSays(new Error('the disk'));
  commit.flush();
  commit.join(participant('c'), 1);
  await turn();
  expect(events).toEqual(['disk lost']);
});

test('[R43] one sync apart at a time: of two, one could hear of the other’s failure', async () => {
  const { commit, events, joinMany, diskSays } = createBench({ mayGoOn: true });
  joinMany('a');
  await turn();
  commit.flush();
  joinMany('b');
  events.length = 0;
  await turn();
  expect(events).toEqual(['begin', 'store b', 'commit', 'stored b']);
  diskSays(null);
  joinMany('c');
  await turn();
  expect(events.slice(4)).toEqual(['begin', 'store c', 'commit without sync', 'sync apart']);
});

test('[R43] after a sync that failed nothing is told any more', async () => {
  const { commit, events, participant, joinMany, diskSays } = createBench({ mayGoOn: true });
  joinMany('a');
  await turn();
  joinMany('b');
  events.length = 0;
  diskSays(new Error('the disk'));
  commit.join(participant('c'), 1);
  commit.flush();
  await turn();
  diskSays(null);
  expect(events).toEqual(['disk lost']);
});

test('[R43] the same where somebody could not wait', async () => {
  const { commit, events, participant, joinMany, breakDisk, diskSays } = createBench({ mayGoOn: true });
  joinMany('a');
  await turn();
  commit.join(participant('b'), 1);
  breakDisk();
  events.length = 0;
  commit.flush();
  diskSays(null);
  await turn();
  expect(events).toEqual(['begin', 'store b', 'commit', 'sync', 'disk lost']);
});
