import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { removeAbandonedFolders } from './harbourRelay.ts';

test('only folders of runs that live no more are removed', () => {
  const within = mkdtempSync(join(tmpdir(), 'convo-abandoned-'));
  onTestFinished(() => rmSync(within, { recursive: true, force: true }));
  const dead = spawnSync(process.execPath, ['--version']).pid;
  const others = [`convo-harbour-${process.pid}-abc`, 'convo-harbour-abcdef', `other-${dead}-abc`];
  for (const name of [...others, `convo-harbour-${dead}-abc`])
    mkdirSync(join(within, name, 'inside'), { recursive: true });
  removeAbandonedFolders(within);
  expect(readdirSync(within).toSorted()).toEqual(others.toSorted());
});
