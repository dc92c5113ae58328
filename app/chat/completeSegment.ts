// A segment that takes no more: it becomes one sealed snapshot on the disk, and what this device could not bring into it
// any more moves to the next one, under the same record ids.
import { idToText, type DocumentId } from '../../shared/protocol/ids.ts';
import type { Random } from '../crypto/random.ts';
import type { ChatContext } from '../doc/chatContext.ts';
import { moveRecord, readRecord, type SealedRecord } from '../doc/record.ts';
import type { Segment } from '../doc/segment.ts';
import type { Batch } from '../storage/batch.ts';
import type { Storage } from '../storage/storage.ts';

export interface CompleteSegmentDeps {
  readonly context: ChatContext;
  readonly storage: Storage;
  readonly random: Random;
  readonly documentOf: (n: number) => DocumentId;
}
export interface Moved {
  readonly id: string;
  readonly record: SealedRecord;
}

/**
 * Adds to the batch all that makes segment `n` (stopped) a kept one. Returns the records that go on in segment `to`,
 * whose outbox they are in once the batch is committed.
 */
export async function completeSegment(
  { context, storage, random, documentOf }: CompleteSegmentDeps,
  batch: Batch,
  chat: string,
  { n, segment }: { readonly n: number; readonly segment: Segment },
  to: number,
): Promise<readonly Moved[]> {
  const document = idToText(documentOf(n));
  const pending = await storage.pending(document);
  const outbox = await storage.outbox(document);
  const unsent = new Set([...pending.flatMap((row) => row.records), ...outbox.map((row) => row.id)]);
  const moved: Moved[] = [];
  for (const { header, body, place } of segment.items()) {
    const record = readRecord(context, documentOf(n), header);
    const id = record && idToText(record.header.id);
    if (id === undefined || !record || !body || !unsent.delete(id)) continue;
    moved.push({
      id,
      record: {
        header: await moveRecord(context, documentOf(to), record, random),
        body: new Uint8Array(body),
      },
    });
    // What is kept of this segment is what the relay has.
    segment.dropBody(place);
  }
  batch.putSegment({ chat, n, document, snapshot: await segment.snapshot() });
  batch.deleteOutbox(outbox.map((row) => row.id));
  for (const { session, sequence } of pending) batch.deletePending(document, session, sequence);
  for (const { id, record } of moved) batch.addOutbox({ id, document: idToText(documentOf(to)), ...record });
  for (const row of await storage.erasures(chat, n)) {
    if (moved.some(({ id }) => id === row.id)) batch.addErasure({ ...row, segment: to });
  }
  const messages = await storage.messages.many(moved.map(({ id }) => id));
  for (const message of messages.values()) batch.putMessage({ ...message, segment: to });
  return moved;
}
