// Records that the relay may have lost, as they are said again: by whoever has them, for they verify by themselves.
import { idToText } from '../../shared/protocol/ids.ts';
import type { ChatContext } from '../doc/chatContext.ts';
import { openBody, readRecord, type SealedRecord } from '../doc/record.ts';
import type { SegmentItem } from '../doc/segmentState.ts';
import type { Storage } from '../storage/storage.ts';
import { deletedAmong } from './deletedRecords.ts';

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

/** Without what is no record. A body that was deleted, or is another's, stays away: its header goes with an empty one. */
export async function lostRecords(
  { context, storage, selfUser }: LostRecordDeps,
  items: readonly SegmentItem[],
): Promise<readonly LostRecord[]> {
  const read = items.flatMap((item) => {
    const record = readRecord(context, item.header);
    return record ? [{ ...item, record, id: idToText(record.header.id) }] : [];
  });
  const deleted = await deletedAmong(
    storage,
    read.map(({ id }) => id),
  );
  return read.map(({ header, body, record, id }) => {
    const isWhole = body && !deleted.has(id) && openBody(context, record.header, body) !== undefined;
    return {
      id,
      isOwn: idToText(record.author.user) === selfUser,
      record: {
        header: new Uint8Array(header),
        body: isWhole ? new Uint8Array(body) : new Uint8Array(0),
      },
    };
  });
}
