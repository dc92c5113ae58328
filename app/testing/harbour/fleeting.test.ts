// Stories of messages that are to be gone some time after they were said (SPEC D19).
import 'fake-indexeddb/auto';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Member } from './member.ts';
import { textsAtRelay } from './relayTexts.ts';
import { createTrio, type Trio } from './trio.ts';

let trio: Trio;
beforeEach(async () => {
  trio = await createTrio('fleeting');
  await trio.talk(3);
});
afterEach(() => trio.harbour.close());

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const wordAtRelay = async (word: string, member: Member) =>
  (await textsAtRelay(trio.harbour, member)).filter((text) => text.includes(word));
const shows = async (member: Member, id: string) => (await trio.idsOf(member)).includes(id);
const rowOf = (member: Member, id: string) => member.headless().storage.messages.get(id);
const expiriesOf = async (members: readonly Member[]) =>
  (await Promise.all(members.map((one) => one.headless().storage.database.expiries.toArray()))).flat();
const found = (member: Member, text: string) =>
  member.headless().queries.read({ query: 'search', text, chatId: trio.harbour.group });

async function setsTimer(member: Member, seconds: number) {
  expect(await trio.harbour.clock.until(member.setsTimer(trio.harbour.group, seconds))).toMatchObject({
    ok: true,
  });
  await trio.harbour.pass(2000);
}

test.each([
  { place: 'an open segment', more: 3 },
  { place: 'a complete segment', more: 40 },
])(
  '[D19] what is to be gone is gone at its time, with its edits, from $place and from the relay',
  async ({ more }) => {
    const { harbour, ada, ben, cleo, says, talk } = trio;
    await setsTimer(ben, 3600);
    const id = await says(ada, 'gone soon');
    await ada.edits(harbour.group, id, harbour.marked('gone soon too'));
    await harbour.pass(2000);
    await setsTimer(cleo, 0);
    const staying = await talk(more);
    await harbour.pass(50 * minuteMs);
    for (const member of [ada, ben, cleo]) expect(await shows(member, id)).toBe(true);
    expect(await found(ben, 'soon')).toHaveLength(1);
    expect(await wordAtRelay('gone soon', ben)).not.toEqual([]);
    await harbour.pass(12 * minuteMs);
    for (const member of [ada, ben, cleo]) {
      expect(await shows(member, id)).toBe(false);
      expect(await rowOf(member, id)).toMatchObject({ text: '', terms: [], kind: 'deleted' });
      expect(await found(member, 'soon')).toEqual([]);
      for (const one of staying) expect(await shows(member, one)).toBe(true);
    }
    await harbour.pass(5 * minuteMs);
    expect(await wordAtRelay('gone soon', ben)).toEqual([]);
    expect(await expiriesOf([ada, ben, cleo])).toEqual([]);
    expect(await harbour.calm()).toEqual([]);
    await cleo.becomesFresh();
    expect(await harbour.calm()).toEqual([]);
    expect(await trio.idsOf(cleo)).toEqual(await trio.idsOf(ben));
  },
);

test('[D19] whose author stays away is gone from the others at its time, and is deleted by one of them', async () => {
  const { harbour, ada, ben, cleo, says } = trio;
  await setsTimer(ada, 600);
  const id = await says(ada, 'gone soon');
  await ada.closes();
  await harbour.pass(12 * minuteMs);
  for (const member of [ben, cleo]) {
    expect(await shows(member, id)).toBe(false);
    expect(await rowOf(member, id)).toMatchObject({ text: '', kind: 'text' });
  }
  await harbour.pass(2 * hourMs);
  for (const member of [ben, cleo]) expect(await rowOf(member, id)).toMatchObject({ kind: 'deleted' });
  expect(await ben.headless().storage.changesOf([id])).toHaveLength(1);
  await harbour.pass(hourMs);
  expect(await wordAtRelay('gone soon', ben)).toEqual([]);
  // A month later, she brings nothing back.
  for (const member of [ben, cleo]) await member.closes();
  await harbour.pass(31 * 24 * hourMs);
  for (const member of [ada, ben, cleo]) await member.open();
  expect(await harbour.calm()).toEqual([]);
  expect(await shows(ada, id)).toBe(false);
  expect(await wordAtRelay('gone soon', ben)).toEqual([]);
});

test('[D19] what was said offline is gone before it ever arrives, and nobody is told of it', async () => {
  const { harbour, ada, ben, cleo, says } = trio;
  await setsTimer(ada, 600);
  ada.setOffline(true);
  const id = await says(ada, 'gone soon');
  await harbour.pass(hourMs);
  ada.setOffline(false);
  expect(await harbour.calm()).toEqual([]);
  for (const member of [ada, ben, cleo]) expect(await shows(member, id)).toBe(false);
  expect((await ben.chat(harbour.group))?.unread).toBe(0);
});

test('[D19] the last to set the time decides, whoever hears it first, and a fresh device knows it', async () => {
  const { harbour, ada, ben, cleo, says } = trio;
  for (const member of [ada, ben]) {
    member.setsClock(0);
    member.setOffline(true);
  }
  await setsTimer(ada, 600);
  await setsTimer(ben, 3600);
  ada.setOffline(false);
  await harbour.pass(minuteMs);
  ben.setOffline(false);
  await harbour.pass(minuteMs);
  await cleo.becomesFresh();
  await harbour.pass(minuteMs);
  for (const member of [ada, ben, cleo])
    expect((await member.chat(harbour.group))?.timer).toMatchObject({ seconds: 3600 });
  const id = await says(cleo, 'gone soon');
  expect(await rowOf(ben, id)).toMatchObject({ seconds: 3600 });
});

test('[D19] nobody deletes the message of another before it was to be gone, and for a while after', async () => {
  const { harbour, ada, ben, cleo, says } = trio;
  await setsTimer(ada, 3600);
  const id = await says(ada, 'gone soon');
  await ada.closes();
  const engine = ben.headless().engine;
  const target = Uint8Array.from(Buffer.from(id, 'base64url'));
  await engine
    .member()
    ?.rooms.inRoom(harbour.group, (room) =>
      room.say(engine.newRecordId(), { kind: 'deletion', target: target as never }),
    );
  await harbour.pass(10 * minuteMs);
  for (const member of [ben, cleo]) expect(await shows(member, id)).toBe(true);
  await harbour.pass(55 * minuteMs);
  expect(await rowOf(cleo, id)).toMatchObject({ kind: 'text', isHidden: true });
  await harbour.pass(2 * hourMs);
  for (const member of [ben, cleo]) expect(await rowOf(member, id)).toMatchObject({ kind: 'deleted' });
  await ada.open();
  expect(await harbour.calm()).toEqual([]);
});
