// The crash command and the wipe command among the unit tests, once each and small: so that neither rots unseen.
import { execFile } from 'node:child_process';
import { expect, test } from 'vitest';

/** The last line that the command printed, whatever its exit code. */
const lastLineOf = (script: string, args: readonly string[]) =>
  new Promise<unknown>((resolve) => {
    execFile(process.execPath, [script, ...args], (_error, stdout) => {
      resolve(JSON.parse(stdout.trim().split('\n').at(-1) ?? ''));
    });
  });

test('[R3] a relay that is killed under load has lost and doubled nothing of what it acknowledged', async () => {
  const sum = await lastLineOf('app/testing/crash.ts', ['--times', '1', '--clients', '4']);
  expect(sum).toMatchObject({ times: 1, lost: 0, doubled: 0 });
}, 60_000);

test('[S7] a relay whose database is deleted while its people stay up lacks nothing afterwards', async () => {
  const sum = await lastLineOf('app/testing/wipe.ts', ['--times', '1']);
  expect(sum).toMatchObject({ times: 1, records: 12, missing: 0 });
}, 60_000);
