// Real sockets: takes the upgrades at /sync, and writes what the relay sends to one socket in one turn as one piece.
// The bytes that `ws` would write for a message are those of RFC 6455 section 5.2; they are put together here because
// `ws` writes, and the kernel is asked, once for each message otherwise.
import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocket, WebSocketServer } from 'ws';
import { maxFrameBytes } from '../shared/protocol/limits.ts';
import type { Connection } from './relay/connection.ts';
import type { Relay } from './relay/createRelay.ts';
import type { SocketPort } from './relay/socketPort.ts';
import type { Caller } from './routes/callers.ts';

const path = '/sync';
/** Copying more than this into one piece costs more than writing pieces. */
const maxPieceBytes = 64 * 1024;
/** TCP asks a silent peer after this long. */
const keepAliveMs = 60_000;
const goingAway = 1001;
/** Who was said goodbye, or has ended their half, is gone within one to two of these, also on a bad line. */
const closingLookMs = 1500;
/** RFC 6455 section 7.4.1: with it `ws` closes at the header of a message over `maxPayload`, which it reads no further. */
const tooBig = 1009;

/** Final binary frame, not masked. */
const finalBinary = 0x82;

function writeHeader(piece: Buffer, offset: number, length: number): number {
  piece[offset] = finalBinary;
  if (length < 126) {
    piece[offset + 1] = length;
    return offset + 2;
  }
  if (length < 0x10000) {
    piece[offset + 1] = 126;
    piece.writeUInt16BE(length, offset + 2);
    return offset + 4;
  }
  piece[offset + 1] = 127;
  piece.writeUInt32BE(0, offset + 2);
  piece.writeUInt32BE(length, offset + 6);
  return offset + 10;
}
const headerLength = (length: number): number => (length < 126 ? 2 : length < 0x10000 ? 4 : 10);

/** The messages as the bytes of one write. */
export function framesOf(messages: readonly Uint8Array[]): Buffer {
  let size = 0;
  for (const { length } of messages) size += headerLength(length) + length;
  const piece = Buffer.allocUnsafe(size);
  let offset = 0;
  for (const message of messages) {
    offset = writeHeader(piece, offset, message.length);
    piece.set(message, offset);
    offset += message.length;
  }
  return piece;
}

/** A class for the same reason as `Pacer`; and its listeners are shared, because each idle socket would hold its own. */
class RelaySocket extends WebSocket {
  connection: Connection | undefined;
  /** It was on its way out at the last look. */
  wasClosing = false;

  /** `ws` itself closes here, too: before it does so without a word, the connection refuses and closes. */
  override close(code?: number, reason?: string | Buffer): void {
    if (code === tooBig) this.connection?.receivedTooLarge();
    super.close(code, reason);
  }
}
function received(this: WebSocket, data: Buffer | ArrayBuffer | Buffer[]): void {
  if (this instanceof RelaySocket) this.connection?.receive(bytesOf(data));
}
function ended(this: WebSocket): void {
  if (this instanceof RelaySocket) this.connection?.closed();
}
/** A broken frame: `ws` closes this socket itself, and takes no more. */
function failed(this: WebSocket): void {
  if (this instanceof RelaySocket) this.connection?.dismiss('malformed', 0);
}

class StreamPort implements SocketPort {
  readonly #socket: RelaySocket;
  readonly #stream: Duplex;
  #isFull = false;
  #messages: Uint8Array[] | undefined;
  #bytes = 0;

  constructor(socket: RelaySocket, stream: Duplex) {
    this.#socket = socket;
    this.#stream = stream;
  }
  get bufferedAmount(): number {
    return this.#bytes + this.#stream.writableLength;
  }
  send(message: Uint8Array): void {
    if (!this.#messages) {
      this.#messages = [];
      process.nextTick(flush, this);
    }
    this.#messages.push(message);
    this.#bytes += message.length;
    if (this.#bytes > maxPieceBytes) this.flush();
  }
  flush(): void {
    const messages = this.#messages;
    if (!messages) return;
    this.#messages = undefined;
    this.#bytes = 0;
    const isOpen = this.#socket.readyState === this.#socket.OPEN && this.#stream.writable;
    if (isOpen && !this.#stream.write(framesOf(messages))) this.#tellWhenDrained();
  }
  #tellWhenDrained(): void {
    if (this.#isFull) return;
    this.#isFull = true;
    this.#stream.once('drain', () => {
      this.#isFull = false;
      this.#socket.connection?.drained();
    });
  }
  close(code: number, reason: string): void {
    this.flush();
    this.#socket.close(code, reason);
  }
}
const flush = (port: StreamPort): void => port.flush();

/** A reset ends its own stream. Whoever has no listener for it when it comes ends the process instead. */
function destroyed(this: Duplex): void {
  this.destroy();
}
function bytesOf(data: Buffer | ArrayBuffer | Buffer[]): Uint8Array {
  if (Array.isArray(data)) return Buffer.concat(data);
  return data instanceof ArrayBuffer ? new Uint8Array(data) : data;
}

function callerOf({ headers, socket }: IncomingMessage): Caller {
  const forwarded = headers['x-forwarded-for'];
  return {
    forwardedFor: Array.isArray(forwarded) ? forwarded.join(',') : forwarded,
    remoteAddress: socket.remoteAddress,
  };
}

/** Returns a function that ends what is still open. */
export function serveSockets(server: Server, relay: Relay): () => void {
  const sockets = new WebSocketServer({
    noServer: true,
    WebSocket: RelaySocket,
    path,
    perMessageDeflate: false,
    maxPayload: maxFrameBytes,
    clientTracking: true,
  });

  function accept(socket: RelaySocket, stream: Duplex, request: IncomingMessage) {
    if ('setKeepAlive' in stream && typeof stream.setKeepAlive === 'function')
      stream.setKeepAlive(true, keepAliveMs);
    // `ws` has its own now, for as long as the stream lives.
    stream.off('error', destroyed);
    socket.connection = relay.connect(new StreamPort(socket, stream), callerOf(request));
    socket.on('message', received);
    socket.on('close', ended);
    socket.on('error', failed);
    // Not let in: it counts nowhere, so nobody waits for its answer.
    if (socket.readyState !== socket.OPEN) stream.end(() => stream.destroy());
  }

  // `ws` would wait half a minute for the answer to a goodbye; and for who sends no more, for as long as they read no more.
  const look = setInterval(() => {
    for (const socket of sockets.clients) {
      if (socket.readyState !== socket.CLOSING) continue;
      if (socket.wasClosing) socket.terminate();
      socket.wasClosing = true;
    }
  }, closingLookMs).unref();

  server.on('upgrade', (request: IncomingMessage, stream: Duplex, head: Buffer) => {
    // Node has taken its own listener from it, and `ws` sets its own only while it is at work on it.
    stream.on('error', destroyed);
    if (!sockets.shouldHandle(request))
      return void stream.end('HTTP/1.1 404 Not Found\r\nConnection: close\r\n\r\n', () => stream.destroy());
    sockets.handleUpgrade(request, stream, head, (socket) => accept(socket, stream, request));
  });
  return () => {
    clearInterval(look);
    for (const socket of sockets.clients) socket.close(goingAway);
    sockets.close();
    // Whoever doesn't answer the close within a moment is cut off.
    setTimeout(() => sockets.clients.forEach((socket) => socket.terminate()), 1000).unref();
  };
}
