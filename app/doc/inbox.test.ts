import { beforeAll, describe, expect, test } from 'vitest';
import type { Bytes } from '../../shared/codec/bytes.ts';
import { entryKinds, extendLogHash, hashEntry, parseEntry } from '../../shared/protocol/entry.ts';
import { startCursor, type Cursor } from '../../shared/protocol/frames/cursor.ts';
import { noEntryHash, noSnapshot, type SessionId } from '../../shared/protocol/ids.ts';
import { maxEntryBytes, maxSnapshotBytes } from '../../shared/protocol/limits.ts';
import { sha256 } from '../crypto/hash.ts';
import type { RelaySnapshot } from '../sync/snapshotParts.ts';
import { createTestChat } from '../testing/testChat.ts';
import { sealUpdate } from './entrySeal.ts';
import { createInbox, type InboxRun, type OwnPending } from './inbox.ts';

let chat: Awaited<ReturnType<typeof createTestChat>>;
const log: { entry: Bytes; cursor: Cursor }[] = [];
const session = new Uint8Array(8).fill(1) as SessionId;

beforeAll(async () => {
  chat = await createTestChat(1);
  let cursor = startCursor;
  for (let sequence = 1; sequence <= 6; sequence++) {
    const place = { kind: entryKinds.segment, session, sequence, previous: noEntryHash };
    const update = Uint8Array.of(sequence);
    const entry = await sealUpdate(chat.contextOf(0), chat.document, place, update, chat.chance.bytes);
    const hash = extendLogHash(sha256, cursor.hash, hashEntry(sha256, chat.document, entry));
    cursor = { seq: cursor.seq + 1, hash };
    log.push({ entry, cursor });
  }
});
const entryAt = (seq: number) => log[seq - 1]?.entry ?? new Uint8Array();
const cursorAt = (seq: number) => log[seq - 1]?.cursor ?? startCursor;

type Inbox = ReturnType<typeof createInbox>;
const turn = () => new Promise((resolve) => setImmediate(resolve));
/** @param isSlow each run is applied only when it is `judged`. */
function createReader(
  pending: (sequence: number) => OwnPending | undefined = () => undefined,
  isSlow = false,
) {
  let judged = () => {};
  const verdict = new Promise<void>((resolve) => {
    judged = resolve;
  });
  const runs: InboxRun[] = [];
  const said: string[] = [];
  let cursor = startCursor;
  const inbox = createInbox({
    document: chat.document,
    cursor: () => cursor,
    ownPending: (_session, sequence) => pending(sequence),
    isTaken: (_session, sequence) =>
      runs.some((run) => run.own.some(({ header }) => header.sequence === sequence)),
    restart: () => void said.push('restart'),
    apply: async (run) => {
      runs.push(run);
      await (isSlow ? verdict : Promise.resolve());
      cursor = run.cursor;
    },
    snapshot: async () => {},
    live: (isForked) => void said.push(isForked ? 'fork' : 'live'),
  });
  const applied = () => runs.flatMap((run) => run.items.flatMap((i) => (i.entry ? [i.entry] : [])));
  const sequences = () => applied().map((entry) => parseEntry(entry)?.header.sequence);
  return { inbox, said, runs, sequences, cursor: () => cursor, judged };
}

describe('the inbox', () => {
  test('[S3] entries in order become runs, then it is live', async () => {
    const reader = createReader();
    reader.inbox.entries(1, [entryAt(1), entryAt(2)]);
    reader.inbox.entries(3, [entryAt(3)]);
    reader.inbox.live(cursorAt(3));
    await reader.inbox.settled();
    expect(reader.sequences()).toEqual([1, 2, 3]);
    expect(reader.cursor()).toEqual(cursorAt(3));
    expect(reader.said).toEqual(['live']);
  });

  test('[S3] what comes twice counts once', async () => {
    const reader = createReader();
    reader.inbox.entries(1, [entryAt(1), entryAt(2)]);
    await reader.inbox.settled();
    reader.inbox.entries(1, [entryAt(1), entryAt(2), entryAt(3)]);
    await reader.inbox.settled();
    expect(reader.sequences()).toEqual([1, 2, 3]);
  });

  test('[S3] a gap begins again at the cursor, with what came before it taken', async () => {
    const reader = createReader();
    reader.inbox.entries(1, [entryAt(1)]);
    reader.inbox.entries(3, [entryAt(3)]);
    await reader.inbox.settled();
    expect(reader.sequences()).toEqual([1]);
    expect(reader.said).toEqual(['restart']);
    reader.inbox.restart();
    reader.inbox.entries(2, [entryAt(2), entryAt(3)]);
    await reader.inbox.settled();
    expect(reader.sequences()).toEqual([1, 2, 3]);
  });

  test('[S3] a live word that is ahead of what came begins again', async () => {
    const reader = createReader();
    reader.inbox.entries(1, [entryAt(1)]);
    reader.inbox.live(cursorAt(2));
    await reader.inbox.settled();
    expect(reader.said).toEqual(['restart']);
  });

  test('[S3] another log than the one seen is a fork', async () => {
    const reader = createReader();
    reader.inbox.entries(1, [entryAt(1)]);
    reader.inbox.live({ seq: 1, hash: cursorAt(2).hash });
    await reader.inbox.settled();
    expect(reader.said).toEqual(['fork']);
  });

  test('[S3] a log that is told shorter than it was, twice, is a fork', async () => {
    const reader = createReader();
    reader.inbox.entries(1, [entryAt(1), entryAt(2)]);
    reader.inbox.live(cursorAt(1));
    await reader.inbox.settled();
    expect(reader.said).toEqual(['restart']);
    reader.inbox.live(cursorAt(2));
    reader.inbox.live(cursorAt(1));
    await reader.inbox.settled();
    expect(reader.said).toEqual(['restart', 'live', 'restart']);
    reader.inbox.live(cursorAt(1));
    await reader.inbox.settled();
    expect(reader.said).toEqual(['restart', 'live', 'restart', 'fork']);
  });

  test('[S3] an acknowledgement under another hash is a fork', async () => {
    const reader = createReader((n) => ({ entry: entryAt(n), isEarlierRun: false, clock: 0 }));
    reader.inbox.acked(session, 1, { seq: 1, hash: cursorAt(2).hash });
    await reader.inbox.settled();
    expect(reader.said).toEqual(['fork']);
    expect(reader.runs.flatMap((run) => run.own)).toEqual([]);
  });

  test('[S3] an acknowledgement in what was read without the entry begins again; once more, it is a fork', async () => {
    const reader = createReader((n) =>
      n === 2 ? { entry: entryAt(2), isEarlierRun: true, clock: 0 } : undefined,
    );
    reader.inbox.entries(1, [entryAt(1)]);
    reader.inbox.acked(session, 2, cursorAt(1));
    await reader.inbox.settled();
    expect(reader.said).toEqual(['restart']);
    reader.inbox.acked(session, 2, cursorAt(1));
    await reader.inbox.settled();
    expect(reader.said).toEqual(['restart', 'fork']);
    expect(reader.runs.flatMap((run) => run.own)).toEqual([]);
  });

  test('[S1] an own entry that was read is acknowledged again where it stands, also in one run', async () => {
    const reader = createReader((n) =>
      n === 1 ? { entry: entryAt(1), isEarlierRun: true, clock: 0 } : undefined,
    );
    reader.inbox.entries(1, [entryAt(1)]);
    reader.inbox.acked(session, 1, cursorAt(1));
    await reader.inbox.settled();
    reader.inbox.acked(session, 1, cursorAt(1));
    await reader.inbox.settled();
    expect(reader.said).toEqual([]);
    expect(reader.sequences()).toEqual([1]);
  });

  test('[S3] an acknowledgement takes its place in the order, and the own entry is not applied again', async () => {
    const reader = createReader((n) =>
      n === 2 ? { entry: entryAt(2), isEarlierRun: false, clock: 0 } : undefined,
    );
    reader.inbox.entries(1, [entryAt(1)]);
    reader.inbox.acked(session, 2, cursorAt(2));
    reader.inbox.entries(3, [entryAt(3)]);
    await reader.inbox.settled();
    expect(reader.sequences()).toEqual([1, 3]);
    expect(reader.runs.flatMap((run) => run.own).map((own) => own.header.sequence)).toEqual([2]);
    expect(reader.cursor()).toEqual(cursorAt(3));
  });

  test('[S1] an own entry of an earlier run is applied again: the document may have lost it', async () => {
    const reader = createReader((n) =>
      n === 1 ? { entry: entryAt(1), isEarlierRun: true, clock: 0 } : undefined,
    );
    reader.inbox.acked(session, 1, cursorAt(1));
    await reader.inbox.settled();
    expect(reader.sequences()).toEqual([1]);
  });

  test('[S3] what is acknowledged again takes nobody back behind the cursor', async () => {
    const reader = createReader((n) => ({ entry: entryAt(n), isEarlierRun: true, clock: 0 }));
    reader.inbox.acked(session, 1, cursorAt(1));
    await reader.inbox.settled();
    reader.inbox.acked(session, 1, cursorAt(1));
    reader.inbox.acked(session, 2, cursorAt(2));
    await reader.inbox.settled();
    expect(reader.sequences()).toEqual([1, 2]);
    expect(reader.runs.flatMap((run) => run.own).map(({ isRepeat }) => isRepeat)).toEqual([
      false,
      true,
      false,
    ]);
  });

  test('[S3] after a new subscription nothing of the last one counts', async () => {
    const reader = createReader();
    reader.inbox.entries(1, [entryAt(1)]);
    reader.inbox.live(cursorAt(1));
    reader.inbox.restart();
    await reader.inbox.settled();
    expect(reader.said).toEqual([]);
    expect(reader.sequences()).toEqual([]);
  });

  describe('what waits while an entry is judged', () => {
    const snapshot: RelaySnapshot = {
      id: noSnapshot,
      cursor: startCursor,
      isSeal: false,
      bytes: new Uint8Array(maxSnapshotBytes),
    };
    const large = new Uint8Array(maxEntryBytes);
    const floods: Record<string, (inbox: Inbox, n: number) => void> = {
      snapshots: (inbox) => inbox.snapshot(snapshot),
      'large entries': (inbox, n) => inbox.entries(n, [large]),
      'small entries': (inbox, n) => inbox.entries(n, [Uint8Array.of(1)]),
      lives: (inbox) => inbox.live(startCursor),
      acknowledgements: (inbox, n) => inbox.acked(session, n, cursorAt(1)),
    };
    test.each(Object.entries(floods))(
      '[S13] has a bound for %s, and what is beyond is read again',
      async (_, flood) => {
        const reader = createReader(undefined, true);
        reader.inbox.entries(1, [entryAt(1)]);
        await turn();
        for (let n = 2; n < 6000; n++) flood(reader.inbox, n);
        const kept = reader.inbox.waiting();
        expect(kept.events).toBeLessThanOrEqual(4097);
        expect(kept.bytes).toBeLessThanOrEqual(2 * maxSnapshotBytes);
        reader.judged();
        await reader.inbox.settled();
        expect(reader.said.at(-1)).toBe('restart');
        expect(reader.inbox.waiting()).toEqual({ events: 0, bytes: 0 });
        reader.inbox.restart();
        const next = reader.cursor().seq + 1;
        reader.inbox.entries(next, [entryAt(2)]);
        await reader.inbox.settled();
        expect(reader.cursor().seq).toBe(next);
      },
    );
  });
});
