// A segment that takes no more: it becomes one sealed snapshot on the disk, and what this device could not bring into it
// any more moves to the next one, under the same record ids.
import { entryKinds } from '../../shared/protocol/entry.ts';
import { idToText, type DocumentId } from '../../shared/protocol/ids.ts';
import type { ChatContext } from '../doc/chatContext.ts';
import { openUpdate } from '../doc/entrySeal.ts';
import { readRecord, type SealedRecord } from '../doc/record.ts';
import type { Segment } from '../doc/segment.ts';
import { itemsOfState } from '../doc/segmentState.ts';
import type { Batch } from '../storage/batch.ts';
import type { Storage } from '../storage/storage.ts';
import { placeAgain } from './placeAgain.ts';

export interface CompleteSegmentDeps {
  readonly context: ChatContext;
  readonly storage: Storage;
  readonly documentOf: (n: number) => DocumentId;
}
export interface Moved {
  readonly id: string;
  readonly record: SealedRecord;
}

/**
 * Adds to the batch all that makes segment `n` (stopped) a kept one. Returns the records that go on in segment `to`,
 * whose outbox they are in once the batch is committed.
 * @param isLooked its last snapshot at the relay was looked at, and is what is kept.
 */
export async function completeSegment(
  { context, storage, documentOf }: CompleteSegmentDeps,
  batch: Batch,
  chat: string,
  { n, segment, isLooked }: { readonly n: number; readonly segment: Segment; readonly isLooked: boolean },
  to: number,
): Promise<readonly Moved[]> {
  const document = idToText(documentOf(n));
  const pending = await storage.pending(document);
  const outbox = await storage.outbox(document);
  const lost = await Promise.all(
    pending.map((row) => openUpdate(context, documentOf(n), entryKinds.segment, row.entry)),
  );
  const unsent = [...lost.flatMap((entry) => (entry.ok ? itemsOfState(entry.value.update) : [])), ...outbox];
  const moved: Moved[] = [];
  for (const { header, body } of unsent) {
    const record = readRecord(context, header);
    if (!record || !body) continue;
    const copy = { header: new Uint8Array(header), body: new Uint8Array(body) };
    moved.push({ id: idToText(record.header.id), record: copy });
  }
  const seal = isLooked ? segment.sealId() : undefined;
  const snapshot = await segment.snapshot();
  const ownClients = segment.ownClients((await storage.segment(chat, n))?.ownClients);
  // One that no honest relay has taken: its records have their rows, and nothing more of it is kept.
  if (snapshot) batch.putSegment({ chat, n, document, snapshot, ownClients, ...(seal ? { seal } : {}) });
  batch.deleteOutbox(outbox.map((row) => row.id));
  for (const { session, sequence } of pending) batch.deletePending(document, session, sequence);
  await placeAgain({ storage, documentOf }, batch, to, moved);
  for (const row of await storage.erasures(chat, n)) {
    if (moved.some(({ id }) => id === row.record)) batch.addErasure({ ...row, segment: to });
  }
  return moved;
}
