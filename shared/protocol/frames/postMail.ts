// Client → relay: a sealed mail for each device of a user; answered by `mailed` or `refused` with the same request.
import { blob, struct, varint } from '../../codec/codec.ts';
import { userId } from '../ids.ts';
import { maxMailBytes } from '../limits.ts';

export const postMail = struct({ request: varint, to: userId, mail: blob(maxMailBytes) });
