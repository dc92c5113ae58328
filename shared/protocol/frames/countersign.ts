// Client → relay: this snapshot holds all that it should; the log that it stands for may go.
import { struct, varint } from '../../codec/codec.ts';
import { snapshotId } from '../ids.ts';

export const countersign = struct({ channel: varint, snapshot: snapshotId });
