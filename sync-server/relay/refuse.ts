// Refusals as frames.
import type { Bytes } from '../../shared/codec/bytes.ts';
import { encodeDown } from '../../shared/protocol/frames/down.ts';
import type { RefusalCode } from '../../shared/protocol/refusals.ts';
import { diskFullRetryMs } from './bounds.ts';
import type { SocketPort } from './socketPort.ts';

export interface RefusalExtras {
  readonly detail?: Bytes;
  readonly retryAfterMs?: number;
}
const nothing = new Uint8Array(0);

/** `to` is the refused frame's number, `subject` its channel or request. */
export function sendRefusal(
  socket: SocketPort,
  to: number,
  subject: number,
  code: RefusalCode,
  { detail = nothing, retryAfterMs }: RefusalExtras = {},
): void {
  socket.send(
    encodeDown({
      type: 'refused',
      to,
      subject,
      code,
      retryAfterMs: retryAfterMs ?? (code === 'disk-full' ? diskFullRetryMs : 0),
      detail,
    }),
  );
}
