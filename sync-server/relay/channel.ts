// One document on one socket: first what its reader missed, in paces that the socket can take, then what comes, in log
// order and without a gap or a repeat between the two. Acknowledgements keep their place in that order.
import { encodeDown } from '../../shared/protocol/frames/down.ts';
import type { Cursor } from '../../shared/protocol/frames/cursor.ts';
import { upNumberByType } from '../../shared/protocol/frames/up.ts';
import { behindBufferBytes, signalBufferBytes } from './bounds.ts';
import type { Acknowledgement, Follower, Room } from './room.ts';
import type { SocketPort } from './socketPort.ts';
import type { Refuse } from './refuse.ts';

/**
 * catching up: reads on from the log; live: follows the commits; suspended: its socket's proof is of an old epoch, and
 * it catches up once a new one is there; closed: says nothing any more.
 */
type Phase = 'catching up' | 'live' | 'suspended' | 'closed';

export interface Channel extends Follower {
  readonly number: number;
  readonly room: Room;
  readonly phase: Phase;
  /** Acknowledgements that wait for the catch-up to reach their place. */
  readonly owed: number;
  /** Sends one piece of what was missed. True while there is more. */
  step(): boolean;
  suspend(): void;
  /** Catches up again from where it was suspended. */
  resume(): void;
  close(): void;
}

export interface ChannelDeps {
  readonly socket: SocketPort;
  readonly refuse: Refuse;
  /** This channel has something to catch up on. */
  readonly wantSteps: (channel: Channel) => void;
  /** An append was answered. */
  readonly answered: () => void;
  /** It fell behind and is closed. */
  readonly fellBehind: (channel: Channel) => void;
}

export function createChannel(
  { socket, refuse, wantSteps, answered, fellBehind }: ChannelDeps,
  number: number,
  room: Room,
  cursor: Cursor,
): Channel {
  let phase: Phase = 'catching up';
  /** Everything up to here has been sent. */
  let sent = cursor.seq;
  const owed = new Map<number, Acknowledgement>();

  function sendAck({ session, sequence, cursor: at }: Acknowledgement) {
    socket.send(encodeDown({ type: 'ack', channel: number, session, sequence, cursor: at }));
    answered();
  }

  function close() {
    if (phase === 'closed') return;
    phase = 'closed';
    owed.clear();
    room.leave(channel);
  }

  /** True if the socket can take more; otherwise the channel is closed. */
  function keepsUp(): boolean {
    if (socket.bufferedAmount <= behindBufferBytes) return true;
    socket.send(encodeDown({ type: 'behind', channel: number }));
    close();
    fellBehind(channel);
    return false;
  }

  /** The entries of one read, with the acknowledgements that stand among them. */
  function sendMissed(missed: ReturnType<Room['read']>) {
    const firstSeq = sent + 1;
    let from = 0;
    const sendUpTo = (to: number) => {
      if (to > from) {
        const entries = missed.slice(from, to);
        socket.send(encodeDown({ type: 'entries', channel: number, firstSeq: firstSeq + from, entries }));
      }
      from = to + 1;
    };
    for (let i = 0; owed.size > 0 && i < missed.length; i++) {
      const ack = owed.get(firstSeq + i);
      if (!ack) continue;
      sendUpTo(i);
      owed.delete(firstSeq + i);
      sendAck(ack);
    }
    sendUpTo(missed.length);
    sent += missed.length;
  }

  const channel: Channel = {
    number,
    room,
    get phase() {
      return phase;
    },
    get owed() {
      return owed.size;
    },
    step() {
      if (phase !== 'catching up') return false;
      const end = room.storedEnd();
      if (sent < end.seq) {
        const missed = room.read(sent);
        if (missed.length === 0) throw new Error('the log ends before its end');
        sendMissed(missed);
      }
      if (sent < end.seq) return true;
      phase = 'live';
      socket.send(encodeDown({ type: 'live', channel: number, cursor: end }));
      return false;
    },
    deliver(firstSeq, count, frameFor) {
      if (phase !== 'live' || !keepsUp()) return;
      socket.send(frameFor(number));
      sent = firstSeq + count - 1;
    },
    acknowledge(ack) {
      const { seq } = ack.cursor;
      if (phase === 'closed') return answered();
      if (seq <= sent) return sendAck(ack);
      if (phase !== 'live') return void owed.set(seq, ack);
      if (!keepsUp()) return answered();
      sendAck(ack);
      sent = seq;
    },
    refuseAppend(code) {
      answered();
      if (phase !== 'closed') refuse(upNumberByType.append, number, code);
    },
    signal(sealed) {
      const canRead = phase === 'live' || phase === 'catching up';
      if (!canRead || socket.bufferedAmount > signalBufferBytes) return;
      socket.send(encodeDown({ type: 'signal', channel: number, sealed }));
    },
    suspend() {
      if (phase !== 'closed') phase = 'suspended';
    },
    resume() {
      if (phase !== 'suspended') return;
      phase = 'catching up';
      wantSteps(channel);
    },
    close,
  };
  room.join(channel);
  wantSteps(channel);
  return channel;
}
