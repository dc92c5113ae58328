// What becomes of a device whose disk loses or damages what it held, or takes nothing for a while; and what a deletion
// leaves on any disk.
import { afterEach, beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import { idToText } from '../../../shared/protocol/ids.ts';
import { damageSegments, failReading, fillDisk, placesOfBytes } from './rawDisk.ts';
import { createTrio, type Trio } from './trio.ts';

let trio: Trio;
beforeEach(async () => {
  trio = await createTrio('disk');
});
afterEach(() => trio.harbour.close());

/** Everyone goes on, and everyone has all of it. */
async function goesOnWithAll() {
  const { harbour, ada, ben, cleo, says, idsOf } = trio;
  const said = [await says(ada, 'from ada'), await says(cleo, 'from cleo'), await says(ben, 'from ben')];
  const findings = await harbour.calm();
  // Set aside is what the disk had of it, and is looked at where it is expected.
  expect(findings.filter(({ kind }) => kind !== 'undecryptable')).toEqual([]);
  for (const member of [ada, ben, cleo]) expect(await idsOf(member)).toEqual(expect.arrayContaining(said));
}

test.each<[how: string, change: (update: Uint8Array) => Uint8Array | undefined]>([
  ['garbage', () => new Uint8Array([255, 255, 255, 255, 255, 255, 1])],
  ['cut short', (update) => update.slice(0, Math.max(1, update.length - 9))],
  ['gone', () => undefined],
])(
  '[X13] rows of an open segment that are %s stop nothing: the chat is read anew, and named',
  async (_how, change) => {
    const { harbour, ben, talk, idsOf, diagnosticsOf, troubleOf } = trio;
    const said: string[] = [];
    // The first row, and in the middle of what one session wrote.
    for (const at of [0, 1, 2]) {
      said.push(...(await talk(6)));
      await harbour.calm();
      await ben.closes();
      let changed = 0;
      await damageSegments('disk/Ben', (update, index) => {
        if (index !== at) return update;
        changed++;
        return change(update);
      });
      expect(changed).toBeGreaterThan(0);
      await ben.open();
      await goesOnWithAll();
    }
    expect(await idsOf(ben)).toEqual(expect.arrayContaining(said));
    expect(await troubleOf(ben)).toBeUndefined();
    const { setAside } = await diagnosticsOf(ben);
    expect(setAside).toContainEqual(
      expect.objectContaining({ chatId: harbour.group, reason: 'damaged-document' }),
    );
  },
);

test('[X13] what its owner said is there once, sent or not, when all rows of it are gone', async () => {
  const { harbour, ada, ben, cleo, says, talk } = trio;
  await talk(3);
  const said = [await says(ben, 'sent')];
  expect(await harbour.calm()).toEqual([]);
  ben.setOffline(true);
  for (const text of ['sealed', 'not sealed', 'after that']) {
    const { id, done } = ben.says(harbour.group, harbour.marked(text));
    await done;
    said.push(id);
    await harbour.pass(1000);
    await ben.closes();
    await damageSegments('disk/Ben', () => undefined);
    await ben.open();
  }
  ben.setOffline(false);
  await goesOnWithAll();
  for (const member of [ada, ben, cleo]) {
    const ids = await trio.idsOf(member);
    expect(ids.filter((id) => said.includes(id)).toSorted()).toEqual(said.toSorted());
  }
});

test('[X13] a row of a meta document that can not be opened stops no ticks: it is read anew', async () => {
  const { harbour, ada, ben, talk, diagnosticsOf } = trio;
  await talk(6);
  expect(await harbour.calm()).toEqual([]);
  const { storage, engine } = ben.headless();
  const meta = engine.member()?.rooms.seat(harbour.group)?.access.documents.meta;
  const [row] = await storage.database.updates
    .filter((r) => r.document === (meta && idToText(meta)))
    .toArray();
  if (!row) throw new Error('expected a row');
  await storage.database.updates.put({ ...row, sealed: new Uint8Array(40) });
  await ben.closes();
  await ben.open();
  const { id, done } = ada.says(harbour.group, harbour.marked('seen by all'));
  await done;
  await goesOnWithAll();
  const shown = (await ada.timeline(harbour.group)).find(({ messageId }) => messageId === id);
  expect(shown).toMatchObject({ delivery: 'read' });
  expect((await diagnosticsOf(ben)).setAside.map(({ reason }) => reason)).toContain('damaged-document');
});

test.each(['row', 'commit'] as const)(
  '[S2] a row that found no room at the %s comes with the next: the cursor is never ahead of it',
  async (where) => {
    const { harbour, ada, ben, says, talk, idsOf } = trio;
    await talk(6);
    expect(await harbour.calm()).toEqual([]);
    let refused = 0;
    const free = fillDisk(where, ({ name, transaction }) => {
      const isRow = name === 'updates' && transaction.db.name.startsWith('disk/Ben/segment');
      return isRow && refused++ === 0;
    });
    const said = [await says(ada, 'while there was no room'), await says(ada, 'right after')];
    free();
    expect(refused).toBeGreaterThan(0);
    expect(await harbour.calm()).toEqual([]);
    await ben.closes();
    await ben.open();
    await goesOnWithAll();
    expect(await idsOf(ben)).toEqual(expect.arrayContaining(said));
    expect(await trio.reasonsOf(ben)).toEqual([]);
  },
);

test.each(['row', 'commit'] as const)(
  '[X14] what others say while the disk is full at the %s is told as such, and there once there is room',
  async (where) => {
    const { harbour, ada, ben, cleo, says, talk, idsOf } = trio;
    await talk(6);
    expect(await harbour.calm()).toEqual([]);
    const isSaidToBeFull = () => ben.headless().ephemeral.get().isStorageNearlyFull;
    expect(isSaidToBeFull()).toBe(false);
    const free = fillDisk(where, ({ transaction }) => transaction.db.name.startsWith('disk/Ben'));
    const said = [await says(ada, 'no room for this'), await says(cleo, 'nor for this')];
    await harbour.pass(30_000);
    expect(isSaidToBeFull()).toBe(true);
    free();
    said.push(await says(ada, 'there is room again'));
    expect(await harbour.calm()).toEqual([]);
    expect(await idsOf(ben)).toEqual(expect.arrayContaining(said));
    expect(isSaidToBeFull()).toBe(false);
    await goesOnWithAll();
    expect(await trio.reasonsOf(ben)).toEqual([]);
  },
);

test('[X14] a segment that could not be begun for want of room is begun later', async () => {
  const { harbour, ada, ben, cleo, talk, idsOf } = trio;
  await talk(6);
  expect(await harbour.calm()).toEqual([]);
  const { createObjectStore } = IDBDatabase.prototype;
  let refused = 0;
  IDBDatabase.prototype.createObjectStore = function (...given) {
    if (!this.name.startsWith('disk/Ben/segment')) return createObjectStore.apply(this, given);
    refused++;
    throw new DOMException('no room', 'QuotaExceededError');
  };
  const free = () => Object.assign(IDBDatabase.prototype, { createObjectStore });
  onTestFinished(() => void free());
  const said = await talk(36, [ada, cleo]);
  await harbour.pass(30_000);
  expect(refused).toBeGreaterThan(0);
  free();
  await harbour.pass(60_000);
  await goesOnWithAll();
  expect(await idsOf(ben)).toEqual(expect.arrayContaining([...said]));
});

test.each(['outbox', 'updates', 'pending'])(
  '[X14] where the %s of a chat can not be read, what was open of it is closed before it is opened again',
  async (table) => {
    const { harbour, ben, talk } = trio;
    await talk(6);
    expect(await harbour.calm()).toEqual([]);
    await ben.closes();
    failReading('disk/Ben', table);
    await ben.open();
    await goesOnWithAll();
    expect(await trio.reasonsOf(ben)).toEqual(['chat not written: UnknownError']);
    await ben.closes();
    expect(harbour.disk.openCount('disk/Ben')).toBe(0);
  },
);

test('[X14] a chat that fails while it is opened, and then does not open, is opened once more', async () => {
  const { harbour, ada, ben, says, idsOf, talk } = trio;
  await talk(6);
  expect(await harbour.calm()).toEqual([]);
  await ben.looksAt(harbour.group);
  const free = fillDisk('row', ({ transaction }) => transaction.db.name.startsWith('disk/Ben/segment'));
  vi.spyOn(ben.headless().storage, 'updates').mockImplementationOnce(async () => {
    await new Promise<void>((resolve) => void harbour.clock.after(30_000, resolve));
    throw new DOMException('it can not be read just now', 'UnknownError');
  });
  await says(ada, 'while nothing works');
  await harbour.pass(60_000);
  free();
  const id = await says(ada, 'when all works again');
  await harbour.pass(60_000);
  expect(await idsOf(ben)).toContain(id);
});

test('[X7] a chat that can not be read keeps no other from opening, on a full disk neither', async () => {
  const { harbour, ada, ben, says, idsOf } = trio;
  const chat = await ben.chat(harbour.group);
  if (!chat) throw new Error('expected a chat');
  await ben
    .headless()
    .storage.batch()
    .putChat({ ...chat, id: 'damaged', rootSecret: '?' })
    .commit();
  await ben.closes();
  const free = fillDisk('row', ({ name }) => name === 'setAside');
  await ben.open();
  free();
  const id = await says(ada, 'in another chat');
  expect(await idsOf(ben)).toContain(id);
});

test("[D14] a deleted body is in no table of any member's disk, also where the app ended in between", async () => {
  const { harbour, ada, ben, cleo, talk } = trio;
  await talk(3);
  ada.setOffline(true);
  // Until it is noticed, what is said is sealed at once.
  await harbour.pass(1000);
  const { id, done } = ada.says(harbour.group, harbour.marked('gone soon'));
  await done;
  const [row] = await ada.headless().storage.database.outbox.toArray();
  if (!row) throw new Error('expected a row');
  const places = () => placesOfBytes('disk/', row.body);
  ada.setOffline(false);
  expect(await harbour.calm()).toEqual([]);
  expect((await places()).filter((place) => place.endsWith(' updates'))).toHaveLength(3);

  await ada.deletes(harbour.group, id);
  await ben.closes();
  expect(await harbour.calm()).toEqual([]);
  expect((await places()).filter((place) => !place.startsWith('disk/Ben'))).toEqual([]);
  await ben.open();
  expect(await harbour.calm()).toEqual([]);
  expect(await places()).toEqual([]);
  for (const member of [ada, ben, cleo]) {
    await member.closes();
    await member.open();
  }
  expect(await harbour.calm()).toEqual([]);
  expect(await places()).toEqual([]);
});
