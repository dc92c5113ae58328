// Client → relay: send me the current snapshot of this document; answered by `snapshot` frames or `refused`.
import { struct, varint } from '../../codec/codec.ts';

export const fetchSnapshot = struct({ channel: varint });
