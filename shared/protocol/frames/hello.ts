// Client → relay, first on every socket: who this is.
import { struct, text, varint } from '../../codec/codec.ts';

export const hello = struct({ version: varint, accessToken: text(256) });
