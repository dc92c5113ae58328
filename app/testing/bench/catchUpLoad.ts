// One device that comes back to many chats on one socket: how long until it is live in all of them, and what that costs
// on the wire. Proofs are made before the clock starts, as far as the challenge allows.
import { startCursor } from '../../../shared/protocol/frames/cursor.ts';
import { parseDown } from '../../../shared/protocol/frames/down.ts';
import { encodeUp, type UpFrame } from '../../../shared/protocol/frames/up.ts';
import { protocolVersion } from '../../../shared/protocol/version.ts';
import { proofOf } from '../../../sync-server/testing/testChat.ts';
import { entriesIn } from './lanes.ts';
import type { LoadNumbers } from './loadCommands.ts';
import type { LoadRoom } from './population.ts';
import { frameLength, openRawSocket, type RawSocket } from './rawSocket.ts';

export function catchUp(port: number, rooms: readonly LoadRoom[], accessToken: string): Promise<LoadNumbers> {
  return new Promise((resolve, reject) => {
    let [bytes, entries, live, from] = [0, 0, 0, 0];
    let socket: RawSocket | undefined;
    const send = (frame: UpFrame) => socket?.send(encodeUp(frame));
    const liveFrame = 5;

    function message(bytesOfFrame: Buffer) {
      bytes += frameLength(bytesOfFrame.length);
      const count = entriesIn(bytesOfFrame);
      entries += count;
      if (count > 0) return;
      if (bytesOfFrame[0] === liveFrame) {
        live++;
        if (live < rooms.length) return;
        socket?.close();
        resolve({ ms: performance.now() - from, bytes, entries });
        return;
      }
      const frame = parseDown(new Uint8Array(bytesOfFrame));
      if (frame?.type === 'refused') return reject(new Error(`refused: ${frame.code}`));
      if (frame?.type !== 'challenge') return;
      const proofs = rooms.map(({ chat }) => proofOf(chat.chatId, chat.epoch, frame.challenge));
      from = performance.now();
      send({ type: 'hello', version: protocolVersion, accessToken });
      for (const [index, { chat, document }] of rooms.entries()) {
        const proof = proofs[index];
        if (proof) send(proof);
        send({ type: 'subscribe', channel: index + 1, chat: chat.chatId, document, cursor: startCursor });
      }
    }
    openRawSocket(port, '/sync', {
      // Heard from the next turn on, when the socket is there to answer.
      message: (bytesOfFrame) => message(bytesOfFrame),
      closed() {},
      opened: (opened) => (socket = opened),
    }).catch(reject);
  });
}
