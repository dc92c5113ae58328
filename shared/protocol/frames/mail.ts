// Relay → client: a mail from the device's mailbox; it stays there until `mailTaken`.
import { blob, struct, varint } from '../../codec/codec.ts';
import { maxMailBytes } from '../limits.ts';

export const mail = struct({ mailId: varint, mail: blob(maxMailBytes) });
