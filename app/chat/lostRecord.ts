// A record that the relay may have lost, as it is said again: by whoever has it, for it verifies by itself.
import { idToText } from '../../shared/protocol/ids.ts';
import type { ChatContext } from '../doc/chatContext.ts';
import { openBody, readRecord, type SealedRecord } from '../doc/record.ts';
import type { SegmentItem } from '../doc/segmentState.ts';
import type { Storage } from '../storage/storage.ts';
import { isDeleted } from './deletedRecords.ts';

export interface LostRecord {
  readonly id: string;
  readonly isOwn: boolean;
  readonly record: SealedRecord;
}
export interface LostRecordDeps {
  readonly context: ChatContext;
  readonly storage: Storage;
  readonly selfUser: string;
}

/** Undefined for what is no record. A body that was deleted, or is another's, stays away: its header goes with an empty one. */
export async function lostRecord(
  { context, storage, selfUser }: LostRecordDeps,
  { header, body }: SegmentItem,
): Promise<LostRecord | undefined> {
  const record = readRecord(context, header);
  if (!record) return undefined;
  const id = idToText(record.header.id);
  const isWhole = openBody(context, record.header, body) !== undefined && !(await isDeleted(storage, id));
  return {
    id,
    isOwn: idToText(record.author.user) === selfUser,
    record: {
      header: new Uint8Array(header),
      body: body && isWhole ? new Uint8Array(body) : new Uint8Array(0),
    },
  };
}
