// A device whose disk takes nothing more, and what a device finds when it goes through all that it holds.
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Command } from '../../chat/commands.ts';
import { createHarbour, type Harbour } from './createHarbour.ts';
import type { Member } from './member.ts';
import { fillDisk } from './rawDisk.ts';

let harbour: Harbour;
let ada: Member;
let ben: Member;
beforeEach(async () => {
  harbour = await createHarbour({ seed: 'storage care', members: 3 });
  const [a, b] = harbour.people;
  if (!a || !b) throw new Error('expected two people');
  [ada, ben] = [a, b];
});
afterEach(() => harbour.close());

const say = (messageId: string, text: string): Command => ({
  command: 'sendMessage',
  chatId: harbour.group,
  messageId,
  text,
});

test.each(['row', 'commit'] as const)(
  '[X7] on a disk that is full at the %s, every command that writes says so; nothing is lost or half there',
  async (where) => {
    const { done, id: own } = ada.says(harbour.group, harbour.marked('before'));
    await done;
    await harbour.pass(3000);
    const { done: bensDone, id: bens } = ben.says(harbour.group, harbour.marked('from ben'));
    await bensDone;
    await harbour.pass(3000);
    const chatId = harbour.group;
    const before = await ada.timeline(chatId);
    // Straight to the client: a failure is what is wanted here.
    const give = (command: Command) => harbour.clock.until(ada.headless().client.command(command));
    const [first, second] = ['AAAAAAAAAAAAAAAAAAAAAA', 'AAAAAAAAAAAAAAAAAAAAAQ'] as const;
    const isSaidToBeFull = () => ada.headless().ephemeral.get().isStorageNearlyFull;
    const free = fillDisk(where);
    const writing: readonly Command[] = [
      say(first, harbour.marked('no room for this')),
      { command: 'editMessage', chatId, messageId: own, text: harbour.marked('changed') },
      { command: 'deleteMessage', chatId, messageId: own, scope: 'me' },
      { command: 'deleteMessage', chatId, messageId: own, scope: 'everyone' },
      { command: 'react', chatId, messageId: bens, emoji: '👍' },
      { command: 'setDraft', chatId, text: harbour.marked('draft') },
      { command: 'setEdit', chatId, edit: { messageId: own, text: harbour.marked('edit') } },
      { command: 'markRead', chatId, messageId: bens },
      { command: 'setName', name: harbour.marked('another') },
      { command: 'createInvitation' },
      { command: 'createNotes' },
    ];
    const answers: string[] = [];
    for (const command of writing) {
      const answer = await give(command);
      answers.push(`${command.command}: ${answer.ok ? 'done' : answer.error}`);
    }
    expect(answers).toEqual(writing.map(({ command }) => `${command}: storage-full`));
    expect(await ada.timeline(chatId)).toEqual(before);
    expect(isSaidToBeFull()).toBe(true);
    free();
    // The same again, as the composer gives it back, and one more: each is there once, for everybody.
    await ada.command(say(first, harbour.marked('there is room now')));
    await ada.command(say(second, harbour.marked('and more')));
    await harbour.pass(5000);
    const texts = async (member: Member) =>
      (await member.timeline(chatId)).map(({ body }) => (body.kind === 'text' ? body.text : body.kind));
    const expected = ['before', 'from ben', 'there is room now', 'and more'].map(harbour.marked);
    expect(await texts(ada)).toEqual(expected);
    expect(await texts(ben)).toEqual(expected);
    expect(isSaidToBeFull()).toBe(false);
  },
);

test('[X8] the check of a device counts what it holds, and what is wrong with it', async () => {
  for (let i = 0; i < 36; i++) {
    await (i % 2 ? ada : ben).says(harbour.group, harbour.marked(`${i}`)).done;
    await harbour.pass(200);
  }
  expect(await harbour.calm()).toEqual([]);
  const check = async () => {
    const answer = await harbour.clock.until(ada.command({ command: 'checkDevice' }));
    if (!answer.ok) throw new Error(answer.error);
    return answer.value;
  };
  const sound = await check();
  const chats = (await ada.chats()).length;
  expect(sound).toMatchObject({ chats, messages: 36, unreadableRows: 0, gaps: 0, waiting: 0 });
  expect(sound.keptSegments).toBeGreaterThan(0);
  expect(sound.openableSegments).toBe(sound.keptSegments);

  const { storage } = ada.headless();
  const { database } = storage;
  const [message] = await database.messages.toArray();
  const [segment] = await database.segments.toArray();
  const chat = await storage.chat(harbour.group);
  if (!message || !segment || !chat) throw new Error('expected rows');
  await database.messages.put({ ...message, sealed: new Uint8Array(40) });
  await database.segments.put({ ...segment, snapshot: segment.snapshot.slice(0, -1) });
  const chains = { ...chat.chains, other: { sequence: 1, hash: '', ahead: [3] } };
  await storage
    .batch()
    .putChat({ ...chat, chains })
    .commit();
  const row = { id: 'r', document: 'd', header: new Uint8Array(1), body: new Uint8Array(1) };
  await storage.batch().addOutbox(row).commit();
  expect(await check()).toEqual({
    ...sound,
    unreadableRows: 1,
    openableSegments: sound.keptSegments - 1,
    gaps: 1,
    waiting: 1,
  });
});
