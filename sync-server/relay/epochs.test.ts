// What a new epoch does to open sockets, through the real ledger routes.
import { expect, test } from 'vitest';
import { startCursor } from '../../shared/protocol/frames/cursor.ts';
import { idToText } from '../../shared/protocol/ids.ts';
import { upNumberByType as to } from '../../shared/protocol/frames/up.ts';
import {
  ledgerBody,
  ledgerEntry,
  newDocumentId,
  newEpoch,
  newTestSession,
  proofOf,
  type TestChat,
} from '../testing/testChat.ts';
import { prove, signInSocket, twoInAChat } from '../testing/testMember.ts';
import { openTestRelay, settled, type TestRelay } from '../testing/testRelay.ts';
import { ask } from '../testing/testUser.ts';

async function rotate(relay: TestRelay, token: string, chat: TestChat) {
  const next = newEpoch(2);
  const entry = ledgerEntry(ledgerBody(next, { parent: chat.genesis.hash }), chat.epoch.admin);
  const path = `/api/ledgers/${idToText(chat.chatId)}/entries`;
  const { status } = await ask(relay.by, 'POST', path, { entry: entry.entry, boxes: [] }, token);
  expect(status).toBe(200);
  return { next, head: entry.hash };
}

test('[R9] an entry that names another epoch than the current is refused with the head', async () => {
  const { annSocket, chat, session } = await twoInAChat(openTestRelay());
  annSocket.send({ type: 'append', channel: 1, entry: session.next(2) });
  expect(annSocket.last('refused')).toMatchObject({
    to: to.append,
    subject: 1,
    code: 'stale-epoch',
    detail: chat.genesis.hash,
  });
});

test('[R9] a new epoch silences who has not proven it, and they catch up once they have', async () => {
  const relay = openTestRelay();
  const { ann, chat, annSocket, bobSocket, session } = await twoInAChat(relay);
  annSocket.send({ type: 'append', channel: 1, entry: session.next() });
  await settled();
  const { next, head } = await rotate(relay, ann.token, chat);
  for (const socket of [annSocket, bobSocket]) {
    expect(socket.all('ledgerMoved')).toEqual([{ type: 'ledgerMoved', chat: chat.chatId, head }]);
    socket.clear();
  }
  const { sequence, previous } = session;
  annSocket.send({ type: 'append', channel: 1, entry: session.next(2) });
  expect(annSocket.last('refused')).toMatchObject({ code: 'stale-epoch', detail: head });
  session.goOnAfter(sequence, previous);
  annSocket.send(proofOf(chat.chatId, next, annSocket.challenge));
  await settled();
  expect(annSocket.last('proven')).toMatchObject({ epoch: 2 });
  expect(annSocket.last('live')).toMatchObject({ channel: 1, cursor: { seq: 1 } });
  const entry = session.next(2);
  annSocket.send({ type: 'append', channel: 1, entry });
  annSocket.send({ type: 'signal', channel: 1, sealed: new Uint8Array(9) });
  await settled();
  expect(annSocket.last('ack')).toMatchObject({ sequence: 2 });
  expect(bobSocket.frames).toEqual([]);
  bobSocket.send(proofOf(chat.chatId, next, bobSocket.challenge));
  await settled();
  expect(bobSocket.frames.map(({ type }) => type)).toEqual(['proven', 'entries', 'live']);
  expect(bobSocket.last('entries')).toMatchObject({ firstSeq: 2, entries: [entry] });
});

test('[R9] the old capabilities are worth nothing after the epoch', async () => {
  const relay = openTestRelay();
  const { ann, chat, annSocket } = await twoInAChat(relay);
  const { head } = await rotate(relay, ann.token, chat);
  prove(annSocket, chat);
  expect(annSocket.last('refused')).toMatchObject({ to: to.prove, code: 'stale-epoch', detail: head });
  const [channel, document] = [2, newDocumentId()];
  annSocket.send({ type: 'subscribe', channel, chat: chat.chatId, document, cursor: startCursor });
  expect(annSocket.last('refused')).toMatchObject({ to: to.subscribe, code: 'stale-epoch', detail: head });
  const again = signInSocket(relay, ann);
  again.send({ ...proofOf(chat.chatId, chat.epoch, again.challenge), epoch: 2 });
  expect(again.last('refused')).toMatchObject({ to: to.prove, code: 'bad-signature' });
});

test('[R9] what was accepted before the epoch is stored under it, also from the same turn', async () => {
  const relay = openTestRelay();
  const { ann, chat, annSocket, bobSocket, session } = await twoInAChat(relay);
  const entry = session.next();
  const rotating = rotate(relay, ann.token, chat);
  annSocket.send({ type: 'append', channel: 1, entry });
  await rotating;
  const types = annSocket.frames.map(({ type }) => type);
  expect(types.indexOf('ack')).toBeGreaterThan(-1);
  expect(types.indexOf('ack')).toBeLessThan(types.indexOf('ledgerMoved'));
  expect(bobSocket.all('entries')).toHaveLength(1);
});

test('[R9] a repeat from before the epoch is still acknowledged', async () => {
  const relay = openTestRelay();
  const { ann, chat, annSocket, session } = await twoInAChat(relay);
  const entry = session.next();
  annSocket.send({ type: 'append', channel: 1, entry });
  await settled();
  const { next } = await rotate(relay, ann.token, chat);
  annSocket.send(proofOf(chat.chatId, next, annSocket.challenge));
  annSocket.clear();
  annSocket.send({ type: 'append', channel: 1, entry });
  await settled();
  expect(annSocket.last('ack')).toMatchObject({ sequence: 1, cursor: { seq: 1 } });
});

test('[R9] a change within the epoch is told and interrupts nobody', async () => {
  const relay = openTestRelay();
  const { ann, chat, annSocket, bobSocket, document } = await twoInAChat(relay);
  const entry = ledgerEntry(ledgerBody(chat.epoch, { parent: chat.genesis.hash }), chat.epoch.admin);
  const path = `/api/ledgers/${idToText(chat.chatId)}/entries`;
  await ask(relay.by, 'POST', path, { entry: entry.entry, boxes: [] }, ann.token);
  expect(bobSocket.last('ledgerMoved')).toMatchObject({ head: entry.hash });
  annSocket.send({ type: 'append', channel: 1, entry: newTestSession(document).next() });
  await settled();
  expect(bobSocket.all('entries')).toHaveLength(1);
});
