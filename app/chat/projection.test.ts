import 'fake-indexeddb/auto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { startCursor } from '../../shared/protocol/frames/cursor.ts';
import { idToText, type DeviceId, type LedgerHead, type RecordId } from '../../shared/protocol/ids.ts';
import { encodeBody, isChangeKind, recordKinds, type Body } from '../doc/bodies.ts';
import { documentLimits } from '../doc/documentLimits.ts';
import { hashRecordHeader, type RecordHeader } from '../doc/record.ts';
import { chatRow } from '../testing/testRows.ts';
import { openStorage, type Storage } from '../storage/storage.ts';
import type { StoredChat } from '../storage/models.ts';
import {
  cameIn,
  countRecord,
  erasedRecord,
  forksChain,
  projectRecords,
  type ErasedRecord,
  type ProjectedRecord,
} from './projection.ts';
import { reprojectRecords } from './reproject.ts';

const nowMs = 1_767_225_600_000;
const deviceOf = (who: number) => new Uint8Array(16).fill(who + 1) as DeviceId;
const idOf = (n: number) => new Uint8Array(16).fill(n) as RecordId;
const people = ['ada', 'ben', 'cleo'];
const emptyChat = chatRow();

interface Saying {
  readonly who: number;
  readonly body: Body;
  /** Ties happen. */
  readonly atMs: number;
}
/** Records as their authors would number them. */
function recordsOf(sayings: readonly Saying[]): ProjectedRecord[] {
  const numbers = [0, 0, 0];
  return sayings.map(({ who, body, atMs }, n) => {
    const sequence = (numbers[who] ?? 0) + 1;
    numbers[who] = sequence;
    const header: RecordHeader = {
      version: 1,
      kind: recordKinds[body.kind],
      id: idOf(n + 1),
      device: deviceOf(who),
      sequence,
      previous: new Uint8Array(16),
      ledgerHead: new Uint8Array(16) as LedgerHead,
      bodyHash: new Uint8Array(32),
      at: (nowMs + atMs) * 1024,
      seen: startCursor,
    };
    return { header, segment: 0, user: people[who] ?? '', body: encodeBody(body), isWaiting: false };
  });
}

let databases = 0;
/**
 * Projects the batches one after another, and reads what is in the rows then.
 * @param remade harms all rows, and makes those of these batches again.
 */
async function rowsAfter(
  batches: readonly (readonly ProjectedRecord[])[],
  remade: readonly (readonly ProjectedRecord[])[] = [],
  between: (storage: Storage) => Promise<void> = async () => {},
) {
  const storage = await openStorage(`projection ${databases++}`);
  const deps = {
    storage,
    hashTerm: (t: string) => t.length,
    selfUser: 'ada',
    selfDevice: idToText(deviceOf(0)),
    nowMs: () => nowMs,
  };
  let chat = emptyChat;
  const arrived: string[] = [];
  const erased: ErasedRecord[] = [];
  for (const batch of batches) {
    const projected = await projectRecords(deps, chat, batch);
    await projected.batch.commit();
    chat = projected.chat;
    arrived.push(...projected.arrived.map(({ id }) => id));
    erased.push(...projected.erased);
    await between(storage);
  }
  if (remade.length > 0) await harmAll(storage);
  for (const batch of remade) await (await reprojectRecords(deps, chat, batch)).batch.commit();
  const messages = await storage.messages.before('chat', undefined, 1000);
  const changes = await storage.database.changes.count();
  const texts = await storage.changesOf(messages.map(({ id }) => id));
  storage.close();
  const { at, unread, last, chains, latestAt, timer } = chat;
  const state = { at, unread, last, latestAt, timer, sequences: chains };
  return { messages, changes, state, arrived, texts, erased };
}

async function harmAll(storage: Storage) {
  const batch = storage.batch();
  for (const row of await storage.messages.before('chat', undefined, 1000)) {
    const wrong = { kind: 'deleted', text: 'wrong', terms: [7], reactions: {}, author: 'ben' } as const;
    batch.putMessage({ ...row, ...wrong, isUnread: true });
    for (const change of await storage.changesOf([row.id])) {
      batch.putChange({ ...change, author: row.author, at: 1e16, change: { kind: 'deletion' } });
    }
  }
  await batch.commit();
}

const text = fc.string({ maxLength: 8 });
const target = fc.integer({ min: 1, max: 6 }).map(idOf);
const saying: fc.Arbitrary<Saying> = fc.record({
  who: fc.integer({ min: 0, max: 2 }),
  // One in four was said long before what comes and goes.
  atMs: fc.integer({ min: -1, max: 2 }).map((n) => (n < 0 ? -7_200_000 : n)),
  body: fc.oneof(
    fc.record({ kind: fc.constant('message' as const), text }),
    fc.record({ kind: fc.constant('fleeting' as const), seconds: fc.nat(9000), text }),
    fc.record({ kind: fc.constant('timer' as const), seconds: fc.constantFrom(0, 600) }),
    fc.record({ kind: fc.constant('edit' as const), target, text }),
    fc.record({ kind: fc.constant('deletion' as const), target }),
    fc.record({ kind: fc.constant('reaction' as const), target, emoji: fc.constantFrom('👍', '❤️', '') }),
  ),
});

test('[D6] the same records give the same rows in any order, in any batches, and twice', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(saying, { minLength: 1, maxLength: 14 }),
      fc.infiniteStream(fc.nat()),
      async (sayings, stream) => {
        const records = recordsOf(sayings);
        const straight = await rowsAfter([records]);
        const next = () => stream.next().value ?? 0;
        const shuffled = [...records, ...records.slice(0, 3)];
        for (let i = shuffled.length - 1; i > 0; i--) {
          const j = next() % (i + 1);
          const [a, b] = [shuffled[i], shuffled[j]];
          if (a && b) [shuffled[i], shuffled[j]] = [b, a];
        }
        const cut = next() % shuffled.length;
        const other = await rowsAfter([shuffled.slice(0, cut), shuffled.slice(cut)]);
        expect(other.messages).toEqual(straight.messages);
        expect(other.changes).toBe(straight.changes);
        const { sequences, ...state } = other.state;
        const { sequences: straightSequences, ...straightState } = straight.state;
        expect(state).toEqual(straightState);
        for (const [device, chain] of Object.entries(straightSequences)) {
          expect(sequences[device]?.sequence).toBe(chain.sequence);
          expect(sequences[device]?.ahead).toEqual([]);
        }
      },
    ),
    { numRuns: 60 },
  );
});

const about = (who: number, body: Body): Saying => ({ who, body, atMs: 0 });
const permutations = <T>(of: readonly T[]): T[][] =>
  of.length < 2
    ? [[...of]]
    : of.flatMap((one, i) => permutations(of.filter((_, j) => j !== i)).map((rest) => [one, ...rest]));

test('[D17] in whatever order they come, a deleted message and its edits are to be erased, each where it lies', async () => {
  const records = recordsOf([
    about(0, { kind: 'message', text: 'first wording' }),
    about(0, { kind: 'edit', target: idOf(1), text: 'second wording' }),
    about(1, { kind: 'edit', target: idOf(1), text: 'what nobody shows' }),
    about(0, { kind: 'deletion', target: idOf(1) }),
  ]).map((record, n) => ({ ...record, segment: n === 1 ? 1 : 0 }));
  for (const order of permutations(records)) {
    const { erased, texts } = await rowsAfter(order.map((record) => [record]));
    expect(erased.toSorted((a, b) => (a.id < b.id ? -1 : 1))).toEqual([
      { id: idToText(idOf(1)), author: 'ada', segments: [0] },
      { id: idToText(idOf(2)), author: 'ada', segments: [1] },
      { id: idToText(idOf(3)), author: 'ben', segments: [0] },
    ]);
    expect(texts.some(({ change }) => change.kind === 'edit' && change.text !== '')).toBe(false);
  }
});

test('[D17] edits of a message that nobody deleted stay, though its body is missing, or others deleted it', async () => {
  const [message, edit, deletion] = recordsOf([
    about(0, { kind: 'message', text: 'first wording' }),
    about(0, { kind: 'edit', target: idOf(1), text: 'second wording' }),
    about(1, { kind: 'deletion', target: idOf(1) }),
  ]);
  if (!message || !edit || !deletion) throw new Error('expected three records');
  expect((await rowsAfter([[{ ...message, body: undefined }, edit, deletion]])).erased).toEqual([]);
  expect((await rowsAfter([[message, edit, deletion]])).erased).toEqual([]);
});

test('[D17] a change that came without its body says nothing, and counts once', async () => {
  const records = recordsOf([
    about(0, { kind: 'message', text: 'hello' }),
    about(0, { kind: 'edit', target: idOf(1), text: 'hello you' }),
    about(0, { kind: 'deletion', target: idOf(1) }),
  ]).map((record, n) => (n === 0 ? record : { ...record, body: undefined }));
  const { messages, changes, erased } = await rowsAfter([records, records], [records]);
  expect(messages.map(({ text, kind }) => [text, kind])).toEqual([['hello', 'text']]);
  expect(changes).toBe(2);
  expect(erased).toEqual([]);
});

test('[D17] a record that has come in several segments is erased in all of them', () => {
  const twice = cameIn({ segment: 0 }, 2);
  expect(twice).toEqual({ segment: 2, elsewhere: [0] });
  expect(cameIn(twice, 2)).toEqual(twice);
  expect(cameIn(twice, 0)).toEqual({ segment: 0, elsewhere: [2] });
  expect(erasedRecord({ id: 'edit', author: 'ada', ...twice }).segments).toEqual([2, 0]);
});

test('[X10] rows that are made again, the changes first, are those that were there before all harm', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(saying, { minLength: 1, maxLength: 14 }), fc.nat(14), async (sayings, cut) => {
      const records = recordsOf(sayings);
      const straight = await rowsAfter([records]);
      const isChange = ({ header }: ProjectedRecord) => isChangeKind(header.kind);
      const remade = [records.filter(isChange), records.filter((record) => !isChange(record))].flatMap(
        (part) => [part.slice(cut), part.slice(0, cut)],
      );
      const again = await rowsAfter([records], remade);
      expect(again.messages).toEqual(straight.messages);
      const byId = (a: { id: string }, b: { id: string }) => (a.id < b.id ? -1 : 1);
      expect(again.texts.toSorted(byId)).toEqual(straight.texts.toSorted(byId));
    }),
    { numRuns: 60 },
  );
});

const say = (who: number, body: Body, atMs = 0): Saying => ({ who, body, atMs });
const message = (text: string) => ({ kind: 'message', text }) as const;

test('[D7] only its author edits or deletes a message', async () => {
  const { messages } = await rowsAfter([
    recordsOf([
      say(0, message('mine')),
      say(1, { kind: 'edit', target: idOf(1), text: 'not mine' }, 1),
      say(1, { kind: 'deletion', target: idOf(1) }, 2),
    ]),
  ]);
  expect(messages[0]).toMatchObject({ text: 'mine', kind: 'text' });
});

test('[D7] the later edit wins, whichever comes first', async () => {
  const records = recordsOf([
    say(0, message('one')),
    say(0, { kind: 'edit', target: idOf(1), text: 'three' }, 9),
    say(0, { kind: 'edit', target: idOf(1), text: 'two' }, 5),
  ]);
  for (const order of [records, records.toReversed()]) {
    expect((await rowsAfter([order])).messages[0]?.text).toBe('three');
  }
});

test('[D7] a deletion leaves no text, also not in an edit that comes before or after it', async () => {
  const records = recordsOf([
    say(0, message('secret')),
    say(0, { kind: 'edit', target: idOf(1), text: 'secret too' }, 1),
    say(0, { kind: 'deletion', target: idOf(1) }, 2),
    say(1, { kind: 'reaction', target: idOf(1), emoji: '👍' }, 1),
  ]);
  const [said, edit, deletion, reaction] = records;
  if (!said || !edit || !deletion || !reaction) throw new Error('expected four');
  for (const batches of [[records], [[said], [edit], [reaction], [deletion]], [[deletion], [said], [edit]]]) {
    const { messages, texts } = await rowsAfter(batches);
    expect(messages[0]).toMatchObject({ kind: 'deleted', text: '', terms: [] });
    const edits = texts.map(({ change }) => change).filter((change) => change.kind === 'edit');
    expect(edits.map(({ text }) => text)).toEqual(edits.map(() => ''));
  }
});

test('[D6, X3] of a message that is hidden here no edit and no reaction brings anything back', async () => {
  const records = recordsOf([
    { who: 1, atMs: 1, body: { kind: 'message', text: 'hidden soon' } },
    { who: 1, atMs: 2, body: { kind: 'edit', target: idOf(1), text: 'said again' } },
    { who: 2, atMs: 3, body: { kind: 'reaction', target: idOf(1), emoji: '👍' } },
  ]);
  let words = 0;
  const hideAll = async (storage: Storage) => {
    const rows = await storage.messages.many([idToText(idOf(1))]);
    words = await storage.database.words.count();
    const [row] = rows.values();
    expect(row).toMatchObject({ text: words > 0 ? 'hidden soon' : '', reactions: {} });
    const batch = storage.batch();
    for (const row of rows.values()) batch.putMessage({ ...row, isHidden: true, text: '', terms: [] });
    await batch.commit();
  };
  const oneByOne = records.map((record) => [record]);
  await rowsAfter(oneByOne, [], hideAll);
  expect(words).toBe(0);
});

test('[D7] one reaction a person: the later one, also when it takes it back', async () => {
  const records = recordsOf([
    say(0, message('hello')),
    say(1, { kind: 'reaction', target: idOf(1), emoji: '👍' }, 1),
    say(1, { kind: 'reaction', target: idOf(1), emoji: '' }, 2),
    say(2, { kind: 'reaction', target: idOf(1), emoji: '❤️' }, 1),
  ]);
  const { messages } = await rowsAfter([records.toReversed()]);
  expect(messages[0]?.reactions['ben']?.emoji).toBe('');
  expect(messages[0]?.reactions['cleo']?.emoji).toBe('❤️');
});

test('[D5] a kind of a newer version is a row that says so', async () => {
  const [record] = recordsOf([say(1, message('hello'))]);
  if (!record) throw new Error('expected one');
  const { messages } = await rowsAfter([[{ ...record, header: { ...record.header, kind: 77 } }]]);
  expect(messages[0]?.kind).toBe('unsupported');
});

test("[D6] others' new messages arrive once and count as unread; one's own never", async () => {
  const records = recordsOf([say(0, message('own')), say(1, message('hers'))]);
  const { arrived, state } = await rowsAfter([records, records]);
  expect(arrived).toEqual([idToText(idOf(2))]);
  expect(state.unread).toBe(1);
});

test("[D8] a record from the future pulls the chat's time by minutes alone, one's own as others'", async () => {
  const [day, lead] = [86_400_000, 5 * 60_000];
  const message = { kind: 'message' as const, text: '' };
  const latestAfter = async (who: number) =>
    (await rowsAfter([recordsOf([{ who, body: message, atMs: day }])])).state.latestAt;
  expect(await latestAfter(0)).toBe((nowMs + lead) * 1024);
  expect(await latestAfter(1)).toBe((nowMs + lead) * 1024);
});

test('[D21] a message of the far future is the last in the list until somebody goes on, and the list has no such time', async () => {
  const [year, minute] = [366 * 86_400_000, 60_000];
  const message = { kind: 'message' as const, text: '' };
  const saidAt = (who: number, atMs: number) => ({ who, body: message, atMs });
  const [far, soon, later] = recordsOf([saidAt(1, 200 * year), saidAt(0, minute), saidAt(2, 6 * minute)]);
  if (!far || !soon || !later) throw new Error('expected three records');
  const { state } = await rowsAfter([[far], [soon]]);
  expect([state.last?.id, state.at]).toEqual([idToText(far.header.id), nowMs]);
  const after = await rowsAfter([[later], [far], [soon]]);
  expect(after.state.last?.id).toBe(idToText(later.header.id));
});

const said = say(0, message('a'));
const self = { nowMs: () => nowMs };

test('[D16] a record in a place that is taken, or on another than the last, forks its chain', () => {
  const headers = recordsOf([said, said, said, said]).map(({ header }) => header);
  const [first, second, , fourth] = headers;
  if (!first || !second || !fourth) throw new Error('expected four headers');
  const chained = { ...second, previous: hashRecordHeader(first) };
  const one = countRecord(self, emptyChat, first);
  expect(forksChain(emptyChat, first)).toBe(false);
  expect(forksChain(one, chained)).toBe(false);
  expect(forksChain(one, second)).toBe(true);
  expect(forksChain(one, { ...first, at: 1 })).toBe(true);
  const gap = countRecord(self, one, fourth);
  expect(forksChain(gap, { ...fourth, at: 1 })).toBe(true);
  expect(forksChain(gap, chained)).toBe(false);
});

test('[D16] what lies far behind the segment that this device knows of may have a number as high as that allows', () => {
  const [first] = recordsOf([said]).map(({ header }) => header);
  if (!first) throw new Error('expected a header');
  const high = { ...first, sequence: 4 * documentLimits.fullRecords };
  const chainsOf = (segment: number) => Object.values(countRecord(self, emptyChat, high, segment).chains);
  expect(forksChain(emptyChat, high, 1)).toBe(true);
  expect(chainsOf(1)).toMatchObject([{ ahead: [] }]);
  expect(forksChain(emptyChat, high, 3)).toBe(false);
  expect(chainsOf(3)).toMatchObject([{ ahead: [high.sequence] }]);
});

test('[L12] a chain keeps the newest place in the ledger that its records name', () => {
  const [first, second, third] = recordsOf([said, said, said]).map(({ header }) => header);
  if (!first || !second || !third) throw new Error('expected three headers');
  const head = (n: number) => new Uint8Array(16).fill(n) as LedgerHead;
  const heads = [1, 2, 3].map((n) => idToText(head(n)));
  const placeAfter = (names: readonly number[]) => {
    let chat: StoredChat = { ...emptyChat, heads };
    for (const [n, header] of [first, second, third].entries()) {
      chat = countRecord(self, chat, { ...header, ledgerHead: head(names[n] ?? 0) });
    }
    return Object.values(chat.chains).map(({ place }) => place);
  };
  expect(placeAfter([1, 1, 1])).toEqual([0]);
  expect(placeAfter([1, 3, 2])).toEqual([2]);
  expect(placeAfter([2, 9, 1])).toEqual([1]);
});

test('[D16] a chain whose records came in another order ends with the hash of its last one', () => {
  const headers = recordsOf([said, said, said, said]).map(({ header }) => header);
  const chainAfter = (order: readonly number[]) => {
    let chat: StoredChat = emptyChat;
    for (const n of order) {
      const header = headers[n];
      if (header) chat = countRecord(self, chat, header);
    }
    return Object.values(chat.chains);
  };
  const inOrder = chainAfter([0, 1, 2, 3]);
  expect(chainAfter([0, 2, 3, 1])).toEqual(inOrder);
  expect(chainAfter([3, 1, 0, 2])).toEqual(inOrder);
});
