// Relay → client: this reader was too slow and the channel is closed; subscribe again from the cursor you have.
import { struct, varint } from '../../codec/codec.ts';

export const behind = struct({ channel: varint });
