// What is freed is gone, to the last byte, from every file; and its room comes back.
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { Bytes } from '../../shared/codec/bytes.ts';
import type { Cursor } from '../../shared/protocol/frames/cursor.ts';
import type {
  ChatId,
  DeviceId,
  DocumentId,
  EntryHash,
  LogHash,
  SessionId,
  SigningPublicKey,
  UserId,
} from '../../shared/protocol/ids.ts';
import { countFound } from '../testing/findPieces.ts';
import { randomBytes } from '../testing/signer.ts';
import { createLog } from './createLog.ts';
import type { DocumentRow, SessionRow } from './documents.ts';

const id = <T extends Bytes>(length: number) => randomBytes(length) as Bytes as T;
const hashOf = (entry: Bytes) => entry.slice(0, 16) as Bytes as EntryHash;

function openBench(documentCount: number) {
  const folder = mkdtempSync(join(tmpdir(), 'convo-space-'));
  const log = createLog({ path: join(folder, 'relay.db'), random: randomBytes });
  onTestFinished(() => {
    log.close();
    rmSync(folder, { recursive: true, force: true });
  });
  const documents: { documentId: DocumentId; session: SessionRow; row: DocumentRow; entries: Bytes[] }[] = [];
  let chat = 0 as ReturnType<typeof log.chats.create>;
  log.write(() => {
    const account = { userId: id<UserId>(32), handle: 'ann', isAdministrator: false, createdAt: 1 };
    log.accounts.create(account, id<Bytes>(50), id<DeviceId>(16), id<SigningPublicKey>(32));
    const device = log.accounts.findDevice(account.userId, id<DeviceId>(16));
    expect(device).toBeUndefined();
    const [known] = log.accounts.devicesOf(account.userId);
    if (!known) throw new Error('a device');
    chat = log.chats.create(id<ChatId>(32));
    for (let i = 0; i < documentCount; i++) {
      const documentId = id<DocumentId>(16);
      const row = log.documents.create(chat, documentId);
      const session = log.documents.createSession(row, id<SessionId>(8), known.row);
      documents.push({ documentId, row, session, entries: [] });
    }
  });
  type TestDocument = (typeof documents)[number];
  return {
    log,
    folder,
    documents,
    append(document: TestDocument, entry: Bytes) {
      document.entries.push(entry);
      const seq = document.entries.length;
      const cursor: Cursor = { seq, hash: hashOf(entry) as Bytes as LogHash };
      log.documents.append(document.row, [
        { session: document.session, sequence: seq, cursor, bytes: entry },
      ]);
    },
    free(document: TestDocument, seq: number) {
      const stored = log.documents.find(chat, document.documentId);
      const last = document.entries[seq - 1];
      if (!stored || !last) throw new Error('a document');
      log.write(() => log.freedSpace.free(stored, { seq, hash: hashOf(last) as Bytes as LogHash }, hashOf));
      log.emptyWriteAheadLog();
    },
    kept(document: TestDocument): readonly Bytes[] {
      const stored = log.documents.find(chat, document.documentId);
      if (!stored) throw new Error('a document');
      const { seq } = log.documents.endOf(stored);
      return log.documents.read(stored.row, stored.freed.seq, seq, 100_000, 1e9);
    },
    sweepAll() {
      while (log.freedSpace.isWorthSweeping()) log.write(() => log.freedSpace.sweep());
      log.emptyWriteAheadLog();
    },
    found: (entries: readonly Bytes[]) => countFound(folder, entries),
    size: () => statSync(join(folder, 'relay.db')).size,
  };
}

test('[R34] of a freed entry no byte is in any file, whatever was freed and swept around it before', () => {
  const bench = openBench(12);
  const { log, documents } = bench;
  const sizeOf = (i: number) => (i % 97 === 0 ? 20_000 + i : i % 13 === 0 ? 1500 + i : 100 + (i % 400));
  const write = (count: number) =>
    log.write(() => {
      for (let i = 0; i < count; i++) {
        const document = documents[Math.floor(Math.random() * documents.length)];
        if (document) bench.append(document, randomBytes(sizeOf(i)));
      }
    });
  write(4000);
  for (const [at, document] of documents.entries()) {
    const half = Math.floor(document.entries.length / 2);
    const all = document.entries.length;
    for (const upTo of [half, all]) {
      const before = upTo === half ? 0 : half;
      expect(bench.found(document.entries.slice(before, upTo))).toBe(upTo - before);
      bench.free(document, upTo);
      expect(bench.found(document.entries.slice(0, upTo))).toBe(0);
    }
    bench.sweepAll();
    if (at % 6 === 0) write(500);
  }
  // Nothing that is wanted went with it, or changed its place in its log.
  for (const document of documents) {
    const kept = bench.kept(document);
    expect(kept).toEqual(document.entries.slice(document.entries.length - kept.length));
    const freed = document.entries.slice(0, document.entries.length - kept.length);
    expect(bench.found(freed)).toBe(0);
  }
});

test('[R33] the room of what was freed is used again', () => {
  const bench = openBench(2);
  const { log, documents } = bench;
  const [passing, lasting] = documents;
  if (!passing || !lasting) throw new Error('two documents');
  let largest = 0;
  for (let round = 0; round < 30; round++) {
    log.write(() => {
      for (let i = 0; i < 1000; i++) bench.append(i % 10 === 0 ? lasting : passing, randomBytes(700));
    });
    bench.free(passing, passing.entries.length);
    bench.sweepAll();
    if (round === 9) largest = bench.size();
  }
  // 30 rounds wrote 21 MB, of which 2 MB are still wanted.
  expect(bench.kept(lasting)).toEqual(lasting.entries);
  expect(bench.size()).toBeLessThan(largest + 4 * 1024 * 1024);
});

test('[R42] room that nothing takes any more goes back to the disk, and nothing that is wanted goes with it', () => {
  const bench = openBench(2);
  const { log, documents } = bench;
  const [passing, lasting] = documents;
  if (!passing || !lasting) throw new Error('two documents');
  log.write(() => {
    for (let i = 0; i < 20_000; i++) bench.append(i % 10 === 0 ? lasting : passing, randomBytes(700));
  });
  log.emptyWriteAheadLog();
  const largest = bench.size();
  bench.free(passing, passing.entries.length);
  bench.sweepAll();
  expect(bench.size()).toBeGreaterThanOrEqual(largest);
  let steps = 0;
  for (; log.freedSpace.isWorthGivingBack(); steps++) expect(log.giveBack().ok).toBe(true);
  log.emptyWriteAheadLog();
  // A piece at a time: whoever writes meanwhile waits for one.
  expect(steps).toBeGreaterThan(5);
  // A tenth is wanted; two megabytes are kept, as free pages and as rows that are not worth sweeping.
  expect(bench.size()).toBeLessThan(largest / 3);
  expect(bench.kept(lasting)).toEqual(lasting.entries);
  expect(bench.found(passing.entries)).toBe(0);
});
