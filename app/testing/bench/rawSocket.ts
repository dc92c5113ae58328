// A WebSocket client that does next to nothing: it frames what goes out and hands on where each message lies in what
// comes in, without a copy, so that the load generator is not what a measurement measures.
import { randomBytes } from 'node:crypto';
import { connect, type Socket } from 'node:net';

export interface RawSocket {
  send(message: Uint8Array): void;
  /** What `clientFrame` made. */
  sendFrame(frame: Buffer): void;
  /** Reads nothing more: what comes stays with the other side. */
  pause(): void;
  close(): void;
}
export interface RawHandlers {
  /** Before the first message. */
  opened?(socket: RawSocket): void;
  /** A message, as a view that is good until this returns. */
  message(bytes: Buffer): void;
  closed(): void;
}

const binary = 2;
const ping = 9;
const pong = 10;

/** What a message from a server is on the wire with its header. */
export const frameLength = (length: number): number =>
  length + (length < 126 ? 2 : length <= 0xffff ? 4 : 10);

/** RFC 6455 section 5.2, masked with zeros: the bytes stay as they are. */
export function clientFrame(message: Uint8Array, opcode = binary): Buffer {
  const { length } = message;
  if (length > 0xffff) throw new RangeError('larger than any message of a measurement');
  const header = length < 126 ? 2 : 4;
  const frame = Buffer.alloc(header + 4 + length);
  frame[0] = 0x80 | opcode;
  frame[1] = 0x80 | (length < 126 ? length : 126);
  if (length >= 126) frame.writeUInt16BE(length, 2);
  frame.set(message, header + 4);
  return frame;
}

/** Where the first message lies, and where it ends; undefined while it is not whole. */
function firstMessage(bytes: Buffer, at: number): { from: number; to: number; opcode: number } | undefined {
  const [first, short] = [bytes[at], bytes[at + 1]];
  if (first === undefined || short === undefined) return undefined;
  const opcode = first & 0x0f;
  if (short < 126) return wholeIn(bytes, at + 2, short, opcode);
  if (bytes.length < at + 10) {
    return short === 126 && bytes.length >= at + 4
      ? wholeIn(bytes, at + 4, bytes.readUInt16BE(at + 2), opcode)
      : undefined;
  }
  const length = short === 126 ? bytes.readUInt16BE(at + 2) : Number(bytes.readBigUInt64BE(at + 2));
  return wholeIn(bytes, at + (short === 126 ? 4 : 10), length, opcode);
}
const wholeIn = (bytes: Buffer, from: number, length: number, opcode: number) =>
  from + length <= bytes.length ? { from, to: from + length, opcode } : undefined;

export function openRawSocket(port: number, path: string, handlers: RawHandlers): Promise<RawSocket> {
  const socket: Socket = connect({ port, host: '127.0.0.1', noDelay: true });
  const key = randomBytes(16).toString('base64');
  socket.write(
    `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n` +
      `Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${key}\r\n\r\n`,
  );
  return new Promise((resolve, reject) => {
    let rest: Buffer = Buffer.alloc(0);
    let isOpen = false;
    socket.on('error', reject);
    socket.on('close', () => handlers.closed());
    socket.on('data', (chunk: Buffer) => {
      let bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
      if (!isOpen) {
        const end = bytes.indexOf('\r\n\r\n');
        if (end === -1) return void (rest = bytes);
        if (!bytes.subarray(0, end).toString().startsWith('HTTP/1.1 101'))
          return reject(new Error('no upgrade'));
        isOpen = true;
        bytes = bytes.subarray(end + 4);
        const opened: RawSocket = {
          send: (message) => void socket.write(clientFrame(message)),
          sendFrame: (frame) => void socket.write(frame),
          pause: () => void socket.pause(),
          close: () => void socket.end(),
        };
        handlers.opened?.(opened);
        resolve(opened);
      }
      let at = 0;
      for (let found = firstMessage(bytes, at); found; found = firstMessage(bytes, at)) {
        const message = bytes.subarray(found.from, found.to);
        if (found.opcode === ping) socket.write(clientFrame(message, pong));
        else if (found.opcode <= binary) handlers.message(message);
        at = found.to;
      }
      rest = bytes.subarray(at);
    });
  });
}
