// A record's id: when it was made, then chance, as UUIDs of version 7 have it (RFC 9562 section 5.7, without their marks).
// Rows are kept by it: what was said at one time lies together on a device's disk, and is written and read together. Ids of
// chance alone would give each row a place of its own among all others.
import type { RecordId } from '../../shared/protocol/ids.ts';
import type { Random } from '../crypto/random.ts';

const timeBytes = 6;
const chanceBytes = 10;

/** @param nowMs milliseconds since 1970. @returns 16 bytes: 48 bits of time, big-endian, and 80 of chance. */
export function createRecordId(nowMs: number, random: Random): RecordId {
  const id = new Uint8Array(timeBytes + chanceBytes);
  const low = 2 ** 32;
  const view = new DataView(id.buffer);
  view.setUint16(0, Math.floor(nowMs / low));
  view.setUint32(2, nowMs % low);
  id.set(random(chanceBytes), timeBytes);
  return id as RecordId;
}
