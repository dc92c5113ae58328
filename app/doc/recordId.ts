// A record's id: roughly when it was made, then chance, much as UUIDs of version 7 have it (RFC 9562 section 5.7). Rows are
// kept by it: what was said at one time lies together on a device's disk, and is written and read together. Ids of chance
// alone would give each row a place of its own among all others. To the minute and no closer: it is the device's own clock,
// of which no more is told than that takes.
import type { RecordId } from '../../shared/protocol/ids.ts';
import type { Random } from '../crypto/random.ts';

const timeUnitMs = 65_536;
const timeBytes = 4;
const chanceBytes = 12;

/** @param nowMs milliseconds since 1970. @returns 16 bytes: 32 bits of time in units of 65.536 s, big-endian, and 96 of chance. */
export function createRecordId(nowMs: number, random: Random): RecordId {
  const id = new Uint8Array(timeBytes + chanceBytes);
  new DataView(id.buffer).setUint32(0, Math.floor(nowMs / timeUnitMs));
  id.set(random(chanceBytes), timeBytes);
  return id as RecordId;
}
