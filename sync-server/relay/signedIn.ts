// What a signed-in socket may ask: prove capabilities, follow documents, append, signal, post and take mail. One
// function for each frame; each answers or refuses, and none trusts what the socket said before.
import type { Bytes } from '../../shared/codec/bytes.ts';
import { encodeDown, type DownFrame } from '../../shared/protocol/frames/down.ts';
import { upNumberByType as to, type UpFrame } from '../../shared/protocol/frames/up.ts';
import { noSnapshot, type Challenge, type ChatId, type EntryHash32 } from '../../shared/protocol/ids.ts';
import { maxChannels, maxInFlight } from '../../shared/protocol/limits.ts';
import type { RefusalCode } from '../../shared/protocol/refusals.ts';
import type { DeviceRow, UserRow } from '../log/accounts.ts';
import { judgeCapabilities } from '../auth/capabilities.ts';
import { idOf, keyOf } from '../auth/keyOf.ts';
import type { Session } from '../auth/tokens.ts';
import { mailAgainMs, mailBatch, maxPingsPerSecond, signalBurst, signalsPerSecond } from './bounds.ts';
import { Channel, type ChannelHost } from './channel.ts';
import { channelIn, noChannels, withChannel, withoutChannel, type ChannelRow } from './channelRow.ts';
import { readAuthority, readHead, type ChatMember, type ChatRoom } from './chatRooms.ts';
import type { ConnectionDeps } from './connection.ts';
import type { Paced } from './pacer.ts';
import type { MailReader } from './postOffice.ts';
import { createRateLimiter, type RateLimiter } from './rateLimiter.ts';
import { sendRefusal } from './refuse.ts';
import { Room } from './room.ts';
import { SnapshotParts } from './snapshotParts.ts';
import { loadDocument } from './documentState.ts';
import type { SnapshotRefusal } from './snapshots.ts';
import type { SocketPort } from './socketPort.ts';

type Frame<T extends UpFrame['type']> = Extract<UpFrame, { type: T }>;
const noChats: readonly ChatRoom[] = [];
/** What the socket's own life gives. */
export interface SignedInHost {
  readonly deps: ConnectionDeps;
  readonly socket: SocketPort;
  readonly challenge: Challenge;
  /** Has `step` called at the pace of the socket, until it is false. */
  pace(paced: Paced): void;
  stopPacing(paced: Paced): void;
  dismiss(reason: string, retryAfterMs: number): void;
}

export class SignedIn implements ChatMember, MailReader, Paced, ChannelHost {
  readonly socket: SocketPort;
  readonly family: string;
  readonly user: UserRow;
  readonly #host: SignedInHost;
  readonly #device: DeviceRow;
  /** It has proven these: of exactly that length, as the channels (`concat`, unlike `push`, makes no room for more). */
  #chats: readonly ChatRoom[] = noChats;
  #channels: ChannelRow = noChannels;
  #inFlight = 0;
  #lastMail = 0;
  #cancelMailAgain: (() => void) | undefined;
  #signalRate: RateLimiter | undefined;
  /** Of this second, which is counted since 1970. Two numbers: every idle socket has them. */
  #pings = 0;
  #pingSecond = 0;
  #parts: SnapshotParts | undefined;

  constructor(host: SignedInHost, { device, family }: Session) {
    this.#host = host;
    this.socket = host.socket;
    this.family = family;
    this.user = device.user;
    this.#device = device.row;
    host.deps.postOffice.arrive(device.row, this);
    host.pace(this);
  }

  /** For the socket's life, which tells its states by name. */
  get name(): 'signed in' {
    return 'signed in';
  }

  receive(frame: Exclude<UpFrame, { type: 'hello' }>): void {
    switch (frame.type) {
      case 'prove':
        return this.#prove(frame);
      case 'subscribe':
        return this.#subscribe(frame);
      case 'unsubscribe':
        return this.#unsubscribe(frame);
      case 'append':
        return this.#append(frame);
      case 'signal':
        return this.#signal(frame);
      case 'postMail':
        return this.#postMail(frame);
      case 'mailTaken':
        return this.#host.deps.postOffice.take(this.#device, frame.mailId);
      case 'publish':
        return this.#publish(frame);
      case 'countersign':
        return this.#countersign(frame);
      case 'fetchSnapshot':
        return this.#fetchSnapshot(frame);
      case 'look':
        return this.#look(frame);
      case 'ping':
        return this.#ping(frame);
      default:
        return frame satisfies never;
    }
  }

  close(): void {
    const { chatRooms, postOffice } = this.#host.deps;
    this.#cancelMailAgain?.();
    for (const channel of this.#channels) channel.close();
    this.#channels = noChannels;
    for (const chat of this.#chats) chatRooms.leave(chat, this);
    this.#chats = noChats;
    this.#parts?.close();
    postOffice.leave(this.#device, this);
  }

  #send(frame: DownFrame): void {
    this.socket.send(encodeDown(frame));
  }
  #refuse(toFrame: number, subject: number, code: RefusalCode, detail?: Bytes): void {
    sendRefusal(this.socket, toFrame, subject, code, detail ? { detail } : {});
  }

  // As a member of chats

  ledgerMoved(chat: ChatRoom, head: EntryHash32, isNewEpoch: boolean): void {
    this.#send({ type: 'ledgerMoved', chat: idOf<ChatId>(chat.key), head });
    if (!isNewEpoch) return;
    for (const channel of this.#channels) if (channel.room.chat === chat) channel.suspend();
  }

  #prove(frame: Frame<'prove'>): void {
    const { chatRooms, log } = this.#host.deps;
    const chat = chatRooms.find(frame.chat);
    if (!chat) return this.#refuse(to.prove, 0, 'not-found');
    const isKnown = chat.rightsByMember.has(this);
    if (!isKnown && this.#chats.length >= maxChannels) return this.#refuse(to.prove, 0, 'too-many');
    const authority = readAuthority(log, chat.row);
    const judged = judgeCapabilities(authority, this.#host.challenge, frame);
    if (!judged.ok) {
      const detail = judged.error === 'stale-epoch' ? authority.head : undefined;
      return this.#refuse(to.prove, 0, judged.error, detail);
    }
    if (!isKnown) this.#chats = this.#chats.concat(chat);
    chatRooms.enter(chat, this, judged.value);
    this.#send({ type: 'proven', chat: frame.chat, epoch: frame.epoch });
    for (const channel of this.#channels) {
      if (channel.room.chat !== chat) continue;
      if (judged.value.canRead) channel.resume();
      else channel.suspend();
    }
  }

  // As a host of channels

  wantSteps(channel: Channel): void {
    this.#host.pace(channel);
  }
  answered(): void {
    this.#inFlight--;
  }
  fellBehind(channel: Channel): void {
    this.#parts?.forget(channel.number);
    this.#channels = withoutChannel(this.#channels, channel);
  }

  #subscribe({ channel: number, chat: chatId, document, cursor }: Frame<'subscribe'>): void {
    const say = (code: RefusalCode, detail?: Bytes) => this.#refuse(to.subscribe, number, code, detail);
    const { chatRooms, log } = this.#host.deps;
    if (channelIn(this.#channels, number)) return say('conflict');
    if (this.#channels.length >= maxChannels) return say('too-many');
    const chat = chatRooms.known(chatId);
    const rights = chat?.rightsByMember.get(this);
    if (!chat || !rights) return say('forbidden');
    if (rights === 'stale') return say('stale-epoch', readHead(log, chat));
    if (!rights.canRead) return say('forbidden');
    const { rooms } = chat;
    const room = rooms.get(keyOf(document)) ?? new Room(this.#host.deps, chat, document);
    room.snapshots.confirmByTime();
    if (!room.isInLog(cursor)) return say('diverged');
    rooms.set(keyOf(document), room);
    this.#channels = withChannel(this.#channels, new Channel(this, number, room, cursor));
  }

  #unsubscribe({ channel: number }: Frame<'unsubscribe'>): void {
    const channel = channelIn(this.#channels, number);
    if (!channel) return;
    this.#inFlight -= channel.owed;
    this.#channels = withoutChannel(this.#channels, channel);
    this.#host.stopPacing(channel);
    this.#parts?.forget(number);
    channel.close();
  }

  /** The channel, where the socket's proof is of the current epoch; refused otherwise. */
  #provenChannel(toFrame: number, number: number, right: 'canRead' | 'canPost'): Channel | undefined {
    const say = (code: RefusalCode, detail?: Bytes) => {
      this.#refuse(toFrame, number, code, detail);
      return undefined;
    };
    const channel = channelIn(this.#channels, number);
    if (!channel) return say('forbidden');
    const { chat } = channel.room;
    const rights = chat.rightsByMember.get(this);
    if (!rights || rights === 'stale') return say('stale-epoch', readHead(this.#host.deps.log, chat));
    return rights[right] ? channel : say('forbidden');
  }

  #append({ channel: number, entry }: Frame<'append'>): void {
    const channel = this.#provenChannel(to.append, number, 'canPost');
    if (!channel) return;
    if (this.#inFlight >= maxInFlight) return this.#refuse(to.append, number, 'too-many');
    this.#inFlight++;
    const refusal = channel.room.append(channel, this.#device, entry);
    if (!refusal) return;
    this.#inFlight--;
    sendRefusal(this.socket, to.append, number, refusal.code, refusal);
  }

  #publish(frame: Frame<'publish'>): void {
    const { channel: number, index, previous } = frame;
    const parts = (this.#parts ??= new SnapshotParts(this.#host.deps.partsPool));
    // Of a snapshot that was refused the rest is passed over without another answer.
    if (parts.isPassedOver(frame)) return;
    const pass = () => void parts.refuse(number, 'forbidden');
    const channel = this.#provenChannel(to.publish, number, 'canPost');
    if (!channel) return pass();
    const { snapshots } = channel.room;
    if (index === 0) {
      const retryAfterMs = this.#host.deps.publishRate.take(String(this.#device));
      if (retryAfterMs > 0) {
        sendRefusal(this.socket, to.publish, number, 'busy', { retryAfterMs });
        return pass();
      }
      if (!snapshots.mayFollow(previous)) {
        this.#refuseSnapshot(to.publish, number, snapshots.moved());
        return pass();
      }
    }
    const added = parts.add(frame);
    if (added.is === 'refused') return this.#refuse(to.publish, number, added.code);
    if (added.is === 'not yet') return;
    const rights = channel.room.chat.rightsByMember.get(this);
    const mayPurgeAll = rights !== undefined && rights !== 'stale' && rights.canPurge;
    const refusal = snapshots.publish(channel, this.user, added.offer, mayPurgeAll);
    this.#refuseSnapshot(to.publish, number, refusal);
  }

  #countersign({ channel: number, snapshot }: Frame<'countersign'>): void {
    const channel = this.#provenChannel(to.countersign, number, 'canRead');
    if (!channel) return;
    const refusal = channel.room.snapshots.countersign(channel, this.user, snapshot);
    this.#refuseSnapshot(to.countersign, number, refusal);
  }

  #fetchSnapshot({ channel: number }: Frame<'fetchSnapshot'>): void {
    const channel = this.#provenChannel(to.fetchSnapshot, number, 'canRead');
    if (!channel) return;
    if (channel.room.snapshots.current()) channel.fetchSnapshot();
    else this.#refuse(to.fetchSnapshot, number, 'not-found');
  }

  #refuseSnapshot(toFrame: number, number: number, refusal: SnapshotRefusal | undefined): void {
    if (refusal) this.#refuse(toFrame, number, refusal.code, refusal.detail);
  }

  #look({ request, chat: chatId, document }: Frame<'look'>): void {
    const { chatRooms, log } = this.#host.deps;
    const chat = chatRooms.known(chatId);
    const rights = chat?.rightsByMember.get(this);
    if (!chat || !rights) return this.#refuse(to.look, request, 'forbidden');
    if (rights === 'stale') return this.#refuse(to.look, request, 'stale-epoch', readHead(log, chat));
    if (!rights.canRead) return this.#refuse(to.look, request, 'forbidden');
    const state = chat.rooms.get(keyOf(document))?.state ?? loadDocument(log, chat.row, document);
    this.#send({
      type: 'looked',
      request,
      end: state.stored,
      snapshot: state.snapshot?.id ?? noSnapshot,
      isSealed: state.document?.isSealed === true,
    });
  }

  #signal({ channel: number, sealed }: Frame<'signal'>): void {
    const channel = channelIn(this.#channels, number);
    if (!channel || channel.isSuspended) return this.#refuse(to.signal, number, 'forbidden');
    this.#signalRate ??= createRateLimiter(this.#host.deps.clock, {
      burst: signalBurst,
      perSecond: signalsPerSecond,
    });
    if (this.#signalRate.take('') > 0) return;
    for (const follower of channel.room.followers) if (follower !== channel) follower.signal(sealed);
  }

  /** Above the rate it vanishes. */
  #ping({ nonce }: Frame<'ping'>): void {
    const second = Math.floor(this.#host.deps.clock.now() / 1000);
    if (second !== this.#pingSecond) this.#pings = 0;
    this.#pingSecond = second;
    if (this.#pings++ < maxPingsPerSecond) this.#send({ type: 'pong', nonce });
  }

  // As a reader of mail

  mailArrived(): void {
    this.#host.pace(this);
  }
  replaced(): void {
    this.#host.dismiss('replaced', 0);
  }

  /** Sends some of the mail that waits. True while there is more. */
  step(): boolean {
    const { clock, postOffice } = this.#host.deps;
    const mails = postOffice.readAfter(this.#device, this.#lastMail, mailBatch);
    // What is not taken by then is offered again: the frame was lost, or the device could not use it yet.
    if (mails.length > 0) {
      this.#cancelMailAgain?.();
      this.#cancelMailAgain = clock.after(mailAgainMs, () => {
        this.#lastMail = 0;
        this.#host.pace(this);
      });
    }
    for (const { mailId, mail } of mails) {
      this.#send({ type: 'mail', mailId, mail });
      this.#lastMail = mailId;
    }
    return mails.length === mailBatch;
  }

  #postMail({ request, to: userId, mail }: Frame<'postMail'>): void {
    const { mailRate, postOffice } = this.#host.deps;
    const retryAfterMs = mailRate.take(String(this.user));
    if (retryAfterMs > 0) return sendRefusal(this.socket, to.postMail, request, 'busy', { retryAfterMs });
    postOffice.post(this.user, userId, mail, (refusal) => {
      if (refusal) this.#refuse(to.postMail, request, refusal);
      else this.#send({ type: 'mailed', request });
    });
  }
}
