// Relay → client: a request that is not granted, and why. `to` is the number of the refused frame's type; `subject` is
// its channel, request or mail (0 where it has none); `detail` is described beside each code in `refusals.ts`.
import { blob, struct, varint, type Codec } from '../../codec/codec.ts';
import { Malformed } from '../../codec/reader.ts';
import { parseRefusalNumber, refusalNumberByCode, type RefusalCode } from '../refusals.ts';

const code: Codec<RefusalCode> = {
  write: (w, v) => w.varint(refusalNumberByCode[v]),
  read(r) {
    const found = parseRefusalNumber(r.varint());
    if (!found) throw new Malformed('unknown refusal');
    return found;
  },
};
export const refused = struct({ to: varint, subject: varint, code, retryAfterMs: varint, detail: blob(64) });
