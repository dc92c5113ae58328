// Many channels on one socket, opened and closed in any order: each number finds its own channel.
import { expect, test } from 'vitest';
import { startCursor } from '../../shared/protocol/frames/cursor.ts';
import { newDocumentId, newTestSession } from '../testing/testChat.ts';
import { createChat, newMember, prove, signInSocket } from '../testing/testMember.ts';
import { openTestRelay, settled } from '../testing/testRelay.ts';

test('[R4] channels that come and go in any order stay apart', async () => {
  const relay = openTestRelay();
  const ann = await newMember(relay, 'ann');
  const chat = await createChat(relay, ann);
  const socket = signInSocket(relay, ann);
  prove(socket, chat);
  const open = new Map<number, ReturnType<typeof newTestSession>>();
  let seed = 7;
  for (let i = 0; i < 400; i++) {
    seed = (seed * 48_271) % 0x7fffffff;
    const channel = seed % 97;
    if (open.delete(channel)) {
      socket.send({ type: 'unsubscribe', channel });
    } else {
      const document = newDocumentId();
      open.set(channel, newTestSession(document));
      socket.send({ type: 'subscribe', channel, chat: chat.chatId, document, cursor: startCursor });
    }
  }
  await settled(20);
  socket.clear();
  const sent = [...open].map(([channel, session]) => {
    socket.send({ type: 'append', channel, entry: session.next() });
    return { channel, session: session.session };
  });
  await settled();
  const byChannel = (a: { channel: number }, b: { channel: number }) => a.channel - b.channel;
  const acked = socket.all('ack').map(({ channel, session }) => ({ channel, session }));
  expect(acked.toSorted(byChannel)).toEqual(sent.toSorted(byChannel));
  for (let channel = 0; channel < 97; channel++) {
    socket.clear();
    socket.send({
      type: 'subscribe',
      channel,
      chat: chat.chatId,
      document: newDocumentId(),
      cursor: startCursor,
    });
    expect(socket.all('refused').map(({ code }) => code)).toEqual(open.has(channel) ? ['conflict'] : []);
  }
});
