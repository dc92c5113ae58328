// A document's current snapshot on its way to one reader, a part at a step. Where another takes its place meanwhile, it
// begins again with that one: there is never a mixture.
import type { DownFrame } from '../../shared/protocol/frames/down.ts';
import { maxSnapshotPartBytes } from '../../shared/protocol/limits.ts';
import type { SnapshotRow, StoredSnapshot } from '../log/snapshots.ts';
import type { Room } from './room.ts';

export class SnapshotTransfer {
  #of: SnapshotRow | undefined;
  #index = 0;

  /** Sends the next part. The snapshot, once that was its last one. */
  step(room: Room, channel: number, send: (frame: DownFrame) => void): StoredSnapshot | undefined {
    const current = room.snapshots.current();
    if (!current) throw new Error('a snapshot that is nowhere');
    if (this.#of !== current.row) this.#index = 0;
    this.#of = current.row;
    const { id: snapshot, cursor, size } = current;
    const count = Math.max(1, Math.ceil(size / maxSnapshotPartBytes));
    const index = this.#index++;
    const part = room.snapshots.partOf(current, index * maxSnapshotPartBytes, maxSnapshotPartBytes);
    const isSeal = room.snapshots.isSealed();
    send({ type: 'snapshot', channel, snapshot, cursor, isSeal, index, count, part });
    return this.#index === count ? current : undefined;
  }
}
