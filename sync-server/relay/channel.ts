// One document on one socket: first what its reader missed, in paces that the socket can take, then what comes, in log
// order and without a gap or a repeat between the two. Acknowledgements keep their place in that order.
import type { Bytes } from '../../shared/codec/bytes.ts';
import { encodeDown, type DownFrame } from '../../shared/protocol/frames/down.ts';
import type { Cursor } from '../../shared/protocol/frames/cursor.ts';
import { upNumberByType } from '../../shared/protocol/frames/up.ts';
import type { UserRow } from '../log/accounts.ts';
import type { SnapshotRow, StoredSnapshot } from '../log/snapshots.ts';
import { behindBufferBytes, signalBufferBytes } from './bounds.ts';
import type { CommitFailure } from './groupCommit.ts';
import type { Paced } from './pacer.ts';
import type { Acknowledgement, Follower, Room } from './room.ts';
import type { SocketPort } from './socketPort.ts';
import { sendRefusal } from './refuse.ts';
import type { RefusalCode } from '../../shared/protocol/refusals.ts';
import { SnapshotTransfer } from './snapshotTransfer.ts';

/**
 * catching up: reads on from the log; live: follows the commits; suspended: its socket's proof is of an old epoch, and
 * it catches up once a new one is there; closed: says nothing any more.
 */
type Phase = 'catching up' | 'live' | 'suspended' | 'closed';

/** The socket's side of a channel. */
export interface ChannelHost {
  readonly socket: SocketPort;
  readonly user: UserRow;
  /** This channel has something to catch up on. */
  wantSteps(channel: Channel): void;
  /** An append was answered. */
  answered(): void;
  /** It fell behind and is closed. */
  fellBehind(channel: Channel): void;
}

export class Channel implements Follower, Paced {
  readonly number: number;
  readonly room: Room;
  readonly #host: ChannelHost;
  #phase: Phase = 'catching up';
  /** Everything up to here has been sent. */
  #sent: number;
  /** Acknowledgements that wait for the catch-up to reach their place. */
  #owed: Map<number, Acknowledgement> | undefined;
  /** Acknowledgements of entries that are gone: they have no place, and wait for the end of the catch-up. */
  #owedFreed: Acknowledgement[] | undefined;
  /** It has nothing yet, and where there is a snapshot, begins with it. */
  #isFromStart: boolean;
  /** The current snapshot was asked for, and goes out once the channel is live. */
  #isFetching = false;
  #transfer: SnapshotTransfer | undefined;
  /** The newest snapshot that the other side has heard of. */
  #told: SnapshotRow | undefined;

  constructor(host: ChannelHost, number: number, room: Room, cursor: Cursor) {
    this.#host = host;
    this.number = number;
    this.room = room;
    this.#sent = cursor.seq;
    this.#isFromStart = cursor.seq === 0;
    room.join(this);
    host.wantSteps(this);
  }

  get isSuspended(): boolean {
    return this.#phase === 'suspended';
  }
  get owed(): number {
    return (this.#owed?.size ?? 0) + (this.#owedFreed?.length ?? 0);
  }

  #send(frame: DownFrame): void {
    this.#host.socket.send(encodeDown(frame));
  }
  #sendAck({ session, sequence, cursor }: Acknowledgement): void {
    this.#send({ type: 'ack', channel: this.number, session, sequence, cursor });
    this.#host.answered();
  }

  /** True if the socket can take more; otherwise the channel is closed. */
  #keepsUp(): boolean {
    if (this.#host.socket.bufferedAmount <= behindBufferBytes) return true;
    this.#send({ type: 'behind', channel: this.number });
    this.close();
    this.#host.fellBehind(this);
    return false;
  }

  /** The entries of one read, with the acknowledgements that stand among them. */
  #sendMissed(missed: readonly Bytes[]): void {
    const firstSeq = this.#sent + 1;
    let from = 0;
    const sendUpTo = (to: number) => {
      if (to > from) {
        const entries = missed.slice(from, to);
        this.#send({ type: 'entries', channel: this.number, firstSeq: firstSeq + from, entries });
      }
      from = to + 1;
    };
    for (let i = 0; this.#owed && this.#owed.size > 0 && i < missed.length; i++) {
      const ack = this.#owed?.get(firstSeq + i);
      if (!ack) continue;
      sendUpTo(i);
      this.#owed?.delete(firstSeq + i);
      this.#sendAck(ack);
    }
    sendUpTo(missed.length);
    this.#sent += missed.length;
  }

  /** Sends one part of the current snapshot. It, once that was its last one. */
  #sendPart(): StoredSnapshot | undefined {
    this.#transfer ??= new SnapshotTransfer();
    const whole = this.#transfer.step(this.room, this.number, (frame) => this.#send(frame));
    if (!whole) return undefined;
    this.#transfer = undefined;
    this.#told = whole.row;
    return whole;
  }

  /** The snapshot stands for all up to its cursor: what goes on after it follows. */
  #catchUpBySnapshot(): void {
    const whole = this.#sendPart();
    if (!whole) return;
    this.#isFromStart = false;
    this.#sent = whole.cursor.seq;
    for (const [seq, ack] of this.#owed ?? []) {
      if (seq > this.#sent) break;
      this.#owed?.delete(seq);
      this.#sendAck(ack);
    }
  }

  /** What is current is named with each subscription: a reader that was away learns that it is sealed, or new. */
  #tellOfSnapshot(): void {
    const current = this.room.snapshots.current();
    if (!current || current.row === this.#told) return;
    this.published(current, this.room.snapshots.isSealed());
  }

  /** Sends one piece of what was missed, or of a snapshot that was asked for. True while there is more. */
  step(): boolean {
    if (this.#phase === 'live' && this.#isFetching) {
      this.#isFetching = !this.#sendPart();
      return this.#isFetching;
    }
    if (this.#phase !== 'catching up') return false;
    const { snapshots } = this.room;
    if ((this.#isFromStart && snapshots.current()) || this.#sent < snapshots.freedSeq()) {
      this.#catchUpBySnapshot();
      return true;
    }
    const end = this.room.state.stored;
    if (this.#sent < end.seq) {
      const missed = this.room.read(this.#sent);
      if (missed.length === 0) throw new Error('the log ends before its end');
      this.#sendMissed(missed);
    }
    if (this.#sent < end.seq) return true;
    this.#phase = 'live';
    this.#owed = undefined;
    for (const ack of this.#owedFreed ?? []) this.#sendAck(ack);
    this.#owedFreed = undefined;
    this.#tellOfSnapshot();
    this.#send({ type: 'live', channel: this.number, cursor: end });
    return this.#isFetching;
  }
  /** The current snapshot, in parts between what the channel sends otherwise, once it is live. */
  fetchSnapshot(): void {
    this.#isFetching = true;
    if (this.#phase === 'live') this.#host.wantSteps(this);
  }

  deliver(firstSeq: number, count: number, frameFor: (channel: number) => Uint8Array): void {
    if (this.#phase !== 'live' || !this.#keepsUp()) return;
    this.#host.socket.send(frameFor(this.number));
    this.#sent = firstSeq + count - 1;
  }
  acknowledge(ack: Acknowledgement): void {
    const { seq } = ack.cursor;
    if (this.#phase === 'closed') return this.#host.answered();
    if (seq <= this.#sent) return this.#sendAck(ack);
    if (this.#phase !== 'live') return void (this.#owed ??= new Map()).set(seq, ack);
    if (!this.#keepsUp()) return this.#host.answered();
    this.#sendAck(ack);
    this.#sent = seq;
  }
  acknowledgeFreed(ack: Acknowledgement): void {
    if (this.#phase === 'closed') return this.#host.answered();
    if (this.#phase === 'live') return this.#sendAck(ack);
    (this.#owedFreed ??= []).push(ack);
  }
  refuseAppend(code: CommitFailure): void {
    this.#host.answered();
    if (this.#phase !== 'closed') sendRefusal(this.#host.socket, upNumberByType.append, this.number, code);
  }
  published({ row, id: snapshot, cursor }: StoredSnapshot, isSeal: boolean): void {
    if (this.#phase === 'closed' || this.#phase === 'suspended') return;
    this.#told = row;
    this.#send({ type: 'published', channel: this.number, snapshot, cursor, isSeal });
  }
  refuseSnapshot(to: number, code: RefusalCode): void {
    if (this.#phase !== 'closed') sendRefusal(this.#host.socket, to, this.number, code);
  }
  flush(): void {
    this.#host.socket.flush?.();
  }
  signal(sealed: Bytes): void {
    const canRead = this.#phase === 'live' || this.#phase === 'catching up';
    if (!canRead || this.#host.socket.bufferedAmount > signalBufferBytes) return;
    this.#send({ type: 'signal', channel: this.number, sealed });
  }

  suspend(): void {
    if (this.#phase === 'closed') return;
    this.#phase = 'suspended';
    this.#transfer = undefined;
  }
  /** Catches up again from where it was suspended. */
  resume(): void {
    if (this.#phase !== 'suspended') return;
    this.#phase = 'catching up';
    this.#host.wantSteps(this);
  }
  close(): void {
    if (this.#phase === 'closed') return;
    this.#phase = 'closed';
    this.#owed = undefined;
    this.#owedFreed = undefined;
    this.#transfer = undefined;
    this.room.leave(this);
  }
}
