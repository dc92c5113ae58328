// One socket's life: a challenge, a hello in time, then whatever a signed-in device may ask. A bad frame closes only the
// socket that it came from, and a bug in an answer is refused and logged without what was in the frame.
import type { Bytes } from '../../shared/codec/bytes.ts';
import { encodeDown } from '../../shared/protocol/frames/down.ts';
import { parseUp, upNumberByType, type UpFrame } from '../../shared/protocol/frames/up.ts';
import type { SigningPublicKey } from '../../shared/protocol/ids.ts';
import { maxFrameBytes } from '../../shared/protocol/limits.ts';
import { makeSocketChallenge } from '../../shared/protocol/socketChallenge.ts';
import { protocolVersion } from '../../shared/protocol/version.ts';
import { sha256 } from '../auth/sha256.ts';
import type { TokenRoom } from '../auth/tokens.ts';
import type { Log } from '../log/createLog.ts';
import { helloWithinMs, maxBufferBytes, maxHellos } from './bounds.ts';
import type { ChatRooms } from './chatRooms.ts';
import type { Clock } from './clock.ts';
import type { GroupCommit } from './groupCommit.ts';
import { createPacer } from './pacer.ts';
import type { PostOffice } from './postOffice.ts';
import type { RateLimiter } from './rateLimiter.ts';
import { createRefuse } from './refuse.ts';
import { createSignedIn, type SignedIn } from './signedIn.ts';
import { closeCodes, type SocketPort } from './socketPort.ts';

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
  readonly mailRate: RateLimiter;
  readonly reportBug: (place: string, error: unknown) => void;
  /** A socket has said a good hello. */
  readonly signedIn: () => void;
}
export interface Connection {
  /** One message from the other side. */
  receive(bytes: Uint8Array): void;
  /** The socket is gone. */
  closed(): void;
  /** The socket's buffer has emptied; optional, it is looked after from time to time anyway. */
  drained(): void;
  /** Says goodbye and closes. */
  dismiss(reason: string, retryAfterMs: number): void;
  /** Stays true after it closed. */
  readonly wasSignedIn: boolean;
  readonly family: string | undefined;
}

type State =
  | { readonly name: 'anonymous' }
  | { readonly name: 'signed in'; readonly room: SignedIn; readonly family: string }
  | { readonly name: 'closed' };

export function createConnection(deps: ConnectionDeps, socket: SocketPort, ended: () => void): Connection {
  const { clock, tokens, reportBug } = deps;
  const challenge = makeSocketChallenge(sha256, deps.relayKey, deps.random(16));
  const refuse = createRefuse(socket);
  let state: State = { name: 'anonymous' };
  let hellos = 0;
  let wasSignedIn = false;

  const pacer = createPacer(clock, socket, (work) => {
    try {
      work();
    } catch (error) {
      reportBug('catching up', error);
      end(closeCodes.tryAgainLater, 'internal');
    }
  });

  function closed() {
    if (state.name === 'closed') return;
    const before = state;
    state = { name: 'closed' };
    cancelDeadline();
    pacer.close();
    if (before.name === 'signed in') before.room.close();
    ended();
  }
  function end(code: number, reason: string) {
    if (state.name === 'closed') return;
    closed();
    socket.close(code, reason);
  }

  function dismiss(reason: string, retryAfterMs: number) {
    if (state.name === 'closed') return;
    socket.send(encodeDown({ type: 'bye', reason, retryAfterMs }));
    end(closeCodes.goingAway, reason);
  }

  const cancelDeadline = clock.after(helloWithinMs, () => {
    if (state.name === 'anonymous') end(closeCodes.policy, 'no hello');
  });

  function hello({ version, accessToken }: Extract<UpFrame, { type: 'hello' }>) {
    hellos++;
    if (version !== protocolVersion) {
      refuse(upNumberByType.hello, 0, 'version-unsupported');
      return end(closeCodes.policy, 'version-unsupported');
    }
    const session = tokens.sessionOf(accessToken);
    if (!session) {
      refuse(upNumberByType.hello, 0, 'bad-token');
      return hellos < maxHellos ? undefined : end(closeCodes.policy, 'bad-token');
    }
    cancelDeadline();
    wasSignedIn = true;
    deps.signedIn();
    const { userId, deviceId } = session.device;
    socket.send(encodeDown({ type: 'welcome', userId, deviceId }));
    const room = createSignedIn({ ...deps, socket, challenge, refuse, pacer, dismiss }, session);
    state = { name: 'signed in', room, family: session.family };
  }

  function handle(frame: UpFrame) {
    switch (state.name) {
      case 'anonymous':
        if (frame.type === 'hello') return hello(frame);
        refuse(upNumberByType[frame.type], 0, 'not-signed-in');
        return end(closeCodes.policy, 'not-signed-in');
      case 'signed in':
        return frame.type === 'hello'
          ? refuse(upNumberByType.hello, 0, 'not-signed-in')
          : state.room.receive(frame);
      case 'closed':
        return undefined;
      default:
        return state satisfies never;
    }
  }

  socket.send(encodeDown({ type: 'challenge', version: protocolVersion, challenge }));
  return {
    receive(message) {
      if (state.name === 'closed') return;
      if (socket.bufferedAmount > maxBufferBytes) return end(closeCodes.tryAgainLater, 'too slow');
      // A Buffer's slices share its memory, and would keep a whole read of the network alive for one id.
      const bytes = new Uint8Array(message.buffer, message.byteOffset, message.byteLength);
      const frame = parseUp(bytes);
      if (!frame) {
        refuse(0, 0, bytes.length > maxFrameBytes ? 'too-large' : 'malformed');
        return end(closeCodes.policy, 'malformed');
      }
      try {
        handle(frame);
      } catch (error) {
        reportBug(frame.type, error);
        refuse(upNumberByType[frame.type], subjectOf(frame), 'internal');
      }
    },
    closed,
    drained: () => pacer.drained(),
    dismiss,
    get wasSignedIn() {
      return wasSignedIn;
    },
    get family() {
      return state.name === 'signed in' ? state.family : undefined;
    },
  };
}

function subjectOf(frame: UpFrame): number {
  if ('channel' in frame) return frame.channel;
  return 'request' in frame ? frame.request : 0;
}
