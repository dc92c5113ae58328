// The judge of the crash test, with planted faults: it must be able to say lost and doubled.
import { expect, test } from 'vitest';
import { extendLogHash, hashEntry } from '../../../shared/protocol/entry.ts';
import { emptyLogHash } from '../../../shared/protocol/ids.ts';
import { sha256 } from '../../../sync-server/auth/sha256.ts';
import { newDocumentId, newTestSession } from '../../../sync-server/testing/testChat.ts';
import { judgeLog, type Promised } from './ledger.ts';

function written(count: number) {
  const document = newDocumentId();
  const session = newTestSession(document);
  const log = Array.from({ length: count }, () => session.next());
  let running = emptyLogHash;
  const promises: Promised[] = log.map((entry, index) => {
    const hash = hashEntry(sha256, document, entry);
    running = extendLogHash(sha256, running, hash);
    return { hash, cursor: { seq: index + 1, hash: running } };
  });
  return { document, log, promises };
}

test('[R24] a log that holds what was promised is clean, with or without entries that nobody was told of', () => {
  const { document, log, promises } = written(5);
  expect(judgeLog(sha256, document, log, promises)).toEqual({ promised: 5, lost: 0, doubled: 0 });
  expect(judgeLog(sha256, document, log, promises.slice(0, 3))).toEqual({ promised: 3, lost: 0, doubled: 0 });
});

test('[R24] a promised entry that is missing, elsewhere, or in another history is lost', () => {
  const { document, log, promises } = written(5);
  expect(judgeLog(sha256, document, log.slice(0, 4), promises).lost).toBe(1);
  const [first, second, ...rest] = log;
  if (!first || !second) throw new Error('two entries');
  expect(judgeLog(sha256, document, [second, first, ...rest], promises).lost).toBe(5);
  expect(judgeLog(sha256, document, log.slice(1), promises).lost).toBe(5);
  const withoutHash = promises.map(({ hash, cursor }) => ({ hash, cursor: { seq: cursor.seq } }));
  expect(judgeLog(sha256, document, [first, ...rest], withoutHash).lost).toBe(4);
});

test('[R24] the same entry twice is doubled', () => {
  const { document, log, promises } = written(5);
  expect(judgeLog(sha256, document, [...log, ...log.slice(0, 2)], promises)).toMatchObject({
    lost: 0,
    doubled: 2,
  });
});
