// The weather's judge sees what it is there for: each test changes what people have, the same on all devices, or what the
// relay holds, and the judge must say so. And it excuses what a lie explains that was told, nothing else.
import { afterEach, beforeEach, expect, test } from 'vitest';
import { encodeDown, parseDown } from '../../../shared/protocol/frames/down.ts';
import { encodeUp } from '../../../shared/protocol/frames/up.ts';
import { startCursor } from '../../../shared/protocol/frames/cursor.ts';
import { idToText, type ChatId, type DocumentId } from '../../../shared/protocol/ids.ts';
import { openChatAccess } from '../../account/chatAccess.ts';
import type { StoredMessage } from '../../storage/models.ts';
import { createChance } from './chance.ts';
import { createHarbour, type Harbour } from './createHarbour.ts';
import type { Member } from './member.ts';
import { createRandomLies } from './randomLies.ts';
import { createSky } from './sky.ts';

let harbour: Harbour;
let ada: Member;
let [first, second]: string[] = [];
beforeEach(async () => {
  harbour = await createHarbour({ seed: 'the judge', members: 3 });
  const [someone] = harbour.people;
  if (!someone) throw new Error('expected somebody');
  ada = someone;
  const one = ada.says(harbour.group, harbour.marked('one'));
  await one.done;
  await harbour.pass(2000);
  const two = ada.says(harbour.group, harbour.marked('two'), one.id);
  await two.done;
  [first, second] = [one.id, two.id];
  await ada.reacts(harbour.group, one.id, '👍');
  expect(await harbour.calm()).toEqual([]);
});
afterEach(() => harbour.close());

const kinds = async (...given: Parameters<Harbour['check']>) =>
  new Set((await harbour.check(...given)).map(({ kind }) => kind));

/** Changes a message's row on every device. */
async function rewrite(id: string | undefined, change: (message: StoredMessage) => StoredMessage) {
  for (const member of harbour.people) {
    const { storage } = member.headless();
    for (const message of (await storage.messages.many([id ?? ''])).values())
      await storage.batch().putMessage(change(message)).commit();
  }
}

test('[S6] the judge: a chat that is gone from every device is lost', async () => {
  for (const member of harbour.people) await member.headless().storage.database.chats.delete(harbour.group);
  expect(await kinds()).toContain('lost');
});

test('[S6] the judge: so is a chat in which nobody has said anything', async () => {
  const [empty] = harbour.direct;
  for (const member of harbour.people) await member.headless().storage.database.chats.delete(empty ?? '');
  expect(await kinds()).toContain('lost');
});

test('[S6] the judge: something readable at the relay counts also where something else is wrong', async () => {
  const haystacks = () => [Buffer.from('.. sesame ..')];
  expect(await kinds({ bugs: ['a bug'], secrets: ['sesame'], haystacks })).toEqual(
    new Set(['divergent', 'plaintext']),
  );
});

test('[S6] the judge: a reaction that stands on every device and was taken back, or never made', async () => {
  const own = harbour.logbook.message(first ?? '')?.reactions.get(ada.userId());
  own?.push({ value: '', at: 0, isSure: false });
  expect(await kinds()).toEqual(new Set());
  own?.push({ value: '', at: 0, isSure: true });
  expect(await kinds()).toEqual(new Set(['lost']));
  own?.push({ value: '🎉', at: 0, isSure: true });
  expect(await kinds()).toEqual(new Set(['lost']));
  harbour.logbook.message(first ?? '')?.reactions.clear();
  expect(await kinds()).toEqual(new Set(['lost']));
});

test('[S6] the judge: an answer that has lost what it answers', async () => {
  await rewrite(second, ({ replyTo: _, ...message }) => message);
  expect(await kinds()).toEqual(new Set(['lost']));
  await rewrite(second, (message) => ({ ...message, replyTo: second ?? '' }));
  expect(await kinds()).toEqual(new Set(['lost']));
});

test('[S6] the judge: a message that is somebody else’s', async () => {
  const [, ben] = harbour.people;
  await rewrite(first, (message) => ({ ...message, author: ben?.userId() ?? '' }));
  const whats = (await harbour.check()).map(({ what }) => what);
  expect(whats.filter((what) => what.endsWith('by somebody else'))).toHaveLength(harbour.people.length);
});

test('[D14] the judge: the text of a deleted message that the relay holds, or a row has', async () => {
  const message = harbour.logbook.message(first ?? '');
  const at = harbour.clock.now();
  // As if it had been deleted for everyone, and nobody had erased anything.
  message?.deletions.push({ value: true, at, isSure: true });
  const findings = await harbour.check();
  const unpurged = findings.filter(({ kind }) => kind === 'unpurged').map(({ what }) => what);
  expect(unpurged.some((what) => what.includes('at the relay has the text'))).toBe(true);
  expect(unpurged.some((what) => what.includes('messages have the text'))).toBe(true);
  // Two of those that it excuses.
  expect(await kinds({ forgotAt: at })).not.toContain('unpurged');
  if (message) message.deletions.splice(0, 1, { value: true, at, isSure: false });
  expect(await kinds()).not.toContain('unpurged');
});

test('[S4] the judge: what was set aside, and a gap, are excused where a lie was told about that chat', async () => {
  const { storage, engine } = ada.headless();
  const [chat, identity] = [await storage.chat(harbour.group), engine.member()?.identity];
  if (!chat || !identity) throw new Error('expected a chat');
  await storage
    .batch()
    .addSetAside(harbour.group, 'undecryptable', 0)
    .putChat({ ...chat, trouble: 'gap' })
    .commit();
  const both = new Set(['divergent', 'undecryptable']);
  expect(await kinds()).toEqual(both);
  const [ben] = harbour.people.filter((member) => member !== ada);
  const { documents } = openChatAccess(chat, identity);
  harbour.told.add(ben?.name ?? '', [idToText(documents.meta)]);
  harbour.told.add(ada.name, ['another document']);
  expect(await kinds()).toEqual(both);
  harbour.told.add(ada.name, [idToText(documents.segment(0))]);
  expect(await kinds()).toEqual(new Set());
});

test('[S6] a lie of the weather says something else than the truth, and which documents it is about', () => {
  const chance = createChance('liar');
  const sky = createSky(chance.stream('sky'));
  const lies = createRandomLies(chance, { ...sky, isLying: () => true, strikes: () => chance.happens(0.7) });
  const [chat, documents] = [chance.bytes(32), [chance.bytes(16), chance.bytes(16)]];
  for (const [channel, document] of documents.entries()) {
    const to = { channel, chat: chat as ChatId, document: document as DocumentId };
    lies.hear(encodeUp({ type: 'subscribe', ...to, cursor: startCursor }));
  }
  const texts = documents.map((document) => idToText(document as DocumentId));
  const kindsTold = new Set<string>();
  for (let n = 0; n < 400; n++) {
    const channel = n % 2;
    const truth =
      n % 3 === 0
        ? encodeDown({ type: 'entries', channel, firstSeq: 1, entries: [chance.bytes(40)] })
        : encodeDown({ type: 'live', channel, cursor: { ...startCursor, seq: n % 4 } });
    const [told] = lies.tell(truth);
    if (!told?.lie) continue;
    kindsTold.add(told.lie.kind);
    expect(Buffer.from(told.bytes).equals(truth)).toBe(false);
    expect(told.lie.documents).toContain(texts[channel]);
    const frame = parseDown(told.bytes);
    if (frame && 'channel' in frame) expect(told.lie.documents).toContain(texts[frame.channel]);
  }
  expect(kindsTold).toEqual(new Set(['lieSwap', 'lieForge', 'lieEnd', 'lieRefuse']));
});
