// No room left on the disk: a bound to the database's pages stands in for it.
import { expect, test } from 'vitest';
import { upNumberByType as to } from '../../shared/protocol/frames/up.ts';
import { newTestSession } from '../testing/testChat.ts';
import { follow, newMember, twoInAChat } from '../testing/testMember.ts';
import { openTestRelay, settled } from '../testing/testRelay.ts';
import { newUser, signUp } from '../testing/testUser.ts';

test('[R15] a full disk refuses what would be written, reads go on, and so does writing once there is room', async () => {
  const relay = openTestRelay();
  const { ann, bob, chat, document, annSocket, bobSocket, session } = await twoInAChat(relay);
  annSocket.send({ type: 'append', channel: 1, entry: session.next() });
  await settled();
  const late = newUser('late');
  relay.relay.setMaxPageCount(1);
  const { sequence, previous } = session;
  for (let i = 0; i < 3; i++) annSocket.send({ type: 'append', channel: 1, entry: session.next(1, 100_000) });
  annSocket.send({ type: 'postMail', request: 5, to: bob.user.userId, mail: new Uint8Array(16_000) });
  await settled();
  const refusals = annSocket.all('refused');
  expect(refusals.map((refusal) => [refusal.to, refusal.subject, refusal.code])).toEqual([
    [to.append, 1, 'disk-full'],
    [to.append, 1, 'disk-full'],
    [to.append, 1, 'disk-full'],
    [to.postMail, 5, 'disk-full'],
  ]);
  expect(refusals.every(({ retryAfterMs }) => retryAfterMs > 0)).toBe(true);
  expect(bobSocket.all('entries')).toHaveLength(1);
  expect(await signUp(relay.by, late)).toMatchObject({ status: 507, body: { refusal: 'disk-full' } });

  const reader = await follow(relay, ann, chat, document);
  expect(reader.last('live').cursor.seq).toBe(1);

  relay.relay.setMaxPageCount(0);
  session.goOnAfter(sequence, previous);
  annSocket.send({ type: 'append', channel: 1, entry: session.next(1, 100_000) });
  await settled();
  expect(annSocket.last('ack')).toMatchObject({ sequence: 2, cursor: { seq: 2 } });
  expect(bobSocket.last('entries')).toMatchObject({ firstSeq: 2 });
  expect((await signUp(relay.by, late)).status).toBe(200);
  expect(relay.events.filter(({ event }) => event === 'bug')).toEqual([]);
});

test('[R15] the log says that the disk is full, once a minute', async () => {
  const relay = openTestRelay();
  const { annSocket, session } = await twoInAChat(relay);
  const refuse = async () => {
    const { sequence, previous } = session;
    annSocket.send({ type: 'append', channel: 1, entry: session.next(1, 100_000) });
    await settled();
    session.goOnAfter(sequence, previous);
    expect(annSocket.last('refused').code).toBe('disk-full');
  };
  const said = () => relay.events.filter(({ event }) => event === 'disk-full').length;
  expect(said()).toBe(0);
  relay.relay.setMaxPageCount(1);
  for (let i = 0; i < 3; i++) await refuse();
  expect([said(), annSocket.all('refused').length]).toEqual([1, 3]);
  relay.clock.advance(60_000);
  await refuse();
  expect(said()).toBe(2);
});

test('[R15] one large entry that finds no room takes down nobody else’s', async () => {
  const relay = openTestRelay();
  const { annSocket, bobSocket, document, session, ...rest } = await twoInAChat(relay);
  const small = await follow(relay, await newMember(relay, 'carl'), rest.chat, document);
  annSocket.send({ type: 'append', channel: 1, entry: session.next() });
  await settled();
  relay.relay.setMaxPageCount(1);
  // What is there may be changed, only growing is refused.
  bobSocket.send({ type: 'append', channel: 1, entry: newTestSession(document).next(1, 400_000) });
  small.send({ type: 'ping', nonce: 1 });
  await settled();
  expect(bobSocket.last('refused')).toMatchObject({ code: 'disk-full' });
  expect(small.all('pong')).toHaveLength(1);
});
