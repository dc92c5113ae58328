// What the last snapshot of a segment lacked, once that has been replaced: whoever left the segment with it never looks there
// again, and reads what it was in the open one.
import type { DocumentId } from '../../shared/protocol/ids.ts';
import type { SegmentRow } from '../doc/segmentRow.ts';
import { itemsOfState } from '../doc/segmentState.ts';
import { idsOf } from './keptSegments.ts';
import { lostRecord, type LostRecord, type LostRecordDeps } from './lostRecord.ts';
import { placeAgain } from './placeAgain.ts';

export interface SayElsewhereDeps extends LostRecordDeps {
  readonly documentOf: (n: number) => DocumentId;
  readonly row: Pick<SegmentRow, 'get' | 'current'>;
}

/** @param state of the snapshot that was replaced; the segment itself is not dropped yet. */
export async function sayElsewhere(deps: SayElsewhereDeps, n: number, state: Uint8Array): Promise<void> {
  const { context, storage, row } = deps;
  const items = row.get(n)?.items() ?? [];
  const target = await row.current();
  if (target.n === n) return;
  const told = itemsOfState(state);
  const headers = new Set(idsOf(context, told));
  const whole = new Set(idsOf(context, [...told.filter(({ body }) => body), ...target.segment.items()]));
  const batch = storage.batch();
  const again: LostRecord[] = [];
  for (const item of items) {
    const found = await lostRecord(deps, item);
    const known = found && (found.record.body.length > 0 ? whole : headers);
    if (!found || known?.has(found.id)) continue;
    again.push(found);
  }
  await placeAgain(deps, batch, target.n, again);
  await batch.commit();
  target.segment.append(again);
}
