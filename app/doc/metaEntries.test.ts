import { beforeAll, expect, test } from 'vitest';
import type { EpochSecret } from '../crypto/keyTree.ts';
import { createTestChat, tamperings } from '../testing/testChat.ts';
import { signedLeftEpochs, signedMark, signedProfile, type Mark } from './metaEntries.ts';

let chat: Awaited<ReturnType<typeof createTestChat>>;
beforeAll(async () => {
  chat = await createTestChat(2);
});
const markOf = (device: Mark['device']): Mark => ({
  version: 1,
  device,
  delivered: [{ device, sequence: 7 }],
  read: [{ device, sequence: 5 }],
  at: 9,
});

test('[D9] a mark opens for another member with its author', async () => {
  const [ada, ben] = [chat.contextOf(0), chat.contextOf(1)];
  const mark = markOf(ada.self.device);
  const opened = await signedMark.open(ben, await signedMark.sign(ada, mark));
  expect(opened?.value).toEqual(mark);
  expect(opened?.author.user).toEqual(ada.self.user);
});

test("[D9] a changed mark, one in another's name, and one of another chat count for nothing", async () => {
  const [ada, ben] = [chat.contextOf(0), chat.contextOf(1)];
  const signed = await signedMark.sign(ada, markOf(ada.self.device));
  for (const changed of tamperings(signed, 300)) expect(await signedMark.open(ben, changed)).toBeUndefined();
  const inBensName = await signedMark.sign(ada, markOf(ben.self.device));
  expect(await signedMark.open(ben, inBensName)).toBeUndefined();
  const elsewhere = { ...ben, chat: new Uint8Array(32) as typeof ben.chat };
  expect(await signedMark.open(elsewhere, signed)).toBeUndefined();
});

test('[D9] a profile is no mark', async () => {
  const [ada, ben] = [chat.contextOf(0), chat.contextOf(1)];
  const profile = { version: 1, device: ada.self.device, name: 'Ada', at: 1 } as const;
  const signed = await signedProfile.sign(ada, profile);
  expect((await signedProfile.open(ben, signed))?.value.name).toBe('Ada');
  expect(await signedMark.open(ben, signed)).toBeUndefined();
});

test('[L17] left epochs are told by whom they name alone', async () => {
  const [ada, ben] = [chat.contextOf(0), chat.contextOf(1)];
  const epochs = [{ epoch: 3, secret: chat.chance.bytes(32) as EpochSecret }];
  const value = { version: 1, device: ada.self.device, epochs, people: [], at: 1 } as const;
  const signed = await signedLeftEpochs.sign(ada, value);
  expect((await signedLeftEpochs.open(ben, signed))?.value.epochs).toEqual(epochs);
  for (const changed of tamperings(signed)) expect(await signedLeftEpochs.open(ben, changed)).toBeUndefined();
  expect(await signedProfile.open(ben, signed)).toBeUndefined();
});
