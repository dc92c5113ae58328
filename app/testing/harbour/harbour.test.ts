// The harbour as a test uses it: a scenario is a few lines. Below are the stories that the weather found, by name.
import { afterEach, beforeEach, expect, onTestFinished, test } from 'vitest';
import { createHarbour, type Harbour } from './createHarbour.ts';
import { countLeaks, needlesOf } from './leaks.ts';
import type { Member } from './member.ts';

let harbour: Harbour;
let [ada, ben]: Member[] = [];
beforeEach(async () => {
  harbour = await createHarbour({ seed: 'test', members: 3 });
  [ada, ben] = harbour.people;
});
afterEach(() => harbour.close());
const personOf = (member: Member | undefined): Member => {
  if (!member) throw new Error('expected a member');
  return member;
};
const textsOf = async (member: Member, chat = harbour.group) =>
  (await member.timeline(chat)).map(({ body }) => (body.kind === 'text' ? body.text : body.kind));

test('[S6] what one says, everyone reads, and the one who said it sees that', async () => {
  const [a, b] = [personOf(ada), personOf(ben)];
  await a.says(harbour.group, harbour.marked('hello')).done;
  await harbour.pass(3000);
  expect(await textsOf(b)).toEqual([harbour.marked('hello')]);
  expect(await harbour.calm()).toEqual([]);
  expect((await a.timeline(harbour.group))[0]?.delivery).toBe('read');
});

test('[S6] both write without a network, close, open again, and see the same', async () => {
  const [a, b] = [personOf(ada), personOf(ben)];
  a.setOffline(true);
  b.setOffline(true);
  await a.says(harbour.group, harbour.marked('from a')).done;
  await b.says(harbour.group, harbour.marked('from b')).done;
  await a.closes();
  await b.closes();
  await a.open();
  await b.open();
  expect(await textsOf(a)).toEqual([harbour.marked('from a')]);
  expect(await harbour.calm()).toEqual([]);
  expect((await textsOf(a)).toSorted()).toEqual([harbour.marked('from a'), harbour.marked('from b')]);
});

test('[S1] a message said in the moment of a crash is there, once, or was never answered', async () => {
  const a = personOf(ada);
  for (let turns = 0; turns < 40; turns += 3) {
    void a.says(harbour.group, harbour.marked(`crash after ${turns}`));
    await harbour.clock.turns.some(turns);
    harbour.crashed();
    a.crashes();
    await a.open();
  }
  expect(await harbour.calm()).toEqual([]);
});

test('[S1] a message deleted before it ever left does not hold up what its author says next', async () => {
  const a = personOf(ada);
  a.setOffline(true);
  const first = a.says(harbour.group, harbour.marked('never mind'));
  await first.done;
  await a.deletes(harbour.group, first.id);
  await a.says(harbour.group, harbour.marked('what counts')).done;
  expect(await harbour.calm()).toEqual([]);
  expect(await textsOf(personOf(ben))).toEqual(['deleted', harbour.marked('what counts')]);
});

test("[S1] a name and a mark said without a network survive the app's end", async () => {
  const [a, b] = [personOf(ada), personOf(ben)];
  await b.says(harbour.group, harbour.marked('read me')).done;
  await harbour.pass(3000);
  a.setOffline(true);
  await a.reads(harbour.group);
  await a.command({ command: 'setName', name: harbour.marked('Adele') });
  await a.closes();
  await a.open();
  expect(await harbour.calm()).toEqual([]);
  const names = (await b.headless().storage.chat(harbour.group))?.names ?? {};
  expect(names[a.userId()]?.name).toBe(harbour.marked('Adele'));
});

test("[R14] a mail that could not be used is offered again: a chat is not lost with the relay's answers", async () => {
  const [a, b] = [personOf(ada), personOf(ben)];
  harbour.network.failNextRequests(3);
  const group = await a.startsGroup([b], harbour.marked('two of us'));
  expect(await harbour.calm()).toEqual([]);
  expect(await b.chats()).toContain(group);
});

test('[U11] another invitation of somebody with whom there is a chat of two leads there, and stays unused', async () => {
  const [a, b] = [personOf(ada), personOf(ben)];
  const [before, link] = [await b.chats(), await a.invites()];
  const inspect = () => harbour.clock.until(b.command({ command: 'inspectInvitation', link }));
  const seen = await inspect();
  const chatId = seen.ok ? seen.value.chatId : undefined;
  expect(before).toContain(chatId);
  expect(chatId).not.toBe(harbour.group);
  const accepted = await harbour.clock.until(b.command({ command: 'acceptInvitation', link }));
  expect(accepted).toEqual({ ok: true, value: { chatId } });
  expect(await harbour.calm()).toEqual([]);
  expect(await b.chats()).toEqual(before);
  expect(await inspect()).toMatchObject({ value: { state: 'open', inviterId: a.userId() } });
});

test('[S6] a relay that is killed has what it acknowledged', async () => {
  const a = personOf(ada);
  for (let i = 0; i < 5; i++) {
    await a.says(harbour.group, harbour.marked(`${i}`)).done;
    await harbour.pass(i * 40);
    await harbour.relay.kill(harbour.network.cutAll);
    harbour.relay.start();
  }
  expect(await harbour.calm()).toEqual([]);
  expect(await textsOf(a)).toHaveLength(5);
});

test('[R29] the search finds a text in each form in which it could lie somewhere', () => {
  const text = 'a text that nobody may read';
  const raw = Buffer.from(`before ${text} after`);
  for (const form of [raw, Buffer.from(raw.toString('hex')), Buffer.from(raw.toString('base64url'))]) {
    for (const shift of [0, 1, 2]) {
      expect(countLeaks([text], [Buffer.concat([Buffer.alloc(shift), form])])).toBe(1);
    }
  }
  expect(needlesOf(text).length).toBe(6);
  expect(countLeaks([text], [Buffer.from('something else')])).toBe(0);
});

test('an edit that is under way is kept over a restart, and gone once it was said or its message is', async () => {
  const a = personOf(ada);
  const chatId = harbour.group;
  const editNow = async () => (await a.headless().queries.read({ query: 'chat', chatId }))?.edit;
  const original = harbour.marked('first');
  const { id: messageId, done } = a.says(chatId, original);
  await done;
  const text = harbour.marked('second');
  await a.command({ command: 'setEdit', chatId, edit: { messageId, text } });
  await a.closes();
  await a.open();
  expect(await editNow()).toEqual({ messageId, original, text });
  await a.edits(chatId, messageId, text);
  expect(await editNow()).toBeUndefined();
  const third = { messageId, text: harbour.marked('third') };
  await a.command({ command: 'setEdit', chatId, edit: third });
  expect(await editNow()).toEqual({ ...third, original: text });
  await a.command({ command: 'setEdit', chatId, edit: null });
  expect(await editNow()).toBeUndefined();
  await a.command({ command: 'setEdit', chatId, edit: third });
  await a.deletes(chatId, messageId);
  expect((await a.headless().storage.chat(chatId))?.edit).toBeUndefined();
});

test('what was under way when an app was closed or killed is no failure worth a line', async () => {
  const a = personOf(ada);
  const printed: unknown[] = [];
  const print = console.error;
  onTestFinished(() => {
    console.error = print;
  });
  console.error = (...line: unknown[]) => void printed.push(line.join(' '));
  for (let turns = 0; turns < 12; turns += 3) {
    for (const end of ['closes', 'crashes'] as const) {
      const said = Array.from({ length: 5 }, () => a.says(harbour.group, harbour.marked('one more')).done);
      await harbour.clock.turns.some(turns);
      harbour.crashed();
      await a[end]();
      await Promise.all(said);
      await a.open();
    }
  }
  expect(printed).toEqual([]);
});
