// Mailboxes and signals through the real relay.
import { expect, test } from 'vitest';
import type { Bytes } from '../../shared/codec/bytes.ts';
import { upNumberByType as to } from '../../shared/protocol/frames/up.ts';
import type { UserId } from '../../shared/protocol/ids.ts';
import { maxMailboxMails } from '../../shared/protocol/limits.ts';
import { randomBytes } from '../testing/signer.ts';
import { newMember, postMails, signedInAgain, signInSocket, twoInAChat } from '../testing/testMember.ts';
import { openTestRelay, settled } from '../testing/testRelay.ts';
import {
  mailAgainMs,
  maxPosterMails,
  pacedAgainMs,
  pacedBufferBytes,
  signalBufferBytes,
  signalBurst,
} from './bounds.ts';

test('[R14] a mail is stored, then confirmed, then handed to the device that is here', async () => {
  const relay = openTestRelay();
  const [ann, bob] = [await newMember(relay, 'ann'), await newMember(relay, 'bob')];
  const [annSocket, bobSocket] = [signInSocket(relay, ann), signInSocket(relay, bob)];
  const mail = randomBytes(300);
  annSocket.send({ type: 'postMail', request: 7, to: bob.user.userId, mail });
  expect(annSocket.all('mailed')).toEqual([]);
  await settled();
  expect(annSocket.all('mailed')).toEqual([{ type: 'mailed', request: 7 }]);
  expect(bobSocket.all('mail')).toMatchObject([{ mail }]);
});

test('[R14] a mail comes again at every hello, also after a restart, until it is taken', async () => {
  const relay = openTestRelay();
  const [ann, bob] = [await newMember(relay, 'ann'), await newMember(relay, 'bob')];
  const sender = signInSocket(relay, ann);
  const mails = Array.from({ length: 50 }, () => randomBytes(20));
  for (const [request, mail] of mails.entries()) {
    sender.send({ type: 'postMail', request, to: bob.user.userId, mail });
  }
  await settled();
  const first = signInSocket(relay, bob);
  await settled();
  expect(first.all('mail').map(({ mail }) => mail)).toEqual(mails);
  for (const { mailId } of first.all('mail').slice(0, 48)) first.send({ type: 'mailTaken', mailId });
  await settled();
  await relay.restart();
  const again = signInSocket(relay, await signedInAgain(relay, bob));
  await settled();
  expect(again.all('mail').map(({ mail }) => mail)).toEqual(mails.slice(48));
});

test('[R14] a mail that is not taken comes again on the same socket, one that is taken does not', async () => {
  const relay = openTestRelay();
  const [ann, bob] = [await newMember(relay, 'ann'), await newMember(relay, 'bob')];
  const [sender, socket] = [signInSocket(relay, ann), signInSocket(relay, bob)];
  const [kept, taken] = [randomBytes(20), randomBytes(20)];
  for (const mail of [kept, taken]) sender.send({ type: 'postMail', request: 1, to: bob.user.userId, mail });
  await settled();
  const [, second] = socket.all('mail');
  socket.send({ type: 'mailTaken', mailId: second?.mailId ?? 0 });
  relay.clock.advance(mailAgainMs - 1);
  await settled();
  expect(socket.all('mail')).toHaveLength(2);
  relay.clock.advance(1);
  await settled();
  expect(socket.all('mail').map(({ mail }) => mail)).toEqual([kept, taken, kept]);
});

test('[R14] nobody takes another device’s mail', async () => {
  const relay = openTestRelay();
  const [ann, bob] = [await newMember(relay, 'ann'), await newMember(relay, 'bob')];
  const [annSocket, bobSocket] = [signInSocket(relay, ann), signInSocket(relay, bob)];
  annSocket.send({ type: 'postMail', request: 1, to: bob.user.userId, mail: randomBytes(9) });
  await settled();
  annSocket.send({ type: 'mailTaken', mailId: bobSocket.last('mail').mailId });
  await settled();
  const again = signInSocket(relay, bob);
  await settled();
  expect(again.all('mail')).toHaveLength(1);
});

test('[R14] a number is never given to a second mail', async () => {
  const relay = openTestRelay();
  const ann = await newMember(relay, 'ann');
  const socket = signInSocket(relay, ann);
  socket.send({ type: 'postMail', request: 1, to: ann.user.userId, mail: randomBytes(9) });
  await settled();
  const { mailId } = socket.last('mail');
  socket.send({ type: 'mailTaken', mailId });
  await settled();
  socket.send({ type: 'postMail', request: 2, to: ann.user.userId, mail: randomBytes(9) });
  await settled();
  expect(socket.last('mail').mailId).toBeGreaterThan(mailId);
});

test('[R14] mail to nobody is refused, and so is mail to a full mailbox', async () => {
  const relay = openTestRelay();
  const ann = await newMember(relay, 'ann');
  const socket = signInSocket(relay, ann);
  const nobody = randomBytes(32) as Bytes as UserId;
  socket.send({ type: 'postMail', request: 3, to: nobody, mail: randomBytes(9) });
  expect(socket.last('refused')).toMatchObject({ to: to.postMail, subject: 3, code: 'not-found' });
  for (let i = 0; i <= maxMailboxMails; i++) {
    socket.send({ type: 'postMail', request: i, to: ann.user.userId, mail: randomBytes(9) });
  }
  await settled();
  expect(socket.all('mailed')).toHaveLength(maxMailboxMails);
  expect(socket.last('refused')).toMatchObject({ subject: maxMailboxMails, code: 'mailbox-full' });
});

/** Ann has posted as many mails to Bob as she may, and one more; he is away. */
async function filledByAnn() {
  const relay = openTestRelay();
  const [ann, bob] = [await newMember(relay, 'ann'), await newMember(relay, 'bob')];
  const annSocket = signInSocket(relay, ann);
  postMails(annSocket, bob, maxPosterMails + 1);
  await settled();
  return { relay, ann, bob, annSocket };
}

test('[R48] one account has an eighth of another’s mailbox, and leaves the rest to others', async () => {
  const { relay, bob, annSocket } = await filledByAnn();
  expect(maxPosterMails).toBe(128);
  expect(annSocket.all('mailed')).toHaveLength(128);
  expect(annSocket.all('refused')).toMatchObject([{ to: to.postMail, subject: 129, code: 'mailbox-full' }]);
  const cyd = await newMember(relay, 'cyd');
  const cydSocket = signInSocket(relay, cyd);
  postMails(cydSocket, bob);
  // Each mailbox of others has places of its own.
  postMails(annSocket, cyd);
  await settled();
  expect(cydSocket.all('mailed')).toHaveLength(1);
  expect(annSocket.all('mailed')).toHaveLength(129);
  const bobSocket = signInSocket(relay, bob);
  await settled(20);
  expect(bobSocket.all('mail')).toHaveLength(129);
});

test('[R48] places are free again once mails are taken, as many as were', async () => {
  const { relay, bob, annSocket } = await filledByAnn();
  const bobSocket = signInSocket(relay, bob);
  await settled(20);
  for (const { mailId } of bobSocket.all('mail').slice(0, 2)) bobSocket.send({ type: 'mailTaken', mailId });
  await settled();
  postMails(annSocket, bob, 3);
  await settled();
  expect(annSocket.all('mailed')).toHaveLength(maxPosterMails + 2);
  expect(annSocket.all('refused')).toMatchObject([{ subject: maxPosterMails + 1 }, { subject: 3 }]);
});

test('[R48] what an account has in a mailbox counts on every socket of it, and after a restart', async () => {
  const { relay, ann, bob } = await filledByAnn();
  const second = signInSocket(relay, ann);
  postMails(second, bob);
  await settled();
  expect(second.last('refused')).toMatchObject({ subject: 1, code: 'mailbox-full' });
  await relay.restart();
  const again = signInSocket(relay, await signedInAgain(relay, ann));
  postMails(again, bob);
  await settled();
  expect(again.last('refused')).toMatchObject({ subject: 1, code: 'mailbox-full' });
});

test('[R14] mail waits for a socket that is full', async () => {
  const relay = openTestRelay();
  const ann = await newMember(relay, 'ann');
  const socket = signInSocket(relay, ann);
  socket.bufferedAmount = pacedBufferBytes + 1;
  socket.send({ type: 'postMail', request: 1, to: ann.user.userId, mail: randomBytes(9) });
  await settled();
  expect(socket.all('mailed')).toHaveLength(1);
  expect(socket.all('mail')).toEqual([]);
  socket.bufferedAmount = 0;
  relay.clock.advance(pacedAgainMs);
  await settled();
  expect(socket.all('mail')).toHaveLength(1);
});

test('[A10] posting mail has a rate', async () => {
  const relay = openTestRelay({ rateFactor: 1 });
  const ann = await newMember(relay, 'ann');
  const socket = signInSocket(relay, ann);
  for (let request = 1; request <= 201; request++) {
    socket.send({ type: 'postMail', request, to: ann.user.userId, mail: randomBytes(9) });
  }
  const refused = socket.last('refused');
  expect(refused).toMatchObject({ to: to.postMail, subject: 201, code: 'busy' });
  expect(refused.retryAfterMs).toBeGreaterThan(0);
});

test('[R13] a signal reaches the other readers at once, and is never stored', async () => {
  const relay = openTestRelay();
  const { annSocket, bobSocket } = await twoInAChat(relay);
  const sealed = randomBytes(80);
  annSocket.send({ type: 'signal', channel: 1, sealed });
  expect(bobSocket.all('signal')).toEqual([{ type: 'signal', channel: 1, sealed }]);
  expect(annSocket.all('signal')).toEqual([]);
});

test('[R13] a signal is dropped for a reader whose buffer fills', async () => {
  const { annSocket, bobSocket } = await twoInAChat(openTestRelay());
  bobSocket.bufferedAmount = signalBufferBytes + 1;
  annSocket.send({ type: 'signal', channel: 1, sealed: randomBytes(8) });
  bobSocket.bufferedAmount = 0;
  await settled();
  expect(bobSocket.all('signal')).toEqual([]);
});

test('[R13] signals have a rate, and those above it vanish', async () => {
  const relay = openTestRelay();
  const { annSocket, bobSocket } = await twoInAChat(relay);
  for (let i = 0; i < signalBurst + 10; i++)
    annSocket.send({ type: 'signal', channel: 1, sealed: randomBytes(8) });
  expect(bobSocket.all('signal')).toHaveLength(signalBurst);
  relay.clock.advance(1000);
  annSocket.send({ type: 'signal', channel: 1, sealed: randomBytes(8) });
  expect(bobSocket.all('signal')).toHaveLength(signalBurst + 1);
});

test('[R13] a signal needs an open channel', async () => {
  const { annSocket } = await twoInAChat(openTestRelay());
  annSocket.send({ type: 'signal', channel: 4, sealed: randomBytes(8) });
  expect(annSocket.last('refused')).toMatchObject({ to: to.signal, subject: 4, code: 'forbidden' });
});
