import { beforeAll, expect, test } from 'vitest';
import { createTestChat, tamperings } from '../testing/testChat.ts';
import { createSignals } from './signals.ts';

let chat: Awaited<ReturnType<typeof createTestChat>>;
beforeAll(async () => {
  chat = await createTestChat(2);
});
const signalsOf = (who: number, document = chat.meta) =>
  createSignals(chat.contextOf(who), document, chat.chance.bytes);

test('[D10] a signal says its kind and its author', async () => {
  const sealed = await signalsOf(0).seal('typing', 1000);
  const opened = await signalsOf(1).open(sealed);
  expect(opened?.kind).toBe('typing');
  expect(opened?.author.device).toEqual(chat.contextOf(0).self.device);
});

test('[D10] a repeated signal, and one that is older than the last, say nothing', async () => {
  const [ada, ben] = [signalsOf(0), signalsOf(1)];
  const first = await ada.seal('typing', 1000);
  const second = await ada.seal('stopped', 1000);
  expect(await ben.open(second)).toBeDefined();
  expect(await ben.open(second)).toBeUndefined();
  expect(await ben.open(first)).toBeUndefined();
});

test('[D10] a changed signal and one of another document say nothing', async () => {
  const ada = signalsOf(0);
  const sealed = await ada.seal('here', 1000);
  for (const changed of tamperings(sealed, 300)) expect(await signalsOf(1).open(changed)).toBeUndefined();
  expect(await signalsOf(1, chat.document).open(sealed)).toBeUndefined();
});

test('[E2] a signal of who was no member in its epoch says nothing', async () => {
  const sealed = await signalsOf(0).seal('here', 1000);
  const reader = { ...chat.contextOf(1), wasMember: () => false };
  expect(await createSignals(reader, chat.meta, chat.chance.bytes).open(sealed)).toBeUndefined();
  expect(await signalsOf(1).open(sealed)).toBeDefined();
});

test("[D10] a signal in another's name says nothing", async () => {
  const [ada, ben] = [chat.contextOf(0), chat.contextOf(1)];
  const forging = { ...ben, self: { ...ben.self, device: ada.self.device } };
  const sealed = await createSignals(forging, chat.meta, chat.chance.bytes).seal('typing', 1000);
  expect(await signalsOf(1).open(sealed)).toBeUndefined();
});
