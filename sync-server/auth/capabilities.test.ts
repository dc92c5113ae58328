// Proofs of capabilities, on real sockets of a relay in memory.
import { expect, test } from 'vitest';
import type { Bytes } from '../../shared/codec/bytes.ts';
import type { ChatId } from '../../shared/protocol/ids.ts';
import { upNumberByType as to } from '../../shared/protocol/frames/up.ts';
import { randomBytes } from '../testing/signer.ts';
import { newEpoch, proofOf } from '../testing/testChat.ts';
import { createChat, newMember, signInSocket } from '../testing/testMember.ts';
import { openTestRelay } from '../testing/testRelay.ts';

const nothing = new Uint8Array(0);

test('[A11] a proof counts for its socket, chat, epoch and right only', async () => {
  const relay = openTestRelay();
  const ann = await newMember(relay, 'ann');
  const [chat, other] = [await createChat(relay, ann), await createChat(relay, ann)];
  const [socket, second] = [signInSocket(relay, ann), signInSocket(relay, ann)];
  const good = proofOf(chat.chatId, chat.epoch, socket.challenge);
  const admins = proofOf(chat.chatId, chat.epoch, socket.challenge, chat.epoch.admin);
  const refusals = [
    [proofOf(chat.chatId, chat.epoch, second.challenge), 'bad-signature'],
    [{ ...good, chat: other.chatId }, 'bad-signature'],
    [{ ...good, readProof: good.postProof, postProof: good.readProof }, 'bad-signature'],
    [{ ...good, postProof: randomBytes(64) }, 'bad-signature'],
    [{ ...good, readProof: randomBytes(63) }, 'bad-signature'],
    [{ ...good, readProof: admins.postProof }, 'bad-signature'],
    [{ ...admins, chat: other.chatId }, 'bad-signature'],
    [{ ...good, epoch: 2 }, 'stale-epoch'],
    [proofOf(chat.chatId, newEpoch(1), socket.challenge), 'bad-signature'],
    [{ ...good, readProof: nothing, postProof: nothing }, 'forbidden'],
    [{ ...good, chat: randomBytes(32) as Bytes as ChatId }, 'not-found'],
  ] as const;
  for (const [proof, code] of refusals) {
    socket.send(proof);
    expect(socket.last('refused')).toMatchObject({ to: to.prove, subject: 0, code });
  }
  expect(socket.all('refused')).toHaveLength(refusals.length);
  expect(socket.all('proven')).toEqual([]);
  socket.send(good);
  expect(socket.all('proven')).toEqual([{ type: 'proven', chat: chat.chatId, epoch: 1 }]);
});
