// Reads a document's whole log from the relay, as any member does.
import { WebSocket } from 'ws';
import type { Bytes } from '../../../shared/codec/bytes.ts';
import { startCursor } from '../../../shared/protocol/frames/cursor.ts';
import { parseDown } from '../../../shared/protocol/frames/down.ts';
import { encodeUp, type UpFrame } from '../../../shared/protocol/frames/up.ts';
import { protocolVersion } from '../../../shared/protocol/version.ts';
import { proofOf } from '../../../sync-server/testing/testChat.ts';
import { accessToken, type LoadAccount } from './account.ts';
import type { LoadTarget } from './loadClient.ts';

export async function readLog(
  account: LoadAccount,
  { origin, chat, document }: LoadTarget,
): Promise<readonly Bytes[]> {
  const token = await accessToken(account);
  if (token === undefined) throw new Error('the relay is away');
  const socket = new WebSocket(`${origin.replace('http', 'ws')}/sync`, { perMessageDeflate: false });
  const send = (frame: UpFrame) => socket.send(encodeUp(frame));
  const log: Bytes[] = [];
  await new Promise<void>((resolve, reject) => {
    socket.on('error', reject);
    socket.on('close', () => reject(new Error('the relay closed the socket')));
    socket.on('message', (data: Buffer) => {
      const frame = parseDown(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
      if (frame?.type === 'challenge') {
        send({ type: 'hello', version: protocolVersion, accessToken: token });
        send(proofOf(chat.chatId, chat.epoch, frame.challenge));
        send({ type: 'subscribe', channel: 1, chat: chat.chatId, document, cursor: startCursor });
      }
      if (frame?.type === 'entries') log.push(...frame.entries);
      if (frame?.type === 'refused') reject(new Error(`refused: ${frame.code}`));
      if (frame?.type === 'live') resolve();
    });
  });
  socket.close();
  return log;
}
