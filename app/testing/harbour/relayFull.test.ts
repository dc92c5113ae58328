// The relay's disk is full: people are told, nothing is lost, and all goes on once there is room.
import { expect, onTestFinished, test } from 'vitest';
import { createHarbour } from './createHarbour.ts';

test('[R15] a chat says that the relay is full while its newest entry finds no room, and no longer', async () => {
  const harbour = await createHarbour({ seed: 'relay full', members: 2 });
  onTestFinished(() => harbour.close());
  const [ada, ben] = harbour.people;
  if (!ada || !ben) throw new Error('expected two people');
  const chatId = harbour.group;
  const troubleOf = async (member: typeof ada) =>
    (await member.headless().queries.read({ query: 'chat', chatId }))?.trouble;
  const newestOf = async (member: typeof ada) => (await member.timeline(chatId, 1)).at(-1);
  const large = () => harbour.marked('much to say '.repeat(4000));
  await harbour.pass(5000);
  expect(await troubleOf(ada)).toBeUndefined();

  harbour.relay.relay()?.setMaxPageCount(1);
  const { id, done } = ada.says(chatId, large());
  await done;
  await harbour.pass(3000);
  expect(await troubleOf(ada)).toBe('relay-full');
  expect(await newestOf(ada)).toMatchObject({ messageId: id, delivery: 'waiting' });
  await harbour.pass(60_000);
  expect(await troubleOf(ada)).toBe('relay-full');
  expect(await troubleOf(ben)).toBeUndefined();

  harbour.relay.relay()?.setMaxPageCount(0);
  await harbour.pass(20_000);
  expect(await troubleOf(ada)).toBeUndefined();
  expect(await newestOf(ben)).toMatchObject({ messageId: id });
  // A refusal for want of room is no fault of what was said.
  expect((await ada.headless().queries.read({ query: 'diagnostics' })).setAside).toEqual([]);
  expect(await harbour.calm()).toEqual([]);
});
