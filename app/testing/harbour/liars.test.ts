// Members who lie: they squat others' places, speak in others' names, and hide what others said. Each lie is noticed by someone who knows better, and contained: nobody loses a word, and the chat goes on.
import 'fake-indexeddb/auto';
import * as Y from 'yjs';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { entryKinds, parseEntry } from '../../../shared/protocol/entry.ts';
import { parseId, type RecordId, type SessionId } from '../../../shared/protocol/ids.ts';
import { projectionVersion } from '../../chat/projection.ts';
import { openUpdate } from '../../doc/entrySeal.ts';
import { readRecord, type SealedRecord } from '../../doc/record.ts';
import { itemsOfState } from '../../doc/segmentState.ts';
import { arrayOf, clientOf } from '../../doc/segmentUpdate.ts';
import { createForger, updateOf, type Forger } from './forger.ts';
import type { Member } from './member.ts';
import { whenSegmentGrew } from './rawDisk.ts';
import { createTrio, type Trio } from './trio.ts';

let trio: Trio;
let harbour: Trio['harbour'];
let ada: Member;
let ben: Member;
let cleo: Member;
const talk = (count: number) => trio.talk(count);
const goesOn = () => trio.goesOn();
const bodiesOf = (member: Member) => trio.bodiesOf(member);
const reasonsOf = (member: Member) => trio.reasonsOf(member);
beforeEach(async () => {
  trio = await createTrio('liars');
  ({ harbour, ada, ben, cleo } = trio);
});
afterEach(() => harbour.close());

/** The first entry of the forged log that this member wrote. */
function entryOf(forger: Forger, author: Member) {
  const device = author.headless().engine.member()?.identity.device;
  const entry = forger.entries().find((bytes) => {
    const header = parseEntry(bytes)?.header;
    return device && header && String(header.author) === String(forger.context.tagOf(device));
  });
  const header = entry && parseEntry(entry)?.header;
  if (!entry || !header) throw new Error('expected an entry of theirs');
  return { entry, header };
}

describe("another's place", () => {
  test("[R6] a session stays its device's: the relay takes nobody else's entry in it", async () => {
    await talk(3);
    const forger = await createForger(harbour, ben);
    const { header } = entryOf(forger, ada);
    await forger.appendsRecords([await forger.record({ kind: 'message', text: 'mine now' })], header.session);
    expect(forger.refusals()).toEqual(['session-taken']);
    forger.close();
    await goesOn();
  });

  test("[E3] a session on another's Yjs client is set aside, and the other goes on", async () => {
    await talk(3);
    const forger = await createForger(harbour, ben);
    const { header } = entryOf(forger, ada);
    const squatter = new Uint8Array([...header.session.slice(0, 4), 9, 9, 9, 9]) as SessionId;
    expect(clientOf(squatter)).toBe(clientOf(header.session));
    await forger.appendsRecords([await forger.record({ kind: 'message', text: 'beside you' })], squatter);
    expect(forger.refusals()).toEqual([]);
    forger.close();
    for (const member of [ada, ben, cleo]) expect(await reasonsOf(member)).toEqual(['foreign-session']);
    await goesOn();
  });

  test("[E2] an entry in another's name is set aside", async () => {
    const forger = await createForger(harbour, ben);
    const session = forger.newSession();
    const update = updateOf(session, [await forger.record({ kind: 'message', text: 'by Ada' })]);
    await forger.appends(update, session, forger.inTheNameOf(ada));
    forger.close();
    for (const member of [ada, cleo]) {
      expect(await reasonsOf(member)).toEqual(['bad-signature']);
      expect(await bodiesOf(member)).toEqual([]);
    }
    await goesOn();
  });
});

describe('a record', () => {
  test("[D2] a record in another's name is shown to nobody", async () => {
    const forger = await createForger(harbour, ben);
    const forged = await forger.record(
      { kind: 'message', text: 'I owe Ben a beer' },
      forger.inTheNameOf(ada),
    );
    expect(readRecord(forger.context, forged.header)?.author.device).not.toEqual(forger.context.self.device);
    await forger.appendsRecords([forged]);
    forger.close();
    for (const member of [ada, cleo]) {
      expect(await bodiesOf(member)).toEqual([]);
      expect(await reasonsOf(member)).toEqual(['bad-record']);
    }
    await goesOn();
  });

  test('[S4] garbage in the place of records is set aside, and what comes with it counts', async () => {
    const forger = await createForger(harbour, ben);
    const noise = (length: number) => harbour.chance.bytes(length);
    const good = await forger.record({ kind: 'message', text: harbour.marked('among the noise') });
    await forger.appendsRecords([
      { header: noise(300), body: noise(50) },
      good,
      { header: noise(1), body: noise(0) },
    ]);
    await forger.appendsRecords([{ header: good.header, body: noise(90) }]);
    forger.close();
    for (const member of [ada, cleo]) {
      const texts = (await member.timeline(harbour.group)).map(({ body }) => body);
      expect(texts).toEqual([{ kind: 'text', text: harbour.marked('among the noise') }]);
      expect(await reasonsOf(member)).toEqual(['bad-record']);
    }
    await talk(3);
    expect((await bodiesOf(ada)).slice(1)).toEqual((await bodiesOf(cleo)).slice(1));
  });

  test("[D15] said again without its body, or with another, makes nobody's snapshot lack it", async () => {
    await talk(3);
    const forger = await createForger(harbour, ben);
    const { entry } = entryOf(forger, ada);
    const opened = await openUpdate(forger.context, forger.document, entryKinds.segment, entry);
    const [item] = opened.ok ? itemsOfState(opened.value.update) : [];
    if (!item) throw new Error('expected a record of hers');
    const header = new Uint8Array(item.header);
    for (const body of [harbour.chance.bytes(90), new Uint8Array(0)]) {
      await forger.appendsRecords([{ header, body }]);
    }
    await talk(9);
    // Where bodies are missing, a deletion is waited for first.
    await harbour.pass(25 * 60_000);
    expect(forger.published()).toBe(1);
    forger.close();
    for (const member of [ada, ben, cleo])
      expect(await reasonsOf(member)).not.toContain('incomplete-snapshot');
    await goesOn();
  });

  test("[D7] an edit and a deletion of another's message change nothing", async () => {
    const [id = ''] = await talk(1);
    const before = await bodiesOf(cleo);
    const forger = await createForger(harbour, ben);
    const target = parseId<RecordId>(id, 16);
    if (!target) throw new Error('expected an id');
    await forger.appendsRecords([
      await forger.record({ kind: 'edit', target, text: 'something else' }),
      await forger.record({ kind: 'deletion', target }),
    ]);
    forger.close();
    for (const member of [ada, cleo]) expect(await bodiesOf(member)).toEqual(before);
    await goesOn();
  });
});

/** All records that the forged log has, as they were said. */
async function recordsOf(forger: Forger): Promise<readonly SealedRecord[]> {
  const opened = await Promise.all(
    forger.entries().map((entry) => openUpdate(forger.context, forger.document, entryKinds.segment, entry)),
  );
  const items = opened.flatMap((one) => (one.ok ? itemsOfState(one.value.update) : []));
  return items.map(({ header, body }) => ({
    header: new Uint8Array(header),
    body: new Uint8Array(body ?? []),
  }));
}

describe('a relay that forgot is told by a liar first', () => {
  /** All that is said from now on Ben says again, with these bodies, before anybody else, and goes. */
  async function forgetsAndHears(bodyOf: () => Uint8Array<ArrayBuffer>, say: () => Promise<unknown>) {
    const backup = harbour.relay.backup();
    const hearing = await createForger(harbour, ben);
    await say();
    expect(await harbour.calm()).toEqual([]);
    const records = await recordsOf(hearing);
    hearing.close();
    for (const member of [ada, cleo]) member.setOffline(true);
    await harbour.relay.restore(backup);
    harbour.relay.start();
    await harbour.pass(2000);
    const forger = await createForger(harbour, ben);
    await forger.appendsRecords(records.map(({ header }) => ({ header, body: bodyOf() })));
    expect(forger.refusals()).toEqual([]);
    forger.close();
    ben.setOffline(true);
    return records.length;
  }
  /** Ada alone knows better, and a device that is new before her, or after. */
  async function everyoneHasAll(before: unknown) {
    await cleo.becomesFresh();
    cleo.setOffline(false);
    await harbour.pass(5000);
    expect(await bodiesOf(cleo)).not.toEqual(before);
    ada.setOffline(false);
    await harbour.pass(60_000);
    expect(await bodiesOf(cleo)).toEqual(before);
    await cleo.becomesFresh();
    await harbour.pass(60_000);
    expect(await bodiesOf(cleo)).toEqual(before);
    // Nor do the lies count where rows are made again.
    await cleo.closes();
    cleo.isUpdated(projectionVersion + 1);
    await cleo.open();
    await harbour.pass(60_000);
    expect(await bodiesOf(cleo)).toEqual(before);
    ben.setOffline(false);
    await goesOn();
  }
  const withoutBody = () => new Uint8Array(0);
  const withAnother = () => harbour.chance.bytes(90);
  async function saysAndEdits() {
    const [id = ''] = await talk(6);
    await ada.edits(harbour.group, id, harbour.marked('edited'));
  }
  beforeEach(async () => {
    expect(await harbour.calm()).toEqual([]);
  });

  test('[S7] what was said again without its body is said again whole, for a fresh device and for who had heard the lie', async () => {
    expect(await forgetsAndHears(withoutBody, saysAndEdits)).toBe(7);
    await everyoneHasAll(await bodiesOf(ada));
  });
  test('[S7] what was said again with another body is said again whole, for a fresh device and for who had heard the lie', async () => {
    expect(await forgetsAndHears(withAnother, saysAndEdits)).toBe(7);
    await everyoneHasAll(await bodiesOf(ada));
  });
  test('[S7] what is said again whole counts, also where the app ends as it comes', async () => {
    await forgetsAndHears(withoutBody, saysAndEdits);
    const before = await bodiesOf(ada);
    await cleo.becomesFresh();
    cleo.setOffline(false);
    await harbour.pass(5000);
    expect(await bodiesOf(cleo)).not.toEqual(before);
    let isEnded = false;
    whenSegmentGrew(cleo.headless().storage.name, () => {
      isEnded = true;
      harbour.crashed();
      cleo.crashes();
    });
    ada.setOffline(false);
    await harbour.pass(60_000);
    expect(isEnded).toBe(true);
    await cleo.open();
    await harbour.pass(60_000);
    expect(await bodiesOf(cleo)).toEqual(before);
  });
  test('[S7] what was said again without its body is said again whole from a complete segment, too', async () => {
    const told = await forgetsAndHears(withoutBody, () => talk(24));
    expect(told).toBeGreaterThan(10);
    expect((await ada.chat(harbour.group))?.segments?.unsealed).toBe(1);
    await everyoneHasAll(await bodiesOf(ada));
  });
});

describe('deletes in Yjs', () => {
  /** An update that deletes all that this document holds, beside something of one's own. */
  function deletionsOf(doc: Y.Doc, session: SessionId, own: () => void): Uint8Array {
    const before = Y.encodeStateVector(doc);
    doc.clientID = clientOf(session);
    doc.transact((transaction) => {
      for (const structs of doc.store.clients.values()) {
        for (const item of structs) if (item instanceof Y.Item) item.delete(transaction);
      }
      own();
    });
    return Y.encodeStateAsUpdate(doc, before);
  }

  test('[D3] hide no message', async () => {
    await talk(6);
    const before = await bodiesOf(cleo);
    const forger = await createForger(harbour, ben);
    const doc = new Y.Doc({ gc: false });
    for (const entry of forger.entries()) {
      const opened = await openUpdate(forger.context, forger.document, entryKinds.segment, entry);
      if (opened.ok) Y.applyUpdate(doc, opened.value.update);
    }
    expect(doc.store.clients.size).toBe(3);
    const session = forger.newSession();
    const { header, body } = await forger.record({ kind: 'message', text: 'nothing to see' });
    const others = async (member: Member) =>
      (await bodiesOf(member)).filter(([id]) => before.some(([known]) => known === id));
    await forger.appends(
      deletionsOf(doc, session, () => doc.getArray<Uint8Array>(arrayOf(session)).push([header, body])),
      session,
    );
    forger.close();
    expect(await others(cleo)).toEqual(before);
    // Nor from whoever begins from the state that they publish.
    await talk(7);
    await harbour.pass(60_000);
    await ada.becomesFresh();
    await harbour.pass(10_000);
    expect(await others(ada)).toEqual(before);
    expect(await bodiesOf(ada)).toHaveLength(14);
  });

  /** The meta document as its log has it, which doesn't give back what one appends oneself. */
  async function readMeta(forger: Forger, own: readonly Uint8Array[] = []) {
    const doc = new Y.Doc({ gc: false });
    for (const entry of [...forger.entries(), ...own]) {
      const opened = await openUpdate(forger.context, forger.document, entryKinds.meta, entry);
      if (opened.ok) Y.applyUpdate(doc, opened.value.update);
    }
    return doc;
  }

  test("[D11] take nobody's name or ticks: who hears of it says them again", async () => {
    await talk(3);
    expect(await harbour.calm()).toEqual([]);
    const forger = await createForger(harbour, ben, 'meta');
    const doc = await readMeta(forger);
    expect(doc.getMap('profiles').size).toBe(3);
    const marks = doc.getMap('marks').size;
    const session = forger.newSession();
    const entry = await forger.appends(
      deletionsOf(doc, session, () => doc.getMap('marks').set('noise', new Uint8Array(9))),
      session,
    );
    expect(doc.getMap('profiles').size).toBe(0);
    await harbour.pass(5000);
    forger.close();
    const after = await readMeta(forger, [entry]);
    expect(after.getMap('profiles').size).toBe(3);
    expect(after.getMap('marks').size).toBe(marks + 1);
    await cleo.becomesFresh();
    await harbour.pass(10_000);
    const names = Object.values((await cleo.chat(harbour.group))?.names ?? {}).map(({ name }) => name);
    expect(names.toSorted()).toEqual(['Ada', 'Ben', 'Cleo'].map((name) => harbour.marked(name)));
    expect(await harbour.calm()).toEqual([]);
  });
});

test('[D16] a device that says two things in one place of its chain is noticed, and both are shown', async () => {
  await trio.says(ben, 'the one');
  const forger = await createForger(harbour, ben);
  await forger.appendsRecords([await forger.record({ kind: 'message', text: harbour.marked('the other') })]);
  forger.close();
  for (const member of [ada, cleo]) {
    expect(await trio.idsOf(member)).toHaveLength(2);
    expect(await reasonsOf(member)).toEqual(['forked-chain']);
    expect(await trio.troubleOf(member)).toBeUndefined();
  }
});
