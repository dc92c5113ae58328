// What the last snapshot of a segment lacked, once that has been replaced: whoever left the segment with it never looks there
// again, and reads what it was in the open one.
import type { DocumentId } from '../../shared/protocol/ids.ts';
import type { SegmentRow } from '../doc/segmentRow.ts';
import { itemsOfState } from '../doc/segmentState.ts';
import { lostRecords, type LostRecordDeps } from './lostRecords.ts';
import { placeAgain } from './placeAgain.ts';
import { recordsThere } from './recordsThere.ts';

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
  const there = recordsThere(context, [...itemsOfState(state), ...target.segment.items()]);
  const again = there.missing(await lostRecords(deps, items));
  const batch = storage.batch();
  await placeAgain(deps, batch, target.n, again);
  await batch.commit();
  target.segment.append(again);
}
