// Someone in a chat, on a socket: the few lines with which most tests of the socket begin.
import { startCursor, type Cursor } from '../../shared/protocol/frames/cursor.ts';
import type { DocumentId } from '../../shared/protocol/ids.ts';
import { protocolVersion } from '../../shared/protocol/version.ts';
import { randomBytes } from './signer.ts';
import {
  newChat,
  newDocumentId,
  newTestSession,
  proofOf,
  type TestChat,
  type TestEpoch,
} from './testChat.ts';
import { settled, type TestRelay } from './testRelay.ts';
import type { TestSocket } from './testSocket.ts';
import { ask, signedUp, signIn, tokensIn } from './testUser.ts';

export interface TestMember {
  readonly token: string;
  readonly user: Awaited<ReturnType<typeof signedUp>>['user'];
}

export async function newMember(relay: TestRelay, handle: string): Promise<TestMember> {
  const { user, tokens } = await signedUp(relay.by, handle);
  return { user, token: tokens.accessToken };
}

/** With a new token: a relay that was restarted knows none from before. */
export async function signedInAgain(relay: TestRelay, member: TestMember): Promise<TestMember> {
  const { body } = await signIn(relay.by, member.user);
  return { ...member, token: tokensIn(body).accessToken };
}

export async function createChat(
  relay: TestRelay,
  { token }: TestMember,
  chat = newChat(),
): Promise<TestChat> {
  const { entry, boxes } = chat.genesis;
  const { status } = await ask(relay.by, 'POST', '/api/ledgers', { entry, boxes }, token);
  if (status !== 200) throw new Error(`the chat was refused: ${status}`);
  return chat;
}

export function signInSocket(relay: TestRelay, { token }: TestMember): TestSocket {
  const socket = relay.connect();
  socket.send({ type: 'hello', version: protocolVersion, accessToken: token });
  return socket;
}

/** So many mails of nothing, with the requests from 1 on. */
export function postMails(socket: TestSocket, { user }: TestMember, count = 1) {
  for (let request = 1; request <= count; request++)
    socket.send({ type: 'postMail', request, to: user.userId, mail: randomBytes(9) });
}

export function prove(socket: TestSocket, chat: TestChat, epoch: TestEpoch = chat.epoch) {
  socket.send(proofOf(chat.chatId, epoch, socket.challenge));
}

/** Signed in, proven, and live on a document from the cursor on. */
export async function follow(
  relay: TestRelay,
  member: TestMember,
  chat: TestChat,
  document: DocumentId,
  cursor: Cursor = startCursor,
): Promise<TestSocket> {
  const socket = signInSocket(relay, member);
  prove(socket, chat);
  socket.send({ type: 'subscribe', channel: 1, chat: chat.chatId, document, cursor });
  await settled();
  return socket;
}

/** Two people in one chat, both live on one document. */
export async function twoInAChat(relay: TestRelay) {
  const [ann, bob] = [await newMember(relay, 'ann'), await newMember(relay, 'bob')];
  const chat = await createChat(relay, ann);
  const document = newDocumentId();
  const annSocket = await follow(relay, ann, chat, document);
  const bobSocket = await follow(relay, bob, chat, document);
  return { ann, bob, chat, document, annSocket, bobSocket, session: newTestSession(document) };
}
