// One session's line of entries in one document: what may come next. Pure; the room keeps the lines.
import { equalBytes, type Bytes } from '../../shared/codec/bytes.ts';
import { encode, struct, varint } from '../../shared/codec/codec.ts';
import type { EntryHeader } from '../../shared/protocol/entry.ts';
import { entryHash, noEntryHash, type EntryHash } from '../../shared/protocol/ids.ts';
import type { DeviceRow } from '../log/accounts.ts';
import type { SessionRow } from '../log/documents.ts';

export interface SessionLine {
  readonly device: DeviceRow;
  /** Undefined until its first entry is stored. */
  readonly row: SessionRow | undefined;
  /** Of its newest accepted entry, stored or about to be. */
  readonly sequence: number;
  readonly hash: EntryHash;
}

export const startLine = (device: DeviceRow): SessionLine => ({
  device,
  row: undefined,
  sequence: 0,
  hash: noEntryHash,
});

export type Place = 'next' | 'repeat' | 'session-taken' | 'out-of-order' | 'malformed';

/** Where an entry by `device` stands. A repeat must still be compared with what was accepted. */
export function placeOf(line: SessionLine, device: DeviceRow, { sequence, previous }: EntryHeader): Place {
  if (line.device !== device) return 'session-taken';
  if (sequence === 0) return 'malformed';
  if (sequence <= line.sequence) return 'repeat';
  return sequence === line.sequence + 1 && equalBytes(previous, line.hash) ? 'next' : 'out-of-order';
}

const detail = struct({ sequence: varint, hash: entryHash });
/** The last accepted entry, as an out-of-order refusal names it. */
export const lastAcceptedOf = ({ sequence, hash }: SessionLine): Bytes => encode(detail, { sequence, hash });
