// A relay that forgets, as its people meet it: its database deleted, or yesterday's put back, while they stay up.
import { afterEach, beforeEach, expect, test } from 'vitest';
import { keptTelling, nothingKept, placeOf } from '../../account/keptForReturn.ts';
import { createHarbour, type Harbour } from './createHarbour.ts';
import { createMember, type Member } from './member.ts';

let harbour: Harbour;
let people: readonly Member[] = [];
beforeEach(async () => {
  harbour = await createHarbour({ seed: 'returning', members: 3 });
  people = harbour.people;
});
afterEach(() => harbour.close());
const at = (index: number): Member => {
  const member = people[index];
  if (!member) throw new RangeError('three people');
  return member;
};
const stranger = (name: string) =>
  createMember(
    { ...harbour, chance: harbour.chance.stream(name), onBug: () => {} },
    harbour.marked(name),
    `stranger ${name}`,
  );
/** Whether the relay has accepted this member's proofs of all their chats, on the socket that they have now. */
function isBack(member: Member): boolean {
  const engine = member.headless().engine.member();
  if (!engine || engine.link.state !== 'online') return false;
  return [...engine.rooms.all()].every(({ chatId }) => engine.link.isProven(chatId));
}
async function until(isTrue: () => boolean | Promise<boolean>, withinMs: number) {
  for (let passed = 0; passed < withinMs; passed += 500) {
    if (await isTrue()) return true;
    await harbour.pass(500);
  }
  return false;
}
/** Until everyone has noticed that the relay is gone. */
const allGone = () => until(() => !people.some(isBack), 60_000);
const wipe = async () => {
  await harbour.relay.wipe();
  expect(await allGone()).toBe(true);
  harbour.relay.start();
};
const allBack = () => until(() => people.every(isBack), 60_000);
const requestsTo = (path: RegExp) =>
  harbour.relay.logged().filter((line) => line.includes('"request"') && path.test(line));

test('[A14] all come back to a wiped relay while they stay up, and it has their chats again', async () => {
  await wipe();
  expect(await allBack()).toBe(true);
  // Each once, and nothing of it is a storm.
  expect(requestsTo(/"\/api\/return"/)).toHaveLength(3);
  await harbour.pass(30_000);
  expect(requestsTo(/"\/api\/return"/)).toHaveLength(3);
  expect(requestsTo(/"\/api\/ledgers\/:chat\/return"/).length).toBeLessThanOrEqual(3 * 3);
  for (const member of people) {
    const { storage } = member.headless();
    expect((await storage.setAside()).filter(({ reason }) => /taken back|mail/.test(reason))).toEqual([]);
  }
});

test('[A14] also with tokens that had ended before', async () => {
  await harbour.pass(11 * 60_000);
  await wipe();
  expect(await allBack()).toBe(true);
});

test('[A14] also twice, and who was away comes back later', async () => {
  at(2).setOffline(true);
  await wipe();
  expect(await until(() => isBack(at(0)) && isBack(at(1)), 60_000)).toBe(true);
  await wipe();
  expect(await until(() => isBack(at(0)) && isBack(at(1)), 60_000)).toBe(true);
  at(2).setOffline(false);
  expect(await allBack()).toBe(true);
});

test('[A14] a device that goes out in the middle of its return goes on where it was', async () => {
  await wipe();
  await until(() => requestsTo(/"\/api\/return"/).length > 0, 60_000);
  for (const member of people) {
    harbour.crashed();
    member.crashes();
    await member.open();
  }
  expect(await allBack()).toBe(true);
});

test('[A14] nothing is told to a relay with another key', async () => {
  await harbour.relay.forgetKey();
  harbour.relay.start();
  const before = harbour.relay.logged().length;
  await harbour.pass(60_000);
  // The socket's challenge stops it first; a request without a socket must not get further either.
  for (const member of people) {
    const { engine } = member.headless();
    const identity = engine.member()?.identity;
    if (!identity) throw new Error('expected a member');
    const token = await harbour.clock.until(engine.session.accessToken(identity, true));
    expect(token).toEqual({ ok: false, error: 'bad-signature' });
  }
  await harbour.pass(60_000);
  const after = harbour.relay.logged().slice(before).join('\n');
  expect(after).not.toMatch(/api\/return|:chat\/return|api\/invitations/);
  expect(people.some(isBack)).toBe(false);
});

test('[A15] [A16] a stranger gets neither a known handle nor the administrator’s place', async () => {
  const link = await at(0).invites();
  await wipe();
  expect(harbour.relay.relay()?.administratorLink()).toBeUndefined();
  expect(await allBack()).toBe(true);
  expect(harbour.relay.relay()?.administratorLink()).toBeUndefined();
  // Once their name is held by nobody but the file:
  at(1).setOffline(true);
  await wipe();
  expect(await until(() => isBack(at(0)), 60_000)).toBe(true);
  const eve = stranger('Eve');
  await eve.open();
  await harbour.pass(15_000);
  const signUp = {
    command: 'signUp',
    name: harbour.marked('Eve'),
    admission: { kind: 'invitation', link },
  } as const;
  const asBen = await harbour.clock.until(eve.command({ ...signUp, handle: 'guest-0' }));
  expect(asBen).toEqual({ ok: false, error: 'handle-taken' });
  expect((await harbour.clock.until(eve.command({ ...signUp, handle: 'eve' }))).ok).toBe(true);
  at(1).setOffline(false);
  expect(await allBack()).toBe(true);
  await eve.closes();
});

test('[L11] an unused invitation works after a wipe, a used one does not', async () => {
  const [unused, used] = [await at(0).invites(), await at(0).invites()];
  const [eve, finn, gus] = [stranger('Eve'), stranger('Finn'), stranger('Gus')];
  for (const member of [eve, finn, gus]) await member.open();
  await eve.signsUp({ kind: 'invitation', link: used }, 'eve');
  await harbour.pass(5000);
  await wipe();
  expect(await allBack()).toBe(true);
  await harbour.pass(15_000);
  const chat = await finn.signsUp({ kind: 'invitation', link: unused }, 'finn');
  expect(await until(async () => (await at(0).chats()).includes(chat ?? '-'), 30_000)).toBe(true);
  await expect(gus.signsUp({ kind: 'invitation', link: used }, 'gus')).rejects.toThrow();
  for (const member of [eve, finn, gus]) await member.closes();
});

test('[L12] an invitation to a chat that the relay lost before it was taken is posted again', async () => {
  const [ada, ben, cleo] = [at(0), at(1), at(2)];
  ben.setOffline(true);
  const group = await ada.startsGroup([ben, cleo], harbour.marked('late'));
  if (group === undefined) throw new Error('expected a group');
  expect(await until(async () => (await cleo.chats()).includes(group), 30_000)).toBe(true);
  await wipe();
  expect(await until(() => isBack(ada) && isBack(cleo), 60_000)).toBe(true);
  // Ben comes back long after the others; until then nobody can post him anything.
  await harbour.pass(20 * 60_000);
  expect(await ben.chats()).not.toContain(group);
  ben.setOffline(false);
  expect(await until(async () => (await ben.chats()).includes(group), 2 * 3600_000)).toBe(true);
  expect(await allBack()).toBe(true);
});

test.each([false, true])(
  '[L15] who stays away from a wiped relay keeps nobody out of their chats, also who had left: %s',
  async (hasLeft) => {
    const [ada, ben, cleo] = [at(0), at(1), at(2)];
    const group = (await ada.startsGroup([cleo], harbour.marked('two of us'))) ?? '';
    expect(await until(async () => (await cleo.chats()).includes(group), 30_000)).toBe(true);
    if (hasLeft) {
      await ada.changes(group, 'remove', cleo);
      expect(await until(async () => (await cleo.chat(group))?.isRemoved ?? false, 30_000)).toBe(true);
    }
    cleo.setOffline(true);
    await wipe();
    expect(await until(() => isBack(ada) && isBack(ben), 60_000)).toBe(true);
    await harbour.pass(60_000);
    expect(await ada.changes(group, 'add', ben)).toBe(true);
    expect(await until(async () => (await ben.chats()).includes(group), 5 * 60_000)).toBe(true);
    if (hasLeft) return;
    // Whose ledger others brought comes back as ever.
    cleo.setOffline(false);
    expect(await allBack()).toBe(true);
    expect(await until(async () => (await cleo.chat(group))?.members.length === 3, 60_000)).toBe(true);
  },
);

test('[L15] a chat that nobody has taken yet waits for its taker alone, not for all of its members', async () => {
  const [ada, ben, cleo] = [at(0), at(1), at(2)];
  ben.setOffline(true);
  cleo.setOffline(true);
  const group = await ada.startsGroup([ben, cleo], harbour.marked('patience'));
  await harbour.pass(5000);
  await wipe();
  expect(await until(() => isBack(ada), 60_000)).toBe(true);
  ben.setOffline(false);
  // Cleo is not there yet.
  expect(await until(async () => (await ben.chats()).includes(group ?? '-'), 20 * 60_000)).toBe(true);
  cleo.setOffline(false);
  expect(await until(async () => (await cleo.chats()).includes(group ?? '-'), 2 * 3600_000)).toBe(true);
});

test('[L12] yesterday’s backup: chats, invitations and people since then are there again', async () => {
  const [ada, ben] = [at(0), at(1)];
  const backup = harbour.relay.backup();
  // Meanwhile the devices' tokens were renewed, and have ended again: only that the backup doesn't know them tells.
  await harbour.pass(11 * 60_000);
  const link = await ada.invites();
  const eve = stranger('Eve');
  await eve.open();
  const withEve = await eve.signsUp({ kind: 'invitation', link: await ben.invites() }, 'eve');
  const group = await ada.startsGroup([ben], harbour.marked('since yesterday'));
  await harbour.pass(11 * 60_000);
  await harbour.relay.restore(backup);
  expect(await allGone()).toBe(true);
  harbour.relay.start();
  expect(await allBack()).toBe(true);
  expect(await until(() => isBack(eve), 60_000)).toBe(true);
  expect(await ben.chats()).toEqual(expect.arrayContaining([group, withEve]));
  await harbour.pass(15_000);
  const finn = stranger('Finn');
  await finn.open();
  expect(await finn.signsUp({ kind: 'invitation', link }, 'finn')).toBeDefined();
  await eve.closes();
  await finn.closes();
});

/** How the relay answers when asked for each of these boxes of the harbour's group. */
async function boxesOf(epoch: number, indexes: readonly number[], chat = harbour.group) {
  const { engine } = at(0).headless();
  const identity = engine.member()?.identity;
  if (!identity) throw new Error('expected a member');
  const token = await harbour.clock.until(engine.session.accessToken(identity, false));
  const headers = { authorization: `Bearer ${token.ok ? token.value : ''}` };
  const answers = indexes.map((index) =>
    harbour.relay.relay()?.app.request(`/api/ledgers/${chat}/boxes/${epoch}/${index}`, { headers }),
  );
  return (await Promise.all(answers)).map((answer) => answer?.status);
}
/** Whether all of them read and write under this epoch. */
const settled = (chat: string, epoch: number, who: readonly Member[]) =>
  until(async () => {
    const rows = await Promise.all(who.map((member) => member.chat(chat)));
    return rows.every((row) => row?.epoch === epoch && !row.isRemoved && row.trouble !== 'waiting-for-key');
  }, 60_000);

test('[R39] after a wipe each member’s box is at the relay again', async () => {
  await wipe();
  expect(await allBack()).toBe(true);
  await harbour.pass(20_000);
  expect(await boxesOf(1, [0, 1, 2])).toEqual([200, 200, 200]);
});

test('[L13] the boxes of a later epoch come back, each from whom it is for', async () => {
  const [ada, ben, cleo] = [at(0), at(1), at(2)];
  expect(await ada.changes(harbour.group, 'turn')).toBe(true);
  expect(await settled(harbour.group, 2, people)).toBe(true);
  // Without Ada's copy of all of them.
  await ada.headless().storage.batch().putSetting(placeOf.telling(harbour.group), nothingKept).commit();
  cleo.setOffline(true);
  await wipe();
  expect(await until(() => isBack(ada) && isBack(ben), 60_000)).toBe(true);
  await harbour.pass(20_000);
  expect(await boxesOf(2, [0, 1, 2])).toEqual([200, 200, 404]);
  cleo.setOffline(false);
  expect(await allBack()).toBe(true);
  await harbour.pass(20_000);
  expect(await boxesOf(2, [0, 1, 2])).toEqual([200, 200, 200]);
});

test.each([1, 2])(
  '[L13] who was away when the epoch turned gets its box from who turned it, %i times',
  async (turns) => {
    const [ada, ben, cleo] = [at(0), at(1), at(2)];
    const { group } = harbour;
    ben.setOffline(true);
    for (let epoch = 2; epoch <= turns + 1; epoch++) {
      expect(await ada.changes(group, 'turn')).toBe(true);
      expect(await settled(group, epoch, [ada, cleo])).toBe(true);
    }
    ada.setOffline(true);
    await wipe();
    expect(await until(() => isBack(cleo), 60_000)).toBe(true);
    ben.setOffline(false);
    await harbour.pass(5 * 60_000);
    // The ledger is there, and nobody has a key for Ben: he waits, and says so.
    expect(await ben.chat(group)).toMatchObject({ epoch: 1, trouble: 'waiting-for-key' });
    ada.setOffline(false);
    expect(await settled(group, turns + 1, people)).toBe(true);
    expect(await allBack()).toBe(true);
  },
);

test('[L13] a mail whose box the relay has lost is kept there, and nothing is said against it', async () => {
  const [ada, ben, cleo] = [at(0), at(1), at(2)];
  const chat = (await ada.startsGroup([ben], harbour.marked('two of us'))) ?? '';
  expect(await until(async () => (await ben.chats()).includes(chat), 30_000)).toBe(true);
  cleo.setOffline(true);
  await ada.changes(chat, 'add', cleo);
  expect(await until(async () => (await ben.chat(chat))?.members.length === 3, 60_000)).toBe(true);
  const { storage } = ada.headless();
  const place = placeOf.telling(chat);
  const telling = (await storage.setting(place, keptTelling)) ?? nothingKept;
  await storage
    .batch()
    .putSetting(place, { ...telling, made: [] })
    .commit();
  await wipe();
  expect(await until(() => isBack(ada) && isBack(ben), 60_000)).toBe(true);
  cleo.setOffline(false);
  expect(await until(async () => (await cleo.chats()).includes(chat), 30 * 60_000)).toBe(false);
  expect((await cleo.headless().storage.setAside()).filter(({ reason }) => /mail/.test(reason))).toEqual([]);
});

test('[L13] an answer lost with its device loses no boxes', async () => {
  const [ada, ben, cleo] = [at(0), at(1), at(2)];
  const { group } = harbour;
  for (const [turns, passedMs] of [0, 20, 40, 60, 100, 160].entries()) {
    ben.setOffline(true);
    await ada.changes(group, 'turn');
    await harbour.pass(passedMs);
    harbour.crashed();
    ada.crashes();
    await ada.open();
    expect(await settled(group, turns + 2, [ada, cleo])).toBe(true);
    await wipe();
    expect(await until(() => isBack(ada) && isBack(cleo), 60_000)).toBe(true);
    ben.setOffline(false);
    expect(await settled(group, turns + 2, people)).toBe(true);
    expect(await allBack()).toBe(true);
  }
});

test.each([true, false])(
  '[L12] who was added, or added again, while away hears of it after a wipe; they had spoken: %s',
  async (hasSpoken) => {
    const [ada, ben, cleo] = [at(0), at(1), at(2)];
    const chat = (await ada.startsGroup([ben], harbour.marked('two of us'))) ?? '';
    expect(await until(async () => (await ben.chats()).includes(chat), 30_000)).toBe(true);
    if (hasSpoken) await cleo.says(harbour.group, harbour.marked('heard before')).done;
    await harbour.pass(5000);
    await ada.changes(harbour.group, 'remove', cleo);
    expect(await until(async () => (await cleo.chat(harbour.group))?.isRemoved ?? false, 30_000)).toBe(true);
    cleo.setOffline(true);
    await ada.changes(harbour.group, 'add', cleo);
    await ada.changes(chat, 'add', cleo);
    const counts = async () => [
      (await ben.chat(chat))?.members.length,
      (await ben.chat(harbour.group))?.members.length,
    ];
    expect(await until(async () => (await counts()).join() === '3,3', 60_000)).toBe(true);
    await wipe();
    expect(await until(() => isBack(ada) && isBack(ben), 60_000)).toBe(true);
    await harbour.pass(20 * 60_000);
    cleo.setOffline(false);
    expect(await until(async () => (await cleo.chats()).includes(chat), 2 * 3600_000)).toBe(true);
    expect(await until(async () => !(await cleo.chat(harbour.group))?.isRemoved, 2 * 3600_000)).toBe(true);
    expect(await settled(harbour.group, 2, people)).toBe(true);
    expect(await settled(chat, 1, people)).toBe(true);
    await harbour.pass(20_000);
    expect(await boxesOf(1, [0, 1, 2], chat)).toEqual([200, 200, 200]);
  },
);

test('[L12] who was added while away hears of it, also where another member has told the relay of the chat again', async () => {
  const [ada, ben, cleo] = [at(0), at(1), at(2)];
  const chat = (await ada.startsGroup([ben], harbour.marked('two of us'))) ?? '';
  expect(await until(async () => (await ben.chats()).includes(chat), 30_000)).toBe(true);
  const backup = harbour.relay.backup();
  cleo.setOffline(true);
  await ada.changes(chat, 'add', cleo);
  expect(await until(async () => (await ben.chat(chat))?.members.length === 3, 60_000)).toBe(true);
  ada.setOffline(true);
  await harbour.relay.restore(backup);
  harbour.relay.start();
  await harbour.pass(60_000);
  ada.setOffline(false);
  cleo.setOffline(false);
  expect(await until(async () => (await cleo.chats()).includes(chat), 5 * 60_000)).toBe(true);
});

test('[L11] [A8] a lost end of a ledger comes back also where a backup is as old as the tokens, and they have ended', async () => {
  const [ada, ben, cleo] = [at(0), at(1), at(2)];
  const chat = (await ada.startsGroup([ben], harbour.marked('two of us'))) ?? '';
  expect(await until(async () => (await ben.chats()).includes(chat), 30_000)).toBe(true);
  // All that a start has to look at is behind them.
  await harbour.pass(20_000);
  const backup = harbour.relay.backup();
  ben.setOffline(true);
  cleo.setOffline(true);
  expect(await ada.changes(chat, 'add', cleo)).toBe(true);
  expect(await until(async () => (await ada.chat(chat))?.members.length === 3, 60_000)).toBe(true);
  ada.setOffline(true);
  await harbour.relay.restore(backup);
  harbour.relay.start();
  await harbour.pass(11 * 60_000);
  ada.setOffline(false);
  ben.setOffline(false);
  expect(await until(async () => (await ben.chat(chat))?.members.length === 3, 60_000)).toBe(true);
});

test('[L11] [L13] a device that is closed before it has told what the relay forgot does it when it is opened again', async () => {
  const [ada, ben, cleo] = [at(0), at(1), at(2)];
  const backup = harbour.relay.backup();
  ben.setOffline(true);
  await ada.changes(harbour.group, 'turn');
  expect(await settled(harbour.group, 2, [ada, cleo])).toBe(true);
  ada.setOffline(true);
  await harbour.relay.restore(backup);
  harbour.relay.start();
  await harbour.pass(60_000);
  ada.setOffline(false);
  expect(await until(() => isBack(ada), 60_000)).toBe(true);
  await ada.closes();
  await ada.open();
  ben.setOffline(false);
  expect(await settled(harbour.group, 2, people)).toBe(true);
});
