// Client → relay: this mail is safe on the device, and may go.
import { struct, varint } from '../../codec/codec.ts';

export const mailTaken = struct({ mailId: varint });
