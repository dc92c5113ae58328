// What a signed-in socket may ask: prove capabilities, follow documents, append, signal, post and take mail. One
// function for each frame; each answers or refuses, and none trusts what the socket said before.
import { encodeDown } from '../../shared/protocol/frames/down.ts';
import { upNumberByType as to, type UpFrame } from '../../shared/protocol/frames/up.ts';
import type { Challenge } from '../../shared/protocol/ids.ts';
import { maxChannels, maxInFlight } from '../../shared/protocol/limits.ts';
import { judgeCapabilities, type Capabilities } from '../auth/capabilities.ts';
import { keyOf } from '../auth/keyOf.ts';
import type { Session } from '../auth/tokens.ts';
import { mailAgainMs, mailBatch, signalBurst, signalsPerSecond } from './bounds.ts';
import { createChannel, type Channel } from './channel.ts';
import type { ChatMember, ChatRoom } from './chatRooms.ts';
import type { ConnectionDeps } from './connection.ts';
import type { Pacer } from './pacer.ts';
import type { MailReader } from './postOffice.ts';
import { createRateLimiter } from './rateLimiter.ts';
import type { Refuse } from './refuse.ts';
import { createRoom } from './room.ts';
import type { SocketPort } from './socketPort.ts';

type Frame<T extends UpFrame['type']> = Extract<UpFrame, { type: T }>;
interface Proof {
  readonly chat: ChatRoom;
  capabilities: Capabilities;
}
export interface SignedInDeps extends ConnectionDeps {
  readonly socket: SocketPort;
  readonly challenge: Challenge;
  readonly refuse: Refuse;
  readonly pacer: Pacer;
  readonly dismiss: (reason: string, retryAfterMs: number) => void;
}
export type SignedIn = ReturnType<typeof createSignedIn>;

export function createSignedIn(deps: SignedInDeps, { device }: Session) {
  const { socket, challenge, refuse, pacer, chatRooms, postOffice, commit, log, clock } = deps;
  const proofByChat = new Map<string, Proof>();
  const channelByNumber = new Map<number, Channel>();
  let inFlight = 0;
  let lastMail = 0;
  let cancelMailAgain = () => {};
  let signalRate: ReturnType<typeof createRateLimiter> | undefined;

  const isCurrent = ({ chat, capabilities }: Proof) => capabilities.epoch === chat.authority.body.epoch;

  const member: ChatMember = {
    ledgerMoved(chat, isNewEpoch) {
      socket.send(encodeDown({ type: 'ledgerMoved', chat: chat.chatId, head: chat.authority.head }));
      if (!isNewEpoch) return;
      for (const channel of channelByNumber.values()) if (channel.room.chat === chat) channel.suspend();
    },
  };

  const mailbox: MailReader & { step(): boolean } = {
    mailArrived: () => pacer.add(mailbox),
    replaced: () => deps.dismiss('replaced', 0),
    step() {
      const mails = postOffice.readAfter(device.row, lastMail, mailBatch);
      // What is not taken by then is offered again: the frame was lost, or the device could not use it yet.
      if (mails.length > 0) {
        cancelMailAgain();
        cancelMailAgain = clock.after(mailAgainMs, () => {
          lastMail = 0;
          pacer.add(mailbox);
        });
      }
      for (const { mailId, mail } of mails) {
        socket.send(encodeDown({ type: 'mail', mailId, mail }));
        lastMail = mailId;
      }
      return mails.length === mailBatch;
    },
  };

  function prove(frame: Frame<'prove'>) {
    const chat = chatRooms.find(frame.chat);
    if (!chat) return refuse(to.prove, 0, 'not-found');
    const known = proofByChat.get(chat.key);
    if (!known && proofByChat.size >= maxChannels) return refuse(to.prove, 0, 'too-many');
    const judged = judgeCapabilities(chat.authority, challenge, frame);
    if (!judged.ok) {
      return refuse(
        to.prove,
        0,
        judged.error,
        judged.error === 'stale-epoch' ? { detail: chat.authority.head } : {},
      );
    }
    if (known) known.capabilities = judged.value;
    else proofByChat.set(chat.key, { chat, capabilities: judged.value });
    chatRooms.enter(chat, member);
    socket.send(encodeDown({ type: 'proven', chat: frame.chat, epoch: frame.epoch }));
    for (const channel of channelByNumber.values()) {
      if (channel.room.chat !== chat) continue;
      if (judged.value.canRead) channel.resume();
      else channel.suspend();
    }
  }

  function subscribe({ channel: number, chat: chatId, document, cursor }: Frame<'subscribe'>) {
    const say = (code: Parameters<Refuse>[2], detail?: ChatRoom['authority']['head']) =>
      refuse(to.subscribe, number, code, detail ? { detail } : {});
    if (channelByNumber.has(number)) return say('conflict');
    if (channelByNumber.size >= maxChannels) return say('too-many');
    const proof = proofByChat.get(keyOf(chatId));
    if (!proof) return say('forbidden');
    if (!isCurrent(proof)) return say('stale-epoch', proof.chat.authority.head);
    if (!proof.capabilities.canRead) return say('forbidden');
    const { rooms } = proof.chat;
    const room = rooms.get(keyOf(document)) ?? createRoom({ log, commit }, proof.chat, document);
    if (!room.isInLog(cursor)) return say('diverged');
    rooms.set(keyOf(document), room);
    channelByNumber.set(number, createChannel(channelDeps, number, room, cursor));
  }
  const channelDeps = {
    socket,
    refuse,
    wantSteps: (channel: Channel) => pacer.add(channel),
    answered: () => void inFlight--,
    fellBehind: (channel: Channel) => void channelByNumber.delete(channel.number),
  };

  function unsubscribe({ channel: number }: Frame<'unsubscribe'>) {
    const channel = channelByNumber.get(number);
    if (!channel) return;
    inFlight -= channel.owed;
    channelByNumber.delete(number);
    pacer.remove(channel);
    channel.close();
  }

  function append({ channel: number, entry }: Frame<'append'>) {
    const channel = channelByNumber.get(number);
    if (!channel) return refuse(to.append, number, 'forbidden');
    const proof = proofByChat.get(channel.room.chat.key);
    if (!proof || !isCurrent(proof)) {
      return refuse(to.append, number, 'stale-epoch', { detail: channel.room.chat.authority.head });
    }
    if (!proof.capabilities.canPost) return refuse(to.append, number, 'forbidden');
    if (inFlight >= maxInFlight) return refuse(to.append, number, 'too-many');
    inFlight++;
    const refusal = channel.room.append(channel, device.row, entry);
    if (!refusal) return;
    inFlight--;
    refuse(to.append, number, refusal.code, refusal.detail ? { detail: refusal.detail } : {});
  }

  function signal({ channel: number, sealed }: Frame<'signal'>) {
    const channel = channelByNumber.get(number);
    if (!channel || channel.phase === 'suspended') return refuse(to.signal, number, 'forbidden');
    signalRate ??= createRateLimiter(clock, { burst: signalBurst, perSecond: signalsPerSecond });
    if (signalRate.take('') > 0) return;
    for (const follower of channel.room.followers()) if (follower !== channel) follower.signal(sealed);
  }

  function postMail({ request, to: userId, mail }: Frame<'postMail'>) {
    const retryAfterMs = deps.mailRate.take(keyOf(device.userId));
    if (retryAfterMs > 0) return refuse(to.postMail, request, 'busy', { retryAfterMs });
    postOffice.post(userId, mail, (refusal) => {
      if (refusal) refuse(to.postMail, request, refusal);
      else socket.send(encodeDown({ type: 'mailed', request }));
    });
  }

  postOffice.arrive(device.row, mailbox);
  pacer.add(mailbox);

  return {
    receive(frame: Exclude<UpFrame, { type: 'hello' }>) {
      switch (frame.type) {
        case 'prove':
          return prove(frame);
        case 'subscribe':
          return subscribe(frame);
        case 'unsubscribe':
          return unsubscribe(frame);
        case 'append':
          return append(frame);
        case 'signal':
          return signal(frame);
        case 'postMail':
          return postMail(frame);
        case 'mailTaken':
          return postOffice.take(device.row, frame.mailId);
        case 'ping':
          return socket.send(encodeDown({ type: 'pong', nonce: frame.nonce }));
        default:
          return frame satisfies never;
      }
    },
    close() {
      cancelMailAgain();
      for (const channel of channelByNumber.values()) channel.close();
      channelByNumber.clear();
      for (const { chat } of proofByChat.values()) chatRooms.leave(chat, member);
      proofByChat.clear();
      postOffice.leave(device.row, mailbox);
    },
  };
}
