// A socket in memory: keeps what the relay sent, parsed, and can be made slow.
import { encodeUp, type UpFrame } from '../../shared/protocol/frames/up.ts';
import { parseDown, type DownFrame } from '../../shared/protocol/frames/down.ts';
import type { Challenge } from '../../shared/protocol/ids.ts';
import type { Connection } from '../relay/connection.ts';
import type { SocketPort } from '../relay/socketPort.ts';

export type Down<T extends DownFrame['type']> = Extract<DownFrame, { type: T }>;
export interface TestSocket {
  send(frame: UpFrame): void;
  sendRaw(bytes: Uint8Array): void;
  readonly frames: DownFrame[];
  /** What proofs on this socket sign; also after `clear`. */
  readonly challenge: Challenge;
  /** All of one type so far. */
  all<T extends DownFrame['type']>(type: T): Down<T>[];
  /** The newest of one type; throws if there is none. */
  last<T extends DownFrame['type']>(type: T): Down<T>;
  /** Forgets what came so far. */
  clear(): void;
  /** What the relay sees as not yet taken by the network. */
  bufferedAmount: number;
  readonly closing: { code: number; reason: string } | undefined;
  /** The line is cut. */
  cut(): void;
  drained(): void;
}

export function createTestSocket(connect: (port: SocketPort) => Connection): TestSocket {
  const frames: DownFrame[] = [];
  let closing: TestSocket['closing'];
  let challenge: Challenge | undefined;
  const socket: TestSocket = {
    frames,
    bufferedAmount: 0,
    get closing() {
      return closing;
    },
    send: (frame) => connection.receive(encodeUp(frame)),
    sendRaw: (bytes) => connection.receive(bytes),
    all: <T extends DownFrame['type']>(type: T) =>
      frames.filter((frame): frame is Down<T> => frame.type === type),
    last(type) {
      const found = socket.all(type).at(-1);
      if (!found) throw new Error(`no ${type} among ${frames.map((frame) => frame.type).join(', ')}`);
      return found;
    },
    clear: () => void frames.splice(0),
    get challenge() {
      if (!challenge) throw new Error('no challenge came');
      return challenge;
    },
    cut: () => connection.closed(),
    drained: () => connection.drained(),
  };
  const connection = connect({
    send(bytes) {
      const frame = parseDown(bytes);
      if (!frame) throw new Error('the relay sent a frame that does not parse');
      if (frame.type === 'challenge') challenge ??= frame.challenge;
      frames.push(frame);
    },
    close: (code, reason) => void (closing = { code, reason }),
    get bufferedAmount() {
      return socket.bufferedAmount;
    },
  });
  return socket;
}
