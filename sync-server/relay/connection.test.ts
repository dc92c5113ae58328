// A socket before it is signed in, and what bad ones can't do to good ones.
import { protocolVersion } from '../../shared/protocol/version.ts';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { upNumberByType as to } from '../../shared/protocol/frames/up.ts';
import { maxFrameBytes } from '../../shared/protocol/limits.ts';
import { newMember, signInSocket, twoInAChat } from '../testing/testMember.ts';
import { isSocketChallengeOf } from '../../shared/protocol/socketChallenge.ts';
import { sha256 } from '../auth/sha256.ts';
import { openTestRelay, settled } from '../testing/testRelay.ts';
import { relayKeyOf } from '../testing/testUser.ts';
import {
  helloWithinMs,
  maxAnonymousSockets,
  maxBufferBytes,
  maxHellos,
  maxPingsPerSecond,
  maxSocketsPerDevice,
} from './bounds.ts';

const strangerToken = 'A'.repeat(43);

test('[R1] a challenge comes first, of its own for every socket', () => {
  const relay = openTestRelay();
  const [first, second] = [relay.connect(), relay.connect()];
  expect(first.frames).toEqual([{ type: 'challenge', version: protocolVersion, challenge: first.challenge }]);
  expect(first.challenge).not.toEqual(second.challenge);
});

test('[A13] the challenge names this relay', async () => {
  const relay = openTestRelay();
  const relayKey = await relayKeyOf(relay.by);
  const { challenge } = relay.connect();
  expect(isSocketChallengeOf(sha256, relayKey, challenge)).toBe(true);
  const other = openTestRelay();
  expect(isSocketChallengeOf(sha256, await relayKeyOf(other.by), challenge)).toBe(false);
});

test('[R1] hello with a good token is welcomed as its device', async () => {
  const relay = openTestRelay();
  const ann = await newMember(relay, 'ann');
  const socket = signInSocket(relay, ann);
  const { userId, deviceId } = ann.user;
  expect(socket.last('welcome')).toEqual({ type: 'welcome', userId, deviceId });
  socket.send({ type: 'hello', version: protocolVersion, accessToken: ann.token });
  expect(socket.last('refused')).toMatchObject({ to: to.hello, code: 'not-signed-in' });
  expect(socket.closing).toBeUndefined();
});

test('[R1] nothing but hello is taken before it', async () => {
  const relay = openTestRelay();
  const socket = relay.connect();
  socket.send({ type: 'ping', nonce: 1 });
  expect(socket.last('refused')).toMatchObject({ to: to.ping, code: 'not-signed-in' });
  expect(socket.closing?.code).toBe(1008);
  const { token } = await newMember(relay, 'ann');
  socket.send({ type: 'hello', version: protocolVersion, accessToken: token });
  expect(socket.all('welcome')).toEqual([]);
});

test('[R1] a stranger has a few tries and a few seconds', async () => {
  const relay = openTestRelay();
  const guessing = relay.connect();
  for (let i = 0; i < maxHellos; i++) {
    expect(guessing.closing).toBeUndefined();
    guessing.send({ type: 'hello', version: protocolVersion, accessToken: strangerToken });
    expect(guessing.last('refused')).toMatchObject({ to: to.hello, code: 'bad-token' });
  }
  expect(guessing.closing?.code).toBe(1008);
  const [silent, ann] = [relay.connect(), await newMember(relay, 'ann')];
  const good = signInSocket(relay, ann);
  relay.clock.advance(helloWithinMs);
  expect(silent.closing?.code).toBe(1008);
  expect(good.closing).toBeUndefined();
});

test('[R1] another version of the protocol is told so', async () => {
  const relay = openTestRelay();
  const { token } = await newMember(relay, 'ann');
  const socket = relay.connect();
  socket.send({ type: 'hello', version: protocolVersion + 1, accessToken: token });
  expect(socket.last('refused')).toMatchObject({ to: to.hello, code: 'version-unsupported' });
  expect(socket.closing).toBeDefined();
});

test('[R2] a malformed or oversized frame closes its own socket and no other', async () => {
  const relay = openTestRelay();
  const { ann, annSocket, bobSocket, session } = await twoInAChat(relay);
  const bad = signInSocket(relay, ann);
  bad.sendRaw(Uint8Array.of(99));
  expect(bad.last('refused')).toMatchObject({ code: 'malformed' });
  expect(bad.closing?.code).toBe(1008);
  const large = signInSocket(relay, ann);
  large.sendRaw(new Uint8Array(maxFrameBytes + 1));
  expect(large.last('refused')).toMatchObject({ code: 'too-large' });
  expect(large.closing).toBeDefined();
  annSocket.send({ type: 'append', channel: 1, entry: session.next() });
  await settled();
  expect(bobSocket.all('entries')).toHaveLength(1);
});

test('[R2] no bytes make the relay throw or leave a trace of a bug', async () => {
  const relay = openTestRelay();
  const ann = await newMember(relay, 'ann');
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 120 }), { maxLength: 8 }), (messages) => {
      const socket = signInSocket(relay, ann);
      for (const message of messages) socket.sendRaw(message);
      socket.cut();
    }),
    { numRuns: 500 },
  );
  await settled();
  expect(relay.events.filter(({ event }) => event === 'bug')).toEqual([]);
});

test('[R2] what a closed socket still sends is nobody’s', async () => {
  const relay = openTestRelay();
  const { annSocket, bobSocket, session } = await twoInAChat(relay);
  annSocket.cut();
  annSocket.clear();
  annSocket.send({ type: 'append', channel: 1, entry: session.next() });
  await settled();
  expect([...annSocket.frames, ...bobSocket.all('entries')]).toEqual([]);
});

test('[R2] an entry whose author goes before the commit still reaches the others', async () => {
  const { annSocket, bobSocket, session } = await twoInAChat(openTestRelay());
  annSocket.send({ type: 'append', channel: 1, entry: session.next() });
  annSocket.cut();
  await settled();
  expect(bobSocket.all('entries')).toHaveLength(1);
});

test('[R12] sockets that never say hello are bounded, and make room when they go', async () => {
  const relay = openTestRelay();
  const sockets = Array.from({ length: maxAnonymousSockets }, () => relay.connect());
  const refused = relay.connect();
  expect(refused.frames).toMatchObject([{ type: 'bye', reason: 'busy' }]);
  expect(refused.closing?.code).toBe(1013);
  sockets[0]?.cut();
  expect(relay.connect().all('challenge')).toHaveLength(1);
});

test('[R12] a device with too many sockets loses its oldest', async () => {
  const relay = openTestRelay();
  const ann = await newMember(relay, 'ann');
  const sockets = Array.from({ length: maxSocketsPerDevice + 1 }, () => signInSocket(relay, ann));
  expect(sockets.map(({ closing }) => closing !== undefined)).toEqual([
    true,
    ...Array(maxSocketsPerDevice).fill(false),
  ]);
  expect(sockets[0]?.last('bye')).toMatchObject({ reason: 'replaced' });
});

test('[R12] whoever asks and never reads is cut off', async () => {
  const relay = openTestRelay();
  const socket = signInSocket(relay, await newMember(relay, 'ann'));
  socket.send({ type: 'ping', nonce: 5 });
  expect(socket.last('pong')).toEqual({ type: 'pong', nonce: 5 });
  socket.bufferedAmount = maxBufferBytes + 1;
  socket.send({ type: 'ping', nonce: 6 });
  expect(socket.all('pong')).toHaveLength(1);
  expect(socket.closing?.code).toBe(1013);
});

test('[R13] pings above a rate vanish, and are answered again a second later', async () => {
  const relay = openTestRelay();
  const socket = signInSocket(relay, await newMember(relay, 'ann'));
  for (let nonce = 0; nonce < 10_000; nonce++) socket.send({ type: 'ping', nonce });
  expect(socket.all('pong')).toHaveLength(maxPingsPerSecond);
  relay.clock.advance(1000);
  socket.send({ type: 'ping', nonce: 7 });
  expect(socket.last('pong')).toEqual({ type: 'pong', nonce: 7 });
  expect([socket.all('refused'), socket.closing]).toEqual([[], undefined]);
});

test('[R24] a relay that stops says goodbye, and what it had acknowledged is there when it returns', async () => {
  const relay = openTestRelay();
  const { annSocket, bobSocket, session } = await twoInAChat(relay);
  annSocket.send({ type: 'append', channel: 1, entry: session.next() });
  await relay.restart();
  expect(annSocket.all('ack')).toHaveLength(1);
  for (const socket of [annSocket, bobSocket]) {
    expect(socket.frames.at(-1)).toMatchObject({ type: 'bye', reason: 'shutting down' });
    expect(socket.closing?.code).toBe(1001);
  }
});
