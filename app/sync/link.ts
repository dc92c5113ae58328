// The one socket to the relay: signs in, proves capabilities, multiplexes channels, posts and takes mail, and comes back
// after every break. Moves sealed bytes and could not read them.
import { equalBytes, type Bytes } from '../../shared/codec/bytes.ts';
import { encodeUp, upNumberByType, type UpFrame } from '../../shared/protocol/frames/up.ts';
import { parseDown, type DownFrame } from '../../shared/protocol/frames/down.ts';
import type {
  Challenge,
  ChatId,
  DocumentId,
  EntryHash32,
  SigningPublicKey,
  UserId,
} from '../../shared/protocol/ids.ts';
import { idToText, noParent } from '../../shared/protocol/ids.ts';
import type { RefusalCode } from '../../shared/protocol/refusals.ts';
import { fail, ok, type Result } from '../../shared/protocol/result.ts';
import { isSocketChallengeOf } from '../../shared/protocol/socketChallenge.ts';
import { protocolVersion } from '../../shared/protocol/version.ts';
import { sha256 } from '../crypto/hash.ts';
import { backoffMs } from './backoff.ts';
import {
  answerMs,
  createChannels,
  type Channel,
  type ChannelEvents,
  type ChannelRequest,
} from './channels.ts';
import type { Clock } from './clock.ts';
import type { OpenSocket, SocketPort } from './socketPort.ts';

/** Without a word for this long the relay is asked; without an answer for as long again, the link is cut. */
const silenceMs = 15_000;
/** Time for a socket to open and the relay to welcome us. */
const openingMs = 15_000;

export type LinkState = 'offline' | 'connecting' | 'online' | 'refused';

/** Signs this socket's challenge with a chat's capabilities; undefined while the chat's keys are missing. */
export type Prover = (
  challenge: Challenge,
) => Promise<{ readonly epoch: number; readonly readProof: Bytes; readonly postProof: Bytes } | undefined>;

export interface LinkDeps {
  readonly openSocket: OpenSocket;
  /** A token that the relay takes now, or why there is none. */
  readonly accessToken: (isRetry: boolean) => Promise<Result<string, 'offline' | RefusalCode>>;
  /** The relay's that this account is at. */
  readonly relayKey: SigningPublicKey;
  readonly clock: Clock;
  /** In [0, 1), for jitter only. */
  readonly randomUnit: () => number;
  readonly onState: (state: LinkState) => void;
  /** `taken` is for when it is dealt with; a later line offers again what this one has not heard that of. */
  readonly onMail: (mailId: number, mail: Bytes, taken: () => void) => void;
  /** The relay had no room for the newest entry that it has answered, or has room again. */
  readonly onDiskFull?: (isFull: boolean) => void;
  /** The chat's ledger has this head now: told as news, or because this device named an older epoch. */
  readonly onLedgerMoved: (chat: ChatId, head: EntryHash32) => void;
}

/** What the relay says that it has of a document. */
export type Looked = Omit<DownFrame & { type: 'looked' }, 'type' | 'request'>;

export interface Link {
  readonly state: LinkState;
  /**
   * Declares how to prove this chat's capabilities, and tries at once on a live socket; what was proven before counts no
   * more. Without a prover the chat's channels rest.
   */
  setProver(chat: ChatId, prove: Prover | undefined): void;
  /** The relay has accepted a proof for this chat on the present socket. */
  isProven(chat: ChatId): boolean;
  /** A channel on a document, kept across breaks: `cursor()` is asked each time it opens. */
  openChannel(request: ChannelRequest, events: ChannelEvents): Channel;
  postMail(to: UserId, mail: Bytes): Promise<Result<null, RefusalCode | 'offline'>>;
  /** How far the relay has a document of a proven chat. */
  look(chat: ChatId, document: DocumentId): Promise<Result<Looked, RefusalCode | 'offline'>>;
  /** Try now instead of when the backoff ends, and ask now whether a live socket still is: the network or the page is back. */
  wake(): void;
  /** The platform says that the network is gone: so is the socket, at once. It may be wrong, so tries go on. */
  cutOff(): void;
  close(): void;
}

export function createLink(deps: LinkDeps): Link {
  const { clock } = deps;
  let state: LinkState = 'offline';
  let socket: SocketPort | undefined;
  let challenge: Challenge | undefined;
  let attempt = 0;
  let isClosed = false;
  let wasTokenBad = false;
  /** A ping is under way. */
  let isAsked = false;
  let cancelTimer = () => {};
  let cancelSilence = () => {};
  let nextRequest = 1;
  const provers = new Map<string, { readonly chat: ChatId; readonly prove: Prover }>();
  /** Mail and looks on their way, by their request's number. */
  const requests = new Map<number, (result: Result<Looked | null, RefusalCode | 'offline'>) => void>();
  const send = (frame: UpFrame) => socket?.send(encodeUp(frame));
  const buffered = () => socket?.bufferedAmount ?? 0;
  let isRelayFull = false;
  const channels = createChannels(
    send,
    clock,
    (chat, detail) => staleEpoch(chat, detail),
    (isFull) => {
      if (isFull === isRelayFull) return;
      isRelayFull = isFull;
      deps.onDiskFull?.(isFull);
    },
    buffered,
  );
  /** Chats whose proofs are under way: the relay answers in order, and its refusals don't name the chat. */
  let asked: ChatId[] = [];

  const setState = (next: LinkState) => {
    if (next === state) return;
    state = next;
    deps.onState(next);
  };

  const retryLater = (atLeastMs = 0) => {
    cancelTimer();
    if (isClosed) return;
    // On top of what the relay asks for: everyone is told the same, and must not come at once after it.
    cancelTimer = clock.after(atLeastMs + backoffMs(attempt++, deps.randomUnit()), connect);
  };

  const drop = (next: LinkState, atLeastMs = 0) => {
    const dropped = socket;
    socket = undefined;
    challenge = undefined;
    cancelSilence();
    cancelTimer();
    dropped?.close();
    channels.suspend();
    asked = [];
    for (const settle of requests.values()) settle(fail('offline'));
    requests.clear();
    setState(next);
    retryLater(atLeastMs);
  };

  const askWhetherAlive = () => {
    if (isAsked) return;
    isAsked = true;
    send({ type: 'ping', nonce: 0 });
    awaitWord(buffered());
  };
  /** A line that still takes what it was given is slow, and not dead: the answer is behind all that. */
  const awaitWord = (before: number) => {
    cancelSilence();
    cancelSilence = clock.after(silenceMs, () => {
      const left = buffered();
      if (left < before) awaitWord(left);
      else drop('offline');
    });
  };
  const watchSilence = () => {
    isAsked = false;
    cancelSilence();
    cancelSilence = clock.after(silenceMs, askWhetherAlive);
  };

  const proveChat = async (chat: ChatId, prove: Prover) => {
    const before = challenge;
    if (!before || state !== 'online') return;
    const proof = await prove(before);
    if (!proof || before !== challenge || provers.get(idToText(chat))?.prove !== prove) return;
    asked.push(chat);
    send({ type: 'prove', chat, ...proof });
    // Without an answer, or refused because the relay doesn't know the chat yet: again, for as long as this socket lives.
    clock.after(answerMs, () => {
      if (before === challenge && !channels.isProven(chat)) void proveChat(chat, prove);
    });
  };

  /** The relay takes no proof or entry of this epoch: whoever reads ledgers brings a prover for the next one. */
  function staleEpoch(chat: ChatId, detail: Bytes) {
    if (channels.isProven(chat)) {
      channels.unprove(chat);
      const prover = provers.get(idToText(chat));
      // Should it have been a mistake, the same proof is good again.
      if (prover) clock.after(answerMs, () => !channels.isProven(chat) && void proveAgain(prover));
    }
    if (detail.length === 32) deps.onLedgerMoved(chat, detail as EntryHash32);
  }
  const proveAgain = ({ chat, prove }: { readonly chat: ChatId; readonly prove: Prover }) => {
    if (provers.get(idToText(chat))?.prove === prove) void proveChat(chat, prove);
  };
  /** Takes the oldest proof under way that this answers; without a chat, the oldest of all. */
  const answered = (chat?: ChatId): ChatId | undefined => {
    const last = chat ? asked.findLastIndex((one) => equalBytes(one, chat)) : 0;
    return asked.splice(0, last + 1).at(-1);
  };

  const sayHello = async (mine: SocketPort) => {
    const token = await deps.accessToken(wasTokenBad);
    if (socket !== mine) return;
    if (token.ok) send({ type: 'hello', version: protocolVersion, accessToken: token.value });
    else drop(token.error === 'offline' || token.error === 'busy' ? 'offline' : 'refused');
  };

  const answer = (request: number, result: Result<Looked | null, RefusalCode | 'offline'>) => {
    requests.get(request)?.(result);
    requests.delete(request);
  };
  function ask<T extends Looked | null>(frame: (request: number) => UpFrame) {
    return new Promise<Result<T, RefusalCode | 'offline'>>((resolve) => {
      if (state !== 'online') return resolve(fail('offline'));
      const request = nextRequest++;
      requests.set(request, resolve as (result: Result<Looked | null, RefusalCode | 'offline'>) => void);
      clock.after(answerMs, () => answer(request, fail('offline')));
      send(frame(request));
    });
  }

  const refused = (frame: DownFrame & { type: 'refused' }) => {
    if (frame.to === upNumberByType.postMail || frame.to === upNumberByType.look) {
      answer(frame.subject, fail(frame.code));
    } else if (frame.to === upNumberByType.hello) {
      const isTokenOld = frame.code === 'bad-token' && !wasTokenBad;
      wasTokenBad = frame.code === 'bad-token';
      drop(isTokenOld || frame.code === 'busy' ? 'connecting' : 'refused', frame.retryAfterMs);
    } else if (frame.to === upNumberByType.prove) {
      const chat = answered();
      if (chat && frame.code === 'stale-epoch') staleEpoch(chat, frame.detail);
      // Of the same epoch, and not of its keys: the relay has another ledger.
      if (chat && frame.code === 'bad-signature') deps.onLedgerMoved(chat, noParent);
    } else if (!channels.refused(frame)) {
      // Whatever it was about, this socket's state and the relay's differ: begin again from the cursors.
      drop('offline', frame.retryAfterMs);
    }
  };

  const received = (mine: SocketPort, bytes: Uint8Array) => {
    if (socket !== mine) return;
    watchSilence();
    const frame = parseDown(bytes);
    if (!frame) return drop('offline');
    switch (frame.type) {
      case 'challenge':
        if (!isSocketChallengeOf(sha256, deps.relayKey, frame.challenge)) return drop('refused');
        challenge = frame.challenge;
        void sayHello(mine);
        return;
      case 'welcome':
        cancelTimer();
        attempt = 0;
        wasTokenBad = false;
        setState('online');
        for (const { chat, prove } of provers.values()) void proveChat(chat, prove);
        return;
      case 'proven':
        answered(frame.chat);
        if (provers.has(idToText(frame.chat))) channels.resume(frame.chat);
        return;
      case 'entries':
      case 'live':
      case 'ack':
      case 'behind':
      case 'signal':
      case 'snapshot':
      case 'published':
        return channels.received(frame);
      case 'mail':
        return deps.onMail(frame.mailId, frame.mail, () => {
          // A relay that was set back meanwhile gives this number to another mail.
          if (socket === mine) send({ type: 'mailTaken', mailId: frame.mailId });
        });
      case 'mailed':
        return answer(frame.request, ok(null));
      case 'looked':
        return answer(frame.request, ok(frame));
      case 'ledgerMoved':
        return deps.onLedgerMoved(frame.chat, frame.head);
      case 'pong':
        return;
      case 'refused':
        return refused(frame);
      case 'bye':
        return drop('offline', frame.retryAfterMs);
      default:
        return frame satisfies never;
    }
  };

  function connect() {
    if (isClosed || socket) return;
    setState('connecting');
    const mine: SocketPort = deps.openSocket({
      opened: () => {},
      received: (bytes) => received(mine, bytes),
      closed: () => {
        if (socket === mine) drop('offline');
      },
    });
    socket = mine;
    cancelTimer();
    cancelTimer = clock.after(openingMs, () => drop('offline'));
  }

  cancelTimer = clock.after(0, connect);

  return {
    get state() {
      return state;
    },
    setProver(chat, prove) {
      channels.unprove(chat);
      if (prove) provers.set(idToText(chat), { chat, prove });
      else provers.delete(idToText(chat));
      if (prove) void proveChat(chat, prove);
    },
    isProven: channels.isProven,
    openChannel: (request, events) => channels.open(request, events),
    postMail: (to, mail) => ask<null>((request) => ({ type: 'postMail', request, to, mail })),
    look: (chat, document) => ask<Looked>((request) => ({ type: 'look', request, chat, document })),
    wake() {
      if (isClosed) return;
      attempt = 0;
      // A socket that looks alive may be of a network that is gone.
      if (state === 'online') askWhetherAlive();
      if (socket) return;
      cancelTimer();
      connect();
    },
    cutOff() {
      if (socket) drop('offline');
    },
    close() {
      if (isClosed) return;
      isClosed = true;
      drop('offline');
      cancelTimer();
      channels.close();
    },
  };
}
