// One socket's life: a challenge, a hello in time, then whatever a signed-in device may ask. A bad frame closes only the
// socket that it came from, and a bug in an answer is refused and logged without what was in the frame.
import type { Bytes } from '../../shared/codec/bytes.ts';
import { encodeDown } from '../../shared/protocol/frames/down.ts';
import { parseUp, upNumberByType, type UpFrame } from '../../shared/protocol/frames/up.ts';
import type { Challenge, SigningPublicKey } from '../../shared/protocol/ids.ts';
import { maxFrameBytes } from '../../shared/protocol/limits.ts';
import { makeSocketChallenge } from '../../shared/protocol/socketChallenge.ts';
import { protocolVersion } from '../../shared/protocol/version.ts';
import { idOf, keyOf } from '../auth/keyOf.ts';
import { sha256 } from '../auth/sha256.ts';
import type { TokenRoom } from '../auth/tokens.ts';
import type { Log } from '../log/createLog.ts';
import { helloWithinMs, maxBufferBytes, maxHellos } from './bounds.ts';
import type { ChatRooms } from './chatRooms.ts';
import type { Clock } from './clock.ts';
import type { GroupCommit } from './groupCommit.ts';
import { Pacer, type Paced, type PacerHost } from './pacer.ts';
import type { PostOffice } from './postOffice.ts';
import type { RateLimiter } from './rateLimiter.ts';
import { sendRefusal } from './refuse.ts';
import { SignedIn, type SignedInHost } from './signedIn.ts';
import type { PartsPool } from './snapshotParts.ts';
import { closeCodes, type SocketPort } from './socketPort.ts';
import type { Wiping } from './wiping.ts';

export interface ConnectionDeps {
  readonly clock: Clock;
  readonly random: (length: number) => Bytes;
  /** Named in each socket's challenge. */
  readonly relayKey: SigningPublicKey;
  readonly log: Log;
  readonly tokens: TokenRoom;
  readonly chatRooms: ChatRooms;
  readonly postOffice: PostOffice;
  readonly commit: GroupCommit;
  readonly wiping: Wiping;
  readonly partsPool: PartsPool;
  readonly mailRate: RateLimiter;
  readonly publishRate: RateLimiter;
  readonly reportBug: (place: string, error: unknown) => void;
}
export interface Connection {
  /** One message from the other side. */
  receive(bytes: Uint8Array): void;
  /** One message that is too long for a frame, unread. */
  receivedTooLarge(): void;
  /** The socket is gone, also after a goodbye. */
  closed(): void;
  /** The socket's buffer has emptied; optional, it is looked after from time to time anyway. */
  drained(): void;
  /** Says goodbye and closes. */
  dismiss(reason: string, retryAfterMs: number): void;
  readonly family: string | undefined;
}

type State =
  | { readonly name: 'anonymous'; readonly cancelDeadline: () => void; readonly hellos: number }
  | SignedIn
  | { readonly name: 'closed' };
const closedState: State = { name: 'closed' };

/** @param leaveStrangers gives up the place among the sockets before hello: once signed in, or when the socket is gone. */
export function createConnection(
  deps: ConnectionDeps,
  socket: SocketPort,
  leaveStrangers: () => void,
  ended: (connection: Connection) => void,
): Connection {
  return new SocketLife(deps, socket, leaveStrangers, ended);
}

class SocketLife implements Connection, SignedInHost, PacerHost {
  readonly deps: ConnectionDeps;
  readonly socket: SocketPort;
  readonly #challenge: string;
  /** There while something waits for it. */
  #pacer: Pacer | undefined;
  readonly #ended: (connection: Connection) => void;
  #leaveStrangers: (() => void) | undefined;
  #state: State;

  constructor(
    deps: ConnectionDeps,
    socket: SocketPort,
    leaveStrangers: () => void,
    ended: (connection: Connection) => void,
  ) {
    this.deps = deps;
    this.socket = socket;
    this.#leaveStrangers = leaveStrangers;
    this.#ended = ended;
    const challenge = makeSocketChallenge(sha256, deps.relayKey, deps.random(16));
    this.#challenge = keyOf(challenge);
    const cancelDeadline = deps.clock.after(helloWithinMs, () => {
      if (this.#state.name === 'anonymous') this.#end(closeCodes.policy, 'no hello');
    });
    this.#state = { name: 'anonymous', cancelDeadline, hellos: 0 };
    socket.send(encodeDown({ type: 'challenge', version: protocolVersion, challenge }));
  }

  get family(): string | undefined {
    return this.#state.name === 'signed in' ? this.#state.family : undefined;
  }
  get challenge(): Challenge {
    return idOf(this.#challenge);
  }
  pace(paced: Paced): void {
    this.#pacer ??= new Pacer(this.deps.clock, this.socket, this);
    this.#pacer.add(paced);
  }
  stopPacing(paced: Paced): void {
    this.#pacer?.remove(paced);
  }
  /** For the pacer. */
  rested(): void {
    this.#pacer = undefined;
  }

  receive(message: Uint8Array): void {
    if (this.#state.name === 'closed') return;
    if (this.socket.bufferedAmount > maxBufferBytes) return this.#end(closeCodes.tryAgainLater, 'too slow');
    if (message.length > maxFrameBytes) return this.receivedTooLarge();
    const frame = parseUp(message);
    if (!frame) {
      sendRefusal(this.socket, 0, 0, 'malformed');
      return this.#end(closeCodes.policy, 'malformed');
    }
    try {
      this.#handle(frame);
    } catch (error) {
      this.deps.reportBug(frame.type, error);
      sendRefusal(this.socket, upNumberByType[frame.type], subjectOf(frame), 'internal');
    }
  }

  receivedTooLarge(): void {
    if (this.#state.name === 'closed') return;
    sendRefusal(this.socket, 0, 0, 'too-large');
    this.#end(closeCodes.policy, 'too-large');
  }

  closed(): void {
    this.#isNoStranger();
    this.#over();
  }
  #isNoStranger(): void {
    this.#leaveStrangers?.();
    this.#leaveStrangers = undefined;
  }
  #over(): void {
    const before = this.#state;
    if (before.name === 'closed') return;
    this.#state = closedState;
    if (before.name === 'anonymous') before.cancelDeadline();
    else before.close();
    this.#pacer?.close();
    this.#ended(this);
  }
  drained(): void {
    this.#pacer?.drained();
  }
  dismiss(reason: string, retryAfterMs: number): void {
    if (this.#state.name === 'closed') return;
    this.socket.send(encodeDown({ type: 'bye', reason, retryAfterMs }));
    this.#end(closeCodes.goingAway, reason);
  }

  #end(code: number, reason: string): void {
    if (this.#state.name === 'closed') return;
    this.#over();
    this.socket.close(code, reason);
  }

  /** For the pacer. */
  guard(work: () => void): void {
    try {
      work();
    } catch (error) {
      this.deps.reportBug('catching up', error);
      this.#end(closeCodes.tryAgainLater, 'internal');
    }
  }

  #handle(frame: UpFrame): void {
    const state = this.#state;
    switch (state.name) {
      case 'anonymous':
        if (frame.type === 'hello') return this.#hello(frame, state);
        sendRefusal(this.socket, upNumberByType[frame.type], 0, 'not-signed-in');
        return this.#end(closeCodes.policy, 'not-signed-in');
      case 'signed in':
        return frame.type === 'hello'
          ? sendRefusal(this.socket, upNumberByType.hello, 0, 'not-signed-in')
          : state.receive(frame);
      case 'closed':
        return undefined;
      default:
        return state satisfies never;
    }
  }

  #hello(
    { version, accessToken }: Extract<UpFrame, { type: 'hello' }>,
    state: Extract<State, { name: 'anonymous' }>,
  ): void {
    if (version !== protocolVersion) {
      sendRefusal(this.socket, upNumberByType.hello, 0, 'version-unsupported');
      return this.#end(closeCodes.policy, 'version-unsupported');
    }
    const session = this.deps.tokens.sessionOf(accessToken);
    if (!session) {
      sendRefusal(this.socket, upNumberByType.hello, 0, 'bad-token');
      const hellos = state.hellos + 1;
      if (hellos >= maxHellos) return this.#end(closeCodes.policy, 'bad-token');
      this.#state = { ...state, hellos };
      return undefined;
    }
    state.cancelDeadline();
    this.#isNoStranger();
    const { userId, deviceId } = session.device;
    this.socket.send(encodeDown({ type: 'welcome', userId, deviceId }));
    this.#state = new SignedIn(this, session);
  }
}

function subjectOf(frame: UpFrame): number {
  if ('channel' in frame) return frame.channel;
  return 'request' in frame ? frame.request : 0;
}
