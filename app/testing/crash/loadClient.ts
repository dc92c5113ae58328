// One headless client at full load on one document: keeps many entries in flight, comes back after every crash, sends
// again what was not acknowledged, and remembers every promise that the relay made.
import { WebSocket } from 'ws';
import type { Bytes } from '../../../shared/codec/bytes.ts';
import { decode, struct, varint } from '../../../shared/codec/codec.ts';
import { entryKinds, hashEntry } from '../../../shared/protocol/entry.ts';
import { startCursor, type Cursor } from '../../../shared/protocol/frames/cursor.ts';
import { parseDown, type DownFrame } from '../../../shared/protocol/frames/down.ts';
import { encodeUp, type UpFrame } from '../../../shared/protocol/frames/up.ts';
import { entryHash, type DocumentId } from '../../../shared/protocol/ids.ts';
import { protocolVersion } from '../../../shared/protocol/version.ts';
import { sha256 } from '../../../sync-server/auth/sha256.ts';
import { newTestSession, proofOf, type TestChat } from '../../../sync-server/testing/testChat.ts';
import { accessToken, type LoadAccount } from './account.ts';
import type { Promised } from './ledger.ts';

export interface LoadTarget {
  readonly origin: string;
  readonly chat: TestChat;
  readonly document: DocumentId;
}
export type LoadClient = ReturnType<typeof createLoadClient>;

const maxUnanswered = 100;
const entryBytes = 300;
const retryMs = 30;
const lastAccepted = struct({ sequence: varint, hash: entryHash });

export function createLoadClient(account: LoadAccount, { origin, chat, document }: LoadTarget) {
  const session = newTestSession(document);
  /** Made, and not acknowledged yet; the first has the number `firstUnanswered`. */
  const unanswered: Bytes[] = [];
  let firstUnanswered = 1;
  /** Which of them go out next, on this socket. */
  let nextToSend = 1;
  /** Where to follow the log from; acknowledgements and entries move it on. */
  let cursor: Cursor = startCursor;
  let socket: WebSocket | undefined;
  const phase = { isWriting: true, isClosed: false };
  const promises: Promised[] = [];
  const faults: string[] = [];

  const send = (frame: UpFrame) => socket?.send(encodeUp(frame));

  function fill() {
    // A segment would be full after some of the crashes (SPEC R47).
    while (phase.isWriting && unanswered.length < maxUnanswered)
      unanswered.push(session.next(1, entryBytes, entryKinds.meta));
    for (; nextToSend < firstUnanswered + unanswered.length; nextToSend++) {
      const entry = unanswered[nextToSend - firstUnanswered];
      if (entry) send({ type: 'append', channel: 1, entry });
    }
  }

  function acknowledged({ sequence, cursor: at }: Extract<DownFrame, { type: 'ack' }>) {
    const entry = unanswered[0];
    if (sequence !== firstUnanswered || !entry)
      return void faults.push(`ack of ${sequence}, expected ${firstUnanswered}`);
    promises.push({ hash: hashEntry(sha256, document, entry), cursor: at });
    unanswered.shift();
    firstUnanswered++;
    passed(at.seq, 1, at);
    fill();
  }

  /** The channel has gone on; a gap, or the same place twice, is a fault. A repeat's ack may name a place before. */
  function passed(firstSeq: number, count: number, at?: Cursor) {
    if (at && firstSeq <= seen) return;
    if (firstSeq !== seen + 1) faults.push(`seq ${firstSeq} after ${seen}`);
    seen = firstSeq + count - 1;
    if (at) cursor = at;
  }
  let seen = 0;

  function receive(frame: DownFrame, token: string) {
    switch (frame.type) {
      case 'challenge':
        send({ type: 'hello', version: protocolVersion, accessToken: token });
        send(proofOf(chat.chatId, chat.epoch, frame.challenge));
        seen = cursor.seq;
        send({ type: 'subscribe', channel: 1, chat: chat.chatId, document, cursor });
        nextToSend = firstUnanswered;
        return fill();
      case 'ack':
        return acknowledged(frame);
      case 'entries':
        for (const [index, entry] of frame.entries.entries()) {
          promises.push({
            hash: hashEntry(sha256, document, entry),
            cursor: { seq: frame.firstSeq + index },
          });
        }
        return passed(frame.firstSeq, frame.entries.length);
      case 'live':
        cursor = frame.cursor;
        return undefined;
      case 'refused':
        return void faults.push(
          `${frame.code} ${JSON.stringify(decode(lastAccepted, frame.detail)?.sequence)}`,
        );
      default:
        return undefined;
    }
  }

  async function connect(): Promise<void> {
    while (!phase.isClosed) {
      const token = await accessToken(account);
      if (token !== undefined) await live(token);
      if (!phase.isClosed) await new Promise((resolve) => setTimeout(resolve, retryMs));
    }
  }

  /** Ends with the socket. */
  async function live(token: string): Promise<void> {
    const opened = new WebSocket(`${origin.replace('http', 'ws')}/sync`, { perMessageDeflate: false });
    socket = opened;
    await new Promise<void>((resolve) => {
      opened.on('message', (data: Buffer) => {
        const frame = parseDown(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
        if (frame) receive(frame, token);
        else faults.push('a frame that does not parse');
      });
      // A refused connection says error and close; the close is enough.
      opened.on('error', () => undefined);
      opened.on('close', () => resolve());
    });
    socket = undefined;
  }

  const running = connect();
  return {
    promises: (): readonly Promised[] => promises,
    faults: (): readonly string[] => faults,
    unanswered: () => unanswered.length,
    /** Makes nothing new; what is unanswered still goes out. */
    stopWriting: () => void (phase.isWriting = false),
    async close() {
      phase.isClosed = true;
      socket?.close();
      await running;
    },
  };
}
