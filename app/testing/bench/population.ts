// The people of a measurement: rooms of five in which each has an account, all know the chat, and one document is open.

import { startCursor, type Cursor } from '../../../shared/protocol/frames/cursor.ts';
import { parseDown, type DownFrame } from '../../../shared/protocol/frames/down.ts';
import { encodeUp, type UpFrame } from '../../../shared/protocol/frames/up.ts';
import type { DocumentId, SigningPublicKey } from '../../../shared/protocol/ids.ts';
import { protocolVersion } from '../../../shared/protocol/version.ts';
import { newChat, newDocumentId, proofOf, type TestChat } from '../../../sync-server/testing/testChat.ts';
import {
  ask,
  newUser,
  relayKeyOf,
  signIn,
  signUp,
  tokensIn,
  type Ask,
  type TestUser,
} from '../../../sync-server/testing/testUser.ts';
import { openRawSocket, type RawSocket } from './rawSocket.ts';

export interface LoadRoom {
  readonly relayKey: SigningPublicKey;
  readonly chat: TestChat;
  readonly document: DocumentId;
  readonly people: readonly TestUser[];
}
const asks =
  (port: number): Ask =>
  (path, init) =>
    fetch(`http://127.0.0.1:${port}${path}`, init);

export async function populate(
  port: number,
  rooms: number,
  peoplePerRoom: number,
): Promise<readonly LoadRoom[]> {
  const by = asks(port);
  const relayKey = await relayKeyOf(by);
  const made: LoadRoom[] = [];
  for (let room = 0; room < rooms; room++) {
    const people = Array.from({ length: peoplePerRoom }, (_, i) => newUser(`u${room}-${i}`));
    const answers = await Promise.all(people.map((user) => signUp(by, user, { kind: 'open' }, relayKey)));
    const chat = newChat();
    const { entry, boxes } = chat.genesis;
    const token = tokensIn(answers[0]?.body['tokens']).accessToken;
    await ask(by, 'POST', '/api/ledgers', { entry, boxes }, token);
    made.push({ relayKey, chat, document: newDocumentId(), people });
  }
  return made;
}

export interface Member {
  readonly socket: RawSocket;
  /** Where the log stands when the channel is live. */
  readonly cursor: Cursor;
}

/** Access tokens by person. */
export async function signInAll(
  port: number,
  rooms: readonly LoadRoom[],
): Promise<ReadonlyMap<TestUser, string>> {
  const by = asks(port);
  const tokens = new Map<TestUser, string>();
  for (const { people, relayKey } of rooms) {
    const answers = await Promise.all(people.map((user) => signIn(by, user, relayKey)));
    for (const [i, user] of people.entries()) tokens.set(user, tokensIn(answers[i]?.body).accessToken);
  }
  return tokens;
}

/** Signed in, proven and live on channel 1; from then on messages go to `onMessage` as they are. */
export async function join(
  port: number,
  { chat, document }: LoadRoom,
  accessToken: string,
  onMessage: (bytes: Buffer) => void,
): Promise<Member> {
  let isLive = false;
  const early: DownFrame[] = [];
  let wake = () => {};
  const socket = await openRawSocket(port, '/sync', {
    message(bytes) {
      if (isLive) return onMessage(bytes);
      const frame = parseDown(new Uint8Array(bytes));
      if (!frame) throw new Error('a frame that does not parse');
      isLive = frame.type === 'live';
      early.push(frame);
      wake();
    },
    closed() {},
  });
  const send = (frame: UpFrame) => socket.send(encodeUp(frame));
  async function next<T extends DownFrame['type']>(type: T): Promise<Extract<DownFrame, { type: T }>> {
    for (;;) {
      const frame = early.shift();
      if (frame?.type === type) return frame as Extract<DownFrame, { type: T }>;
      if (frame?.type === 'refused') throw new Error(`refused: ${frame.code}`);
      if (!frame) await new Promise<void>((resolve) => (wake = resolve));
    }
  }
  const { challenge } = await next('challenge');
  send({ type: 'hello', version: protocolVersion, accessToken });
  send(proofOf(chat.chatId, chat.epoch, challenge));
  send({ type: 'subscribe', channel: 1, chat: chat.chatId, document, cursor: startCursor });
  const { cursor } = await next('live');
  return { socket, cursor };
}
