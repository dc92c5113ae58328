// Records that go into another segment than they came in, or once more into their own: in its outbox, and in rows that say
// where they lie from then on, in one transaction. Where they lay before they may still lie: another may have said them too.
import { idToText, type DocumentId } from '../../shared/protocol/ids.ts';
import type { SealedRecord } from '../doc/record.ts';
import type { Batch } from '../storage/batch.ts';
import type { Storage } from '../storage/storage.ts';
import { cameIn } from './projection.ts';

export interface PlaceAgainDeps {
  readonly storage: Storage;
  readonly documentOf: (n: number) => DocumentId;
}

export async function placeAgain(
  { storage, documentOf }: PlaceAgainDeps,
  batch: Batch,
  to: number,
  records: readonly { readonly id: string; readonly record: SealedRecord }[],
): Promise<void> {
  const document = idToText(documentOf(to));
  for (const { id, record } of records) batch.addOutbox({ id, document, ...record });
  const ids = records.map(({ id }) => id);
  for (const change of await storage.changes(ids)) {
    if (change.segment !== to) batch.putChange({ ...change, ...cameIn(change, to) });
  }
  for (const message of (await storage.messages.many(ids)).values()) {
    if (message.segment !== to) batch.putMessage({ ...message, ...cameIn(message, to) });
  }
}
