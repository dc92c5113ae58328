// Snapshots for tests: a header that the relay reads, and random bytes.
import type { Bytes } from '../../shared/codec/bytes.ts';
import { encodeEntry, hashSnapshot } from '../../shared/protocol/entry.ts';
import type { Cursor } from '../../shared/protocol/frames/cursor.ts';
import {
  noSnapshot,
  type AuthorTag,
  type DocumentId,
  type EntryHash,
  type LedgerHead,
  type SessionId,
  type SnapshotId,
} from '../../shared/protocol/ids.ts';
import { maxSnapshotPartBytes } from '../../shared/protocol/limits.ts';
import { sha256 } from '../auth/sha256.ts';
import { randomBytes } from './signer.ts';
import type { TestSocket } from './testSocket.ts';

export interface TestSnapshot {
  readonly id: SnapshotId;
  readonly cursor: Cursor;
  readonly bytes: Bytes;
}

export function newSnapshot(document: DocumentId, cursor: Cursor, size = 500, epoch = 1): TestSnapshot {
  const bytes = encodeEntry({
    header: {
      version: 1,
      kind: 4,
      epoch,
      ledgerHead: new Uint8Array(16) as Bytes as LedgerHead,
      author: new Uint8Array(16) as Bytes as AuthorTag,
      session: randomBytes(8) as Bytes as SessionId,
      sequence: cursor.seq,
      previous: cursor.hash as Bytes as EntryHash,
      commitment: new Uint8Array(16),
      nonce: randomBytes(24),
    },
    ciphertext: randomBytes(size),
  });
  return { id: hashSnapshot(sha256, document, bytes), cursor, bytes };
}

export interface PublishOptions {
  readonly channel?: number;
  readonly previous?: SnapshotId;
  readonly isSeal?: boolean;
  readonly purged?: readonly SessionId[];
}
export function partsOf({ bytes }: TestSnapshot, options: PublishOptions = {}) {
  const count = Math.max(1, Math.ceil(bytes.length / maxSnapshotPartBytes));
  return Array.from({ length: count }, (_, index) => ({
    type: 'publish' as const,
    channel: 1,
    previous: noSnapshot,
    isSeal: false,
    purged: [],
    ...options,
    index,
    count,
    part: bytes.slice(index * maxSnapshotPartBytes, (index + 1) * maxSnapshotPartBytes),
  }));
}
export function publish(socket: TestSocket, snapshot: TestSnapshot, options: PublishOptions = {}): void {
  for (const part of partsOf(snapshot, options)) socket.send(part);
}

/** The snapshots that came whole on a socket, put together from their parts. */
export function snapshotsOn(socket: TestSocket): TestSnapshot[] {
  const whole: TestSnapshot[] = [];
  let parts: Bytes[] = [];
  for (const { snapshot: id, cursor, index, count, part } of socket.all('snapshot')) {
    if (index === 0) parts = [];
    if (index !== parts.length) throw new Error('a part is missing');
    parts.push(part);
    if (parts.length === count) whole.push({ id, cursor, bytes: Buffer.concat(parts).subarray() as Bytes });
  }
  return whole.map((one) => ({ ...one, bytes: new Uint8Array(one.bytes) }));
}
